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
};

[[nodiscard]] Figure figure_of(std::string name, std::string unit, const Distribution& values);

}  // namespace procession::measure
