// SPDX-License-Identifier: MIT
#include "harness/run/arena_memory.h"

#include "harness/run/arena_name.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <sys/random.h>
#include <utility>

namespace procession::run {

namespace {

// Smaller than this an arena would be full at once.
constexpr std::uint32_t kFewestChunks = 4096;

std::uint64_t fresh_nonce() {
  std::uint64_t nonce = 0;
  if (::getrandom(&nonce, sizeof nonce, 0) != sizeof nonce) {
    nonce = static_cast<std::uint64_t>(base::now().ns);
  }
  return nonce;
}

trace::Arena::Sizes half_of(const trace::Arena::Sizes& sizes) {
  return {sizes.runs / 2,   sizes.slots / 2, sizes.words / 2,
          sizes.chunks / 2, sizes.text / 2,  sizes.plan / 2};
}

base::Error no_room(const char* what, std::uint64_t needed, std::uint64_t there_is) {
  return {base::ErrorKind::Exhausted, std::string("the scenario is too large: it needs ") +
                                          std::to_string(needed) + " " + what +
                                          ", and there is room for " + std::to_string(there_is)};
}

}  // namespace

ArenaMemory::ArenaMemory(os::SharedRegion region, const trace::Arena::Sizes& sizes,
                         std::uint64_t nonce)
    : region_(std::move(region)), arena_(trace::Arena::lay_out(region_.bytes(), sizes, nonce)) {}

base::Result<ArenaMemory> ArenaMemory::create() {
  const std::uint64_t nonce = fresh_nonce();
  const ArenaName name(nonce);
  trace::Arena::Sizes sizes;
  for (;;) {
    auto region = os::SharedRegion::create(name.c_str(), trace::Arena::bytes_needed(sizes));
    if (region) {
      return ArenaMemory(*std::move(region), sizes, nonce);
    }
    sizes = half_of(sizes);
    if (sizes.chunks < kFewestChunks) {
      return std::move(region).error().context("make the arena");
    }
  }
}

base::Result<> ArenaMemory::load(const plan::Plan& plan) {
  trace::Header& head = header();
  const std::uint64_t bytes = plan.bytes().size();
  const std::uint64_t instances = plan.instances().size();
  if (bytes > head.plan_capacity) {
    return no_room("bytes for its plan", bytes, head.plan_capacity);
  }
  if (instances > head.slot_capacity) {
    return no_room("processes", instances, head.slot_capacity);
  }
  if (plan.header().word_count > head.word_capacity) {
    return no_room("gates", plan.header().word_count, head.word_capacity);
  }
  std::memcpy(arena_.plan_bytes(), plan.bytes().data(), bytes);
  head.slots_per_run = static_cast<std::uint32_t>(instances);
  head.words_per_run = plan.header().word_count;
  return {};
}

void ArenaMemory::begin_batch(std::uint32_t runs, base::Duration timeout) {
  trace::Header& head = header();
  const std::uint32_t by_slots = head.slot_capacity / std::max(head.slots_per_run, 1u);
  const std::uint32_t by_words =
      head.words_per_run == 0 ? runs : head.word_capacity / head.words_per_run;
  head.run_count = std::min({runs, head.run_capacity, by_slots, by_words});
  head.timeout_ns = timeout.count();
  head.next_chunk.store(1, std::memory_order_relaxed);
  head.next_text.store(0, std::memory_order_relaxed);
  head.lost.store(0, std::memory_order_relaxed);
  head.runs_done.store(0, std::memory_order_relaxed);
  head.stop.store(0, std::memory_order_release);
}

}  // namespace procession::run
