// SPDX-License-Identifier: MIT
#pragma once
// Samples: a distribution that keeps every value, 8 bytes each: exact at every rank. Filled by the
// verdicts with the times between two events, of all runs together.

#include "harness/measure/distribution.h"

#include <vector>

namespace procession::measure {

class Samples final : public Distribution {
 public:
  void add(std::int64_t value);

  [[nodiscard]] std::uint64_t count() const override { return values_.size(); }
  [[nodiscard]] std::int64_t at(std::uint64_t rank) const override;
  [[nodiscard]] double mean() const override;
  [[nodiscard]] double deviation() const override;
  void count_in(Histogram& histogram) const override;

 private:
  mutable std::vector<std::int64_t> values_;  // put in order when a rank is asked for
  mutable bool sorted_ = true;
};

}  // namespace procession::measure
