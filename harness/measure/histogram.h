// SPDX-License-Identifier: MIT
#pragma once
// Histogram: how many of the recorded times were how long, in cells so narrow that each value is
// known to 0.1 %. A log-linear histogram with the layout of HdrHistogram (hdrhistogram.org) from 1
// ns to 60 s at 3 significant digits: below 2,048 ns a cell is 1 ns wide; from there on, each
// doubling of the value doubles the width of the cells, of which it has 1,024. So files of other
// programs of that family can be read and written (hdr_log.h, percentile_table.h), and adding two
// of them is exact: what comes out is what one histogram of all values would be.
//
// Plain data of a fixed size, 216 KiB, of which only the pages that are counted in take memory.
// Bytes that are all zero are an empty histogram, so it is used where it lies in fresh shared
// memory (`over`). One process writes; others read when they like. A writer that is killed in
// mid-record leaves a histogram that is valid, with or without that value.
//
// Made and filled by the players, who use no heap: `record` is for them. Read by the tool through
// `Counted` (counted.h), a Distribution.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace procession::measure {

// How many values are in one cell.
struct CellCount {
  std::uint32_t cell = 0;
  std::uint64_t count = 0;
};

class Histogram {
 public:
  static constexpr int kDigits = 3;  // significant decimal digits
  static constexpr std::int64_t kHighest =
      60'000'000'000;  // ns; greater values are counted as this
  static constexpr std::size_t kCells = 27 * 1024;

  // The histogram that lies in `memory`: bytes that were zero, or are a histogram by now; aligned
  // to 8. Writes nothing.
  static Histogram& over(std::span<std::byte> memory);
  static const Histogram& over(std::span<const std::byte> memory);

  // Values below 0 count as 0. Async-signal-safe, but not to be interrupted by another `record`.
  void record(std::int64_t ns, std::uint64_t times = 1) noexcept {
    if (ns > kHighest) [[unlikely]] {
      beyond_ += times;
    }
    const std::int64_t value = std::clamp<std::int64_t>(ns, 0, kHighest);
    cells_[cell_of(value)] += times;
    max_ = std::max(max_, value);
    below_min_ = std::max(below_min_, kHighest - value);
  }
  void add(const Histogram& other) noexcept;
  // A value of a cell that has some already is known to be as great as this.
  void widen(std::int64_t ns) noexcept { max_ = std::max(max_, ns); }

  [[nodiscard]] std::uint64_t count() const noexcept;  // looks at all cells
  // Whether nobody has recorded a value, told without a look at the cells.
  [[nodiscard]] bool is_blank() const noexcept { return max_ == 0 && below_min_ == 0; }
  // How many of them were greater than kHighest.
  [[nodiscard]] std::uint64_t beyond() const noexcept { return beyond_; }
  // The least and the greatest value, exact; 0 if there are none.
  [[nodiscard]] std::int64_t min() const noexcept;
  [[nodiscard]] std::int64_t max() const noexcept;
  [[nodiscard]] std::span<const std::uint64_t, kCells> cells() const noexcept { return cells_; }

  // The cell of a value from 0 to kHighest, and the values that fall into a cell.
  static constexpr std::size_t cell_of(std::int64_t value) noexcept {
    const auto bits = static_cast<std::uint64_t>(value);
    const auto doublings = std::bit_width(bits | (kFine - 1)) - std::bit_width(kFine - 1);
    return static_cast<std::size_t>(doublings) * (kFine / 2) + (bits >> doublings);
  }
  static constexpr std::int64_t lowest_of(std::size_t cell) noexcept {
    const std::uint64_t doublings = doublings_of(cell);
    return static_cast<std::int64_t>((cell - doublings * (kFine / 2)) << doublings);
  }
  static constexpr std::int64_t highest_of(std::size_t cell) noexcept {
    return lowest_of(cell) + (std::int64_t{1} << doublings_of(cell)) - 1;
  }
  // What stands for the values of a cell in a mean, as in that family.
  static constexpr std::int64_t middle_of(std::size_t cell) noexcept {
    return lowest_of(cell) + ((std::int64_t{1} << doublings_of(cell)) >> 1);
  }

 private:
  static constexpr std::uint64_t kFine = 2048;  // so many values have a cell of their own

  static constexpr std::uint64_t doublings_of(std::size_t cell) noexcept {
    return cell < kFine ? 0 : cell / (kFine / 2) - 1;
  }

  std::int64_t max_ = 0;
  std::int64_t below_min_ = 0;  // kHighest − min: zero is the start of this, too
  std::uint64_t beyond_ = 0;
  std::array<std::uint64_t, kCells> cells_ = {};
};

static_assert(Histogram::cell_of(Histogram::kHighest) < Histogram::kCells);

}  // namespace procession::measure
