// SPDX-License-Identifier: MIT
#pragma once
// Figure: what is told of a distribution of values: a plain value for the reports. Made from any
// Distribution. All numbers are finite, and a percentile that has not enough values has none: what
// is printed means what it says.

#include "harness/measure/distribution.h"
#include "harness/measure/statistics.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace procession::measure {

struct Figure {
  struct Percentile {
    double percent = 0;
    std::uint64_t needs = 0;      // values; with fewer there is no `value`
    std::optional<double> value;  // in the figure's unit
    Bounds bounds;                // with 95 % confidence
  };
  std::string name;
  std::string unit;  // "ns"
  std::uint64_t count = 0;
  // None if there are no values; deviation: if there are not two.
  std::optional<double> min;
  std::optional<double> mean;
  std::optional<double> max;
  std::optional<double> deviation;
  Bounds mean_bounds;                   // with 95 % confidence
  std::vector<Percentile> percentiles;  // 50, 90, 99 and 99.9
  // From here on values are lower bounds: what was given up had taken so long at least.
  std::optional<double> open_from = {};

  [[nodiscard]] bool is_at_least(double value) const { return open_from && value >= *open_from; }
};

// What is told by one number alone.
struct Number {
  std::string name;
  std::string unit;  // "/s", or empty for a count
  double value = 0;
};

[[nodiscard]] Figure figure_of(std::string name, std::string unit, const Distribution& values);

}  // namespace procession::measure
