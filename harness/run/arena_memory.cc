// SPDX-License-Identifier: MIT
#include "harness/run/arena_memory.h"

#include "harness/run/arena_name.h"
#include "harness/run/text_answers.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <sys/random.h>
#include <utility>

namespace procession::run {

namespace {

constexpr trace::Arena::Sizes kSmall{.runs = 1024,
                                     .slots = 8192,
                                     .words = 32'768,
                                     .chunks = 8192,
                                     .text = 2u << 20,
                                     .plan = 1u << 20};
// So many runs that record twice what their plan lets expect have room in a small one.
constexpr std::uint64_t kRunsWithRoom = 8;
// Bytes of a text that a step may record: a receive takes as much as comes.
constexpr std::uint64_t kLongText = 4096;
// A spinning process records a sample about so often.
constexpr std::int64_t kSampleNs = 500'000;

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

// What one run of a plan may need.
struct Need {
  std::uint64_t chunks = 0;
  std::uint64_t text = 0;
  bool is_bounded = true;
};

Need need_of(const plan::Plan& plan) {
  Need need;
  std::uint64_t lines = 0;
  for (const plan::Step& step : plan.steps()) {
    ++lines;
    if (step.verb == scenario::Verb::Spin) {
      need.is_bounded = need.is_bounded && step.duration_ns >= 0;
      lines += static_cast<std::uint64_t>(std::max(step.duration_ns, std::int64_t{0}) / kSampleNs);
    }
    need.text += answers_text(step.verb) ? kLongText : 0;
  }
  need.chunks = plan.instances().size() + lines / trace::Chunk::kLines;
  return need;
}

base::Error no_room(const char* what, std::uint64_t needed, std::uint64_t there_is) {
  return {base::ErrorKind::Exhausted, std::string("the scenario is too large: it needs ") +
                                          std::to_string(needed) + " " + what +
                                          ", and there is room for " + std::to_string(there_is)};
}

}  // namespace

ArenaSize size_for(const plan::Plan& plan) {
  const Need need = need_of(plan);
  const auto has_room = [](std::uint64_t in_a_run, std::uint64_t there_is) {
    return in_a_run * kRunsWithRoom <= there_is;
  };
  const bool fits = need.is_bounded && plan.bytes().size() <= kSmall.plan &&
                    has_room(plan.instances().size(), kSmall.slots) &&
                    has_room(plan.header().word_count, kSmall.words) &&
                    has_room(2 * need.chunks, kSmall.chunks) &&
                    has_room(2 * need.text, kSmall.text);
  return fits ? ArenaSize::Small : ArenaSize::Large;
}

ArenaMemory::ArenaMemory(os::SharedRegion region, ArenaSize size, const trace::Arena::Sizes& sizes,
                         std::uint64_t nonce)
    : region_(std::move(region)),
      size_(size),
      arena_(trace::Arena::lay_out(region_.bytes(), sizes, nonce)) {}

base::Result<ArenaMemory> ArenaMemory::create(ArenaSize size) {
  const std::uint64_t nonce = fresh_nonce();
  const ArenaName name(nonce);
  trace::Arena::Sizes sizes = size == ArenaSize::Small ? kSmall : trace::Arena::Sizes();
  for (;;) {
    auto region = os::SharedRegion::create(name.c_str(), trace::Arena::bytes_needed(sizes));
    if (region) {
      return ArenaMemory(*std::move(region), size, sizes, nonce);
    }
    sizes = half_of(sizes);
    if (sizes.chunks < kSmall.chunks) {
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
