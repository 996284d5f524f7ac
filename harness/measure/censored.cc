// SPDX-License-Identifier: MIT
#include "harness/measure/censored.h"

#include "harness/base/check.h"

#include <cmath>

namespace procession::measure {

std::uint64_t Censored::count() const { return values_.count() + unknown_.missing; }

bool Censored::is_exact() const { return unknown_.counted == 0 && unknown_.missing == 0; }

// Those that are missing were over at once.
std::int64_t Censored::at(std::uint64_t rank) const {
  base::check(rank >= 1 && rank <= count(), "the rank is one of a value");
  return rank <= unknown_.missing ? 0 : values_.at(rank - unknown_.missing);
}

// Those that were not over were the last. Which of the values they are is not known, but that none
// is less than the least of them.
std::optional<std::int64_t> Censored::at_most(std::uint64_t rank) const {
  base::check(rank >= 1 && rank <= count(), "the rank is one of a value");
  const std::uint64_t counted = values_.count();
  if (rank > counted) {
    return std::nullopt;
  }
  const std::int64_t value = values_.at(rank);
  if (unknown_.counted == 0 || value < unknown_.least) {
    return value;
  }
  return rank + unknown_.counted > counted ? std::nullopt
                                           : std::optional(values_.at(rank + unknown_.counted));
}

double Censored::mean() const {
  base::check(count() >= 1, "a mean is of one value or more");
  const auto counted = static_cast<double>(values_.count());
  return counted == 0 ? 0 : values_.mean() * counted / static_cast<double>(count());
}

// The missing ones are taken as 0, as in the mean.
double Censored::deviation() const {
  base::check(count() >= 2, "a deviation is of two values or more");
  const auto counted = static_cast<double>(values_.count());
  const double centre = mean();
  double squares = static_cast<double>(unknown_.missing) * centre * centre;
  if (values_.count() >= 1) {
    const double off = values_.mean() - centre;
    squares += counted * off * off;
  }
  if (values_.count() >= 2) {
    squares += (counted - 1) * values_.deviation() * values_.deviation();
  }
  return std::sqrt(squares / static_cast<double>(count() - 1));
}

void Censored::count_in(Histogram& histogram) const { values_.count_in(histogram); }

}  // namespace procession::measure
