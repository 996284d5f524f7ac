// SPDX-License-Identifier: MIT
#include "harness/measure/statistics.h"

#include "harness/base/check.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace procession::measure {

namespace {

double log_binomial(double n, double k, double p) {
  return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) + k * std::log(p) +
         (n - k) * std::log1p(-p);
}

// The largest rank that lies above the percentile with a probability of at most `tail`: the number
// of values below the percentile is binomial, and the rank lies above it if that is less. What is
// left of the first k looked at is less than 1e-30.
std::optional<std::uint64_t> low_rank(std::uint64_t count, double fraction, double tail) {
  const auto n = static_cast<double>(count);
  const double spread = std::sqrt(n * fraction * (1 - fraction));
  const double first = std::max(0.0, std::floor(n * fraction - 12 * spread - 40));
  double probability = std::exp(log_binomial(n, first, fraction));
  double sum = 0;
  for (double k = first; k <= n; ++k) {
    sum += probability;
    if (sum > tail) {
      return k < 1 ? std::nullopt : std::optional(static_cast<std::uint64_t>(k));
    }
    probability *= (n - k) / (k + 1) * fraction / (1 - fraction);
  }
  return count;
}

std::uint64_t needed(double fraction, double tail) {
  return static_cast<std::uint64_t>(
      std::ceil(std::log(tail) / std::log(std::max(fraction, 1 - fraction))));
}

// 0.07 · 100 is a little more than 7, and the rank is 7.
std::uint64_t percentile_rank(std::uint64_t count, double fraction) {
  const double rank = std::ceil(static_cast<double>(count) * fraction * (1 - 1e-12));
  return std::clamp(static_cast<std::uint64_t>(rank), std::uint64_t{1}, count);
}

// P(|T| ≤ t) as a finite sum (Abramowitz and Stegun, 26.7.3 and 26.7.4).
double student_within(std::uint64_t degrees, double t) {
  const double angle = std::atan(t / std::sqrt(static_cast<double>(degrees)));
  const double cosine = std::cos(angle);
  const bool odd = degrees % 2 == 1;
  double term = odd ? cosine : 1;
  double sum = degrees == 1 ? 0 : term;
  for (std::uint64_t k = odd ? 3 : 2; k < degrees; k += 2) {
    const auto ratio = static_cast<double>(k - 1) / static_cast<double>(k);
    term *= cosine * cosine * ratio;
    sum += term;
  }
  return odd ? 2 / std::numbers::pi * (angle + std::sin(angle) * sum) : std::sin(angle) * sum;
}

}  // namespace

Known known_at(const Distribution& values, std::uint64_t rank) {
  const std::optional<std::int64_t> most = values.at_most(rank);
  return {static_cast<double>(values.at(rank)),
          most ? std::optional(static_cast<double>(*most)) : std::nullopt};
}

Known known_percentile(const Distribution& values, double fraction) {
  return known_at(values, percentile_rank(values.count(), fraction));
}

Known known_median(const Distribution& values) {
  const std::uint64_t count = values.count();
  const Known lower = known_at(values, (count + 1) / 2);
  const Known upper = known_at(values, count / 2 + 1);
  return {(lower.at_least + upper.at_least) / 2,
          lower.at_most && upper.at_most ? std::optional((*lower.at_most + *upper.at_most) / 2)
                                         : std::nullopt};
}

Known known_mean(const Distribution& values) {
  const double mean = values.mean();
  return {mean, values.is_exact() ? std::optional(mean) : std::nullopt};
}

double percentile(const Distribution& values, double fraction) {
  return known_percentile(values, fraction).at_least;
}

double median(const Distribution& values) { return known_median(values).at_least; }

Ranks percentile_ranks(std::uint64_t count, double fraction, double confidence) {
  const double tail = (1 - confidence) / 2;
  Ranks ranks{low_rank(count, fraction, tail), low_rank(count, 1 - fraction, tail)};
  if (ranks.high) {
    ranks.high = count + 1 - *ranks.high;
  }
  return ranks;
}

Bounds percentile_bounds(const Distribution& values, double fraction, double confidence) {
  const Ranks ranks = percentile_ranks(values.count(), fraction, confidence);
  return {ranks.low ? std::optional(known_at(values, *ranks.low).at_least) : std::nullopt,
          ranks.high ? known_at(values, *ranks.high).at_most : std::nullopt};
}

Bounds mean_bounds(const Distribution& values, double confidence) {
  const std::uint64_t count = values.count();
  if (count < 2) {
    return {};
  }
  const double reach =
      student_t(count - 1, confidence) * values.deviation() / std::sqrt(static_cast<double>(count));
  return {values.mean() - reach,
          values.is_exact() ? std::optional(values.mean() + reach) : std::nullopt};
}

std::uint64_t percentile_needs(double fraction) { return needed(fraction, 0.05); }

std::uint64_t percentile_bounds_need(double fraction, double confidence) {
  return needed(fraction, (1 - confidence) / 2);
}

// From ten thousand degrees on, t is less than 1/10,000 from the normal distribution's: taking that
// of ten thousand makes the interval so much too wide.
double student_t(std::uint64_t degrees, double confidence) {
  base::check(degrees >= 1 && confidence > 0 && confidence < 1, "there is such a t");
  degrees = std::min<std::uint64_t>(degrees, 10'000);
  double low = 0;
  double high = 1;
  while (student_within(degrees, high) < confidence) {
    high *= 2;
  }
  for (int halving = 0; halving < 60; ++halving) {
    const double middle = (low + high) / 2;
    (student_within(degrees, middle) < confidence ? low : high) = middle;
  }
  return high;
}

}  // namespace procession::measure
