// SPDX-License-Identifier: MIT
#pragma once
// Distribution: the values of one figure as statistics see them: how many there are, the k-th
// smallest, their mean and how far they stray from it. Statistics (statistics.h) ask for nothing
// else, so they do not care whether every value was kept (samples.h) or only counted by size.
// Values are whole numbers of the figure's unit; times are nanoseconds.
//
// Of some values it may only be known that they are at least so great (censored.h). Then what is
// told is the least that can be, but for `at_most`.

#include <cstdint>
#include <optional>

namespace procession::measure {

class Histogram;

class Distribution {
 public:
  virtual ~Distribution() = default;
  [[nodiscard]] virtual std::uint64_t count() const = 0;
  // The rank-th smallest value; ranks go from 1 to `count`.
  [[nodiscard]] virtual std::int64_t at(std::uint64_t rank) const = 0;
  // What that value is at most; none: nobody knows.
  [[nodiscard]] virtual std::optional<std::int64_t> at_most(std::uint64_t rank) const {
    return at(rank);
  }
  // Every value is known.
  [[nodiscard]] virtual bool is_exact() const { return true; }
  // Of one value or more.
  [[nodiscard]] virtual double mean() const = 0;
  // Sample standard deviation (divided by n − 1), of two values or more.
  [[nodiscard]] virtual double deviation() const = 0;
  // Counts every value there, as far as it is known.
  virtual void count_in(Histogram& histogram) const = 0;

 protected:
  Distribution() = default;
  Distribution(const Distribution&) = default;
  Distribution(Distribution&&) = default;
  Distribution& operator=(const Distribution&) = default;
  Distribution& operator=(Distribution&&) = default;
};

}  // namespace procession::measure
