// SPDX-License-Identifier: MIT
#include "harness/measure/counted.h"

#include "harness/base/check.h"

#include <algorithm>
#include <cmath>

namespace procession::measure {

Counted::Counted(const Histogram& histogram) : min_(histogram.min()), max_(histogram.max()) {
  for (std::size_t cell = 0; cell < Histogram::kCells; ++cell) {
    add(cell, histogram.cells()[cell]);
  }
}

Counted::Counted(std::span<const CellCount> cells, std::int64_t min, std::int64_t max)
    : min_(min), max_(max) {
  for (const CellCount& cell : cells) {
    add(cell.cell, cell.count);
  }
}

void Counted::add(std::size_t cell, std::uint64_t values) {
  if (values != 0) {
    steps_.push_back({cell, count() + values});
  }
}

std::uint64_t Counted::count() const { return steps_.empty() ? 0 : steps_.back().up_to; }

std::int64_t Counted::at(std::uint64_t rank) const {
  base::check(rank >= 1 && rank <= count(), "the rank is one of a value");
  const auto step = std::lower_bound(
      steps_.begin(), steps_.end(), rank,
      [](const Step& candidate, std::uint64_t wanted) { return candidate.up_to < wanted; });
  return std::clamp(Histogram::highest_of(step->cell), min_, max_);
}

double Counted::sum(auto of_value) const {
  double all = 0;
  std::uint64_t before = 0;
  for (const Step& step : steps_) {
    all += static_cast<double>(step.up_to - before) *
           of_value(static_cast<double>(Histogram::middle_of(step.cell)));
    before = step.up_to;
  }
  return all;
}

double Counted::mean() const {
  base::check(count() >= 1, "a mean is of one value or more");
  const double mean = sum([](double value) { return value; }) / static_cast<double>(count());
  return std::clamp(mean, static_cast<double>(min_), static_cast<double>(max_));
}

double Counted::deviation() const {
  base::check(count() >= 2, "a deviation is of two values or more");
  const double centre = mean();
  const double squares = sum([centre](double v) { return (v - centre) * (v - centre); });
  return std::sqrt(squares / static_cast<double>(count() - 1));
}

void Counted::count_in(Histogram& histogram) const {
  std::uint64_t before = 0;
  for (const Step& step : steps_) {
    histogram.record(std::clamp(Histogram::lowest_of(step.cell), min_, max_), step.up_to - before);
    before = step.up_to;
  }
  if (!steps_.empty()) {
    histogram.widen(max_);
  }
}

}  // namespace procession::measure
