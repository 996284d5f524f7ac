// SPDX-License-Identifier: MIT
#pragma once
// Counted: the values of a histogram as a distribution, each known to 0.1 %. Counts ranks once,
// when it is made, so that asking for one is quick; needs the histogram no more then.
//
// A value stands for all of its cell: ranks answer with the greatest of them, as HdrHistogram does,
// though never with more than the maximum, nor less than the minimum; the mean and the deviation
// take the middle.

#include "harness/measure/distribution.h"
#include "harness/measure/histogram.h"

#include <span>
#include <vector>

namespace procession::measure {

class Counted final : public Distribution {
 public:
  explicit Counted(const Histogram& histogram);
  // Upwards; of values from `min` to `max`.
  Counted(std::span<const CellCount> cells, std::int64_t min, std::int64_t max);

  [[nodiscard]] std::uint64_t count() const override;
  [[nodiscard]] std::int64_t at(std::uint64_t rank) const override;
  [[nodiscard]] double mean() const override;
  [[nodiscard]] double deviation() const override;
  void count_in(Histogram& histogram) const override;

 private:
  struct Step {
    std::size_t cell;
    std::uint64_t up_to;  // the rank of its last value
  };
  void add(std::size_t cell, std::uint64_t values);
  [[nodiscard]] double sum(auto of_value) const;

  std::int64_t min_;
  std::int64_t max_;
  std::vector<Step> steps_;  // of the cells that are not empty
};

}  // namespace procession::measure
