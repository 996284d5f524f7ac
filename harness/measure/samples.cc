// SPDX-License-Identifier: MIT
#include "harness/measure/samples.h"

#include "harness/base/check.h"
#include "harness/measure/histogram.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace procession::measure {

void Samples::add(std::int64_t value) {
  sorted_ = sorted_ && (values_.empty() || values_.back() <= value);
  values_.push_back(value);
}

std::int64_t Samples::at(std::uint64_t rank) const {
  base::check(rank >= 1 && rank <= values_.size(), "there is a value of that rank");
  if (!sorted_) {
    std::ranges::sort(values_);
    sorted_ = true;
  }
  return values_[rank - 1];
}

double Samples::mean() const {
  base::check(!values_.empty(), "a mean has values");
  const auto add = [](long double sum, std::int64_t value) {
    return sum + static_cast<long double>(value);
  };
  return static_cast<double>(std::accumulate(values_.begin(), values_.end(), 0.0L, add) /
                             static_cast<long double>(values_.size()));
}

double Samples::deviation() const {
  base::check(values_.size() >= 2, "a deviation has two values");
  const double middle = mean();
  double squares = 0;
  for (const std::int64_t value : values_) {
    const double off = static_cast<double>(value) - middle;
    squares += off * off;
  }
  return std::sqrt(squares / static_cast<double>(values_.size() - 1));
}

void Samples::count_in(Histogram& histogram) const {
  for (const std::int64_t value : values_) {
    histogram.record(value);
  }
}

}  // namespace procession::measure
