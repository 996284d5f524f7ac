// SPDX-License-Identifier: MIT
#include "harness/run/arena_memory.h"

#include "harness/run/arena_name.h"
#include "harness/run/text_answers.h"
#include "harness/trace/read_load.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <sys/random.h>
#include <unistd.h>
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

// A load's area, read from a file.
class AreaCopy {
 public:
  [[nodiscard]] const trace::LoadArea& operator*() const {
    return *reinterpret_cast<const trace::LoadArea*>(bytes_.data());
  }

  void read(int fd, std::uint64_t begin) {
    for (const std::span<std::byte> part : std::exchange(written_, {})) {
      std::ranges::fill(part, std::byte{0});
    }
    const auto end = static_cast<off_t>(begin + bytes_.size());
    off_t at = static_cast<off_t>(begin);
    while ((at = ::lseek(fd, at, SEEK_DATA)) >= 0 && at < end) {
      const off_t hole = std::min(::lseek(fd, at, SEEK_HOLE), end);
      const auto room = std::span(bytes_).subspan(static_cast<std::size_t>(at) - begin,
                                                  static_cast<std::size_t>(hole - at));
      written_.push_back(room);
      const ssize_t got = ::pread(fd, room.data(), room.size(), at);
      if (got <= 0) {
        return;
      }
      at += got;
    }
  }

 private:
  alignas(64) std::array<std::byte, trace::kLoadAreaBytes> bytes_ = {};
  std::vector<std::span<std::byte>> written_;
};

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
  loads_ = plan.loads().size();
  return {};
}

// Cutting the areas of the last batch off is what empties them.
base::Result<> ArenaMemory::make_load_areas() {
  const std::uint64_t size = region_.size();
  if (::ftruncate(fd(), static_cast<off_t>(size)) != 0) {
    return base::system_error("empty the memory of loads", errno);
  }
  if (loads_ == 0) {
    return {};
  }
  const std::uint64_t all = size + loads_ * trace::kLoadAreaBytes;
  if (!os::file_size_allowed(all) || ::ftruncate(fd(), static_cast<off_t>(all)) != 0) {
    return base::Error{base::ErrorKind::Exhausted,
                       std::to_string(loads_) + " loads need files of " + std::to_string(all) +
                           " bytes, and RLIMIT_FSIZE (ulimit -f) is lower",
                       EFBIG};
  }
  return {};
}

std::vector<trace::Load> ArenaMemory::read_loads() const {
  std::vector<trace::Load> loads;
  if (loads_ == 0) {
    return loads;
  }
  // Only what was written is read: reading the rest by a mapping would fill it with zeros.
  const auto area = std::make_unique<AreaCopy>();
  for (std::size_t k = 0; k < loads_; ++k) {
    area->read(fd(), region_.size() + k * trace::kLoadAreaBytes);
    loads.push_back(trace::read_load(**area));
  }
  return loads;
}

base::Result<> ArenaMemory::begin_batch(std::uint32_t runs, base::Duration timeout) {
  if (loads_ != 0 || has_areas_) {
    if (auto made = make_load_areas(); !made) {
      return made;
    }
    has_areas_ = loads_ != 0;
    runs = std::min(runs, 1u);
  }
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
  return {};
}

}  // namespace procession::run
