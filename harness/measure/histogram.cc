// SPDX-License-Identifier: MIT
#include "harness/measure/histogram.h"

#include "harness/base/check.h"

#include <numeric>
#include <type_traits>

namespace procession::measure {

namespace {

// What lets bytes of shared memory be one.
static_assert(std::is_trivially_copyable_v<Histogram> && std::is_standard_layout_v<Histogram>);

bool can_hold(std::span<const std::byte> memory) {
  return memory.size() >= sizeof(Histogram) &&
         reinterpret_cast<std::uintptr_t>(memory.data()) % alignof(Histogram) == 0;
}

}  // namespace

Histogram& Histogram::over(std::span<std::byte> memory) {
  base::check(can_hold(memory), "the memory can hold a histogram");
  return *reinterpret_cast<Histogram*>(memory.data());
}

const Histogram& Histogram::over(std::span<const std::byte> memory) {
  base::check(can_hold(memory), "the memory can hold a histogram");
  return *reinterpret_cast<const Histogram*>(memory.data());
}

void Histogram::add(const Histogram& other) noexcept {
  for (std::size_t cell = 0; cell < kCells; ++cell) {
    if (other.cells_[cell] != 0) {  // a page that nobody has counted in stays untouched
      cells_[cell] += other.cells_[cell];
    }
  }
  max_ = std::max(max_, other.max_);
  below_min_ = std::max(below_min_, other.below_min_);
  beyond_ += other.beyond_;
}

std::uint64_t Histogram::count() const noexcept {
  return std::accumulate(cells_.begin(), cells_.end(), std::uint64_t{0});
}

// A writer that was killed may have counted a value without noting that it is the least or the
// greatest: the cells know better.
std::int64_t Histogram::min() const noexcept {
  const auto first = std::find_if(cells_.begin(), cells_.end(), [](auto n) { return n != 0; });
  if (first == cells_.end()) {
    return 0;
  }
  const auto cell = static_cast<std::size_t>(first - cells_.begin());
  return std::clamp(kHighest - below_min_, lowest_of(cell), std::min(highest_of(cell), kHighest));
}

std::int64_t Histogram::max() const noexcept {
  const auto last = std::find_if(cells_.rbegin(), cells_.rend(), [](auto n) { return n != 0; });
  if (last == cells_.rend()) {
    return 0;
  }
  const auto cell = static_cast<std::size_t>(cells_.rend() - last) - 1;
  return std::clamp(max_, lowest_of(cell), std::min(highest_of(cell), kHighest));
}

}  // namespace procession::measure
