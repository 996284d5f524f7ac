// SPDX-License-Identifier: MIT
#pragma once
// Figure: what is told of a distribution of values: a plain value for the reports. Made from any
// Distribution. All numbers are finite, and a percentile that has not enough values has none: what
// is printed means what it says. What of it is a lower bound, or means nothing, is marked.

#include "harness/measure/distribution.h"
#include "harness/measure/statistics.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace procession::measure {

// A statistic of each run's own values: what is compared where runs, not values, are independent.
// Of the first runs that had enough values; a run with too few for it has none.
struct ByRun {
  static constexpr std::size_t kMost = 1000;
  std::vector<double> p50;
  std::vector<double> p99;

  void add(const Distribution& of_run);

  friend bool operator==(const ByRun&, const ByRun&) = default;
};

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
  // Statistics that are lower bounds, as "p99" or "max": they depend on values of which no more is
  // known. Then there is no deviation.
  std::vector<std::string> at_least = {};
  // Why it does not tell of what it should; empty: it does.
  std::string invalid = {};
  // All values, as text of the HdrHistogram family (hdr_encoding.h); empty: there are none.
  std::string histogram = {};
  ByRun by_run = {};

  [[nodiscard]] bool is_at_least(std::string_view statistic) const;
};

// What is told by one number alone.
struct Number {
  std::string name;
  std::string unit;  // "/s", or empty for a count
  double value = 0;
  std::string invalid = {};         // as of a figure
  std::vector<double> by_run = {};  // of each of the first ByRun::kMost runs
};

[[nodiscard]] Figure figure_of(std::string name, std::string unit, const Distribution& values);

}  // namespace procession::measure
