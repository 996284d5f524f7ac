// SPDX-License-Identifier: MIT
#pragma once
// Statistics of a distribution, each with an interval that holds the true value with a given
// confidence. Intervals of percentiles and of the median are made of order statistics: they assume
// independent values and nothing about the shape of the distribution (David and Nagaraja, Order
// Statistics, 7.1). The interval of the mean is Student's.
//
// `fraction` is a percentile divided by 100, strictly between 0 and 1; `confidence` likewise.
// All functions but the `…_needs` want one value or more. Used by the verdicts and by figure.h.

#include "harness/measure/distribution.h"

#include <cstdint>
#include <optional>

namespace procession::measure {

// An end that is missing is open: so few values do not bound it.
struct Bounds {
  std::optional<double> low;
  std::optional<double> high;
};

// Between what a value lies, both ends included, as far as the distribution's values are known.
struct Known {
  double at_least = 0;
  std::optional<double> at_most;  // none: nobody knows

  [[nodiscard]] bool is_exact() const { return at_most == at_least; }
};
[[nodiscard]] Known known_at(const Distribution& values, std::uint64_t rank);
[[nodiscard]] Known known_percentile(const Distribution& values, double fraction);
[[nodiscard]] Known known_median(const Distribution& values);
[[nodiscard]] Known known_mean(const Distribution& values);

// The smallest value that at least `fraction` of all values do not exceed.
[[nodiscard]] double percentile(const Distribution& values, double fraction);
// The middle value; of an even number, the mean of the two in the middle.
[[nodiscard]] double median(const Distribution& values);

// These hold whatever the values are that are not known.
[[nodiscard]] Bounds percentile_bounds(const Distribution& values, double fraction,
                                       double confidence);
// Open at both ends for a single value.
[[nodiscard]] Bounds mean_bounds(const Distribution& values, double confidence);

// How many values a percentile takes to mean anything: with fewer, not even the largest (below the
// median, the smallest) of them bounds it with 95 % confidence. 299 for the 99th.
[[nodiscard]] std::uint64_t percentile_needs(double fraction);
// How many it takes until `percentile_bounds` is open at neither end.
[[nodiscard]] std::uint64_t percentile_bounds_need(double fraction, double confidence);

// Ranks of the order statistics that bound a percentile of so many values; for the tests.
struct Ranks {
  std::optional<std::uint64_t> low;
  std::optional<std::uint64_t> high;
};
[[nodiscard]] Ranks percentile_ranks(std::uint64_t count, double fraction, double confidence);

// t such that a variable of Student's distribution lies in [−t, t] with this confidence.
[[nodiscard]] double student_t(std::uint64_t degrees, double confidence);

}  // namespace procession::measure
