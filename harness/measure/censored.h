// SPDX-License-Identifier: MIT
#pragma once
// Censored: a distribution of times of which some were not over when they were counted: of those it
// is only known that they are at least so long. (Statistics call them censored on the right.) Made
// of the times as they were counted, which must outlive it and not change.
//
// A rank lies between what it is if all of them were over at once and what it is if none of them
// ever was. So one of a thousand moves the median by one rank at most, and the maximum may be
// anything.

#include "harness/measure/distribution.h"

#include <cstdint>

namespace procession::measure {

// How many were not over. None of those that were counted is less than `least`.
struct Unknown {
  std::uint64_t counted = 0;  // with the time that they had taken so far
  std::uint64_t missing = 0;  // not counted: nothing is known of them but that they are
  std::int64_t least = 0;
};

class Censored final : public Distribution {
 public:
  Censored(const Distribution& values, Unknown unknown) : values_(values), unknown_(unknown) {}

  [[nodiscard]] std::uint64_t count() const override;  // with those that are missing
  [[nodiscard]] std::int64_t at(std::uint64_t rank) const override;
  [[nodiscard]] std::optional<std::int64_t> at_most(std::uint64_t rank) const override;
  [[nodiscard]] bool is_exact() const override;
  [[nodiscard]] double mean() const override;
  [[nodiscard]] double deviation() const override;
  void count_in(Histogram& histogram) const override;

 private:
  const Distribution& values_;
  Unknown unknown_;
};

}  // namespace procession::measure
