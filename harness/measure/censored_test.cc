// SPDX-License-Identifier: MIT
#include "harness/measure/censored.h"

#include "harness/measure/figure.h"
#include "harness/measure/samples.h"
#include "harness/measure/statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace procession::measure {
namespace {

Samples samples_of(const std::vector<std::int64_t>& values) {
  Samples samples;
  for (const std::int64_t value : values) {
    samples.add(value);
  }
  return samples;
}

std::vector<std::int64_t> numbers_to(std::int64_t last) {
  std::vector<std::int64_t> numbers;
  for (std::int64_t k = 1; k <= last; ++k) {
    numbers.push_back(k);
  }
  return numbers;
}

TEST(Censored, of_values_that_are_all_known_are_these) {
  const Samples values = samples_of(numbers_to(10));
  const Censored censored(values, {});
  EXPECT_TRUE(censored.is_exact());
  EXPECT_EQ(censored.count(), 10U);
  EXPECT_EQ(censored.at(3), 3);
  EXPECT_EQ(censored.at_most(3), 3);
  EXPECT_DOUBLE_EQ(censored.mean(), values.mean());
  EXPECT_DOUBLE_EQ(censored.deviation(), values.deviation());
}

TEST(Censored, one_that_was_not_over_moves_a_rank_by_one) {
  const Samples values = samples_of(numbers_to(10));
  const Censored censored(values, {.counted = 1, .least = 4});
  EXPECT_EQ(censored.at(3), 3);
  EXPECT_EQ(censored.at_most(3), 3) << "all that lie below it are known";
  EXPECT_EQ(censored.at(5), 5);
  EXPECT_EQ(censored.at_most(5), 6);
  EXPECT_EQ(censored.at_most(9), 10);
  EXPECT_EQ(censored.at_most(10), std::nullopt);
}

TEST(Censored, one_that_was_not_counted_moves_every_rank_by_one) {
  const Samples values = samples_of(numbers_to(10));
  const Censored censored(values, {.missing = 1});
  EXPECT_FALSE(censored.is_exact());
  EXPECT_EQ(censored.count(), 11U);
  EXPECT_EQ(censored.at(1), 0);
  EXPECT_EQ(censored.at_most(1), 1);
  EXPECT_EQ(censored.at(11), 10);
  EXPECT_EQ(censored.at_most(11), std::nullopt);
  EXPECT_DOUBLE_EQ(censored.mean(), 5);
  EXPECT_DOUBLE_EQ(censored.deviation(),
                   samples_of({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}).deviation());
}

// Against all that may be true: values that were not over take any time from what was counted on.
TEST(Censored, bounds_every_rank_whatever_the_unknown_values_are) {
  std::mt19937_64 random(7);
  const auto up_to = [&](std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(0, most)(random);
  };
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::int64_t> counted;
    std::vector<std::int64_t> truth;
    Unknown unknown;
    const std::int64_t count = 1 + up_to(8);
    for (std::int64_t k = 0; k < count; ++k) {
      const std::int64_t value = 1 + up_to(9);
      counted.push_back(value);
      truth.push_back(value);
      if (up_to(3) == 0) {
        truth.back() += up_to(12);
        unknown.least = unknown.counted == 0 ? value : std::min(unknown.least, value);
        ++unknown.counted;
      }
    }
    for (std::int64_t k = up_to(2); k > 0; --k) {
      truth.push_back(up_to(20));
      ++unknown.missing;
    }
    std::ranges::sort(truth);
    const Samples values = samples_of(counted);
    const Censored censored(values, unknown);
    for (std::size_t rank = 1; rank <= truth.size(); ++rank) {
      ASSERT_LE(censored.at(rank), truth[rank - 1]);
      ASSERT_GE(censored.at_most(rank).value_or(1000), truth[rank - 1]);
    }
  }
}

TEST(Censored, statistics_are_exact_where_they_do_not_depend_on_it) {
  std::vector<std::int64_t> many(1000, 50);
  many.push_back(60);
  const Samples values = samples_of(many);
  const Censored censored(values, {.counted = 1, .least = 60});
  EXPECT_TRUE(known_median(censored).is_exact());
  EXPECT_TRUE(known_percentile(censored, 0.99).is_exact());
  EXPECT_EQ(known_at(censored, censored.count()).at_most, std::nullopt);
  EXPECT_EQ(known_mean(censored).at_most, std::nullopt);
  EXPECT_EQ(mean_bounds(censored, 0.95).high, std::nullopt);
  EXPECT_TRUE(percentile_bounds(censored, 0.5, 0.95).high.has_value());
}

TEST(Censored, an_interval_has_no_upper_end_that_is_itself_unknown) {
  const Samples values = samples_of(numbers_to(100));
  const Censored censored(values, {.counted = 50, .least = 40});
  const Bounds bounds = percentile_bounds(censored, 0.5, 0.95);
  EXPECT_EQ(bounds.low, 40);
  EXPECT_EQ(bounds.high, std::nullopt) << "61 is what was counted, and not over";
}

TEST(Censored, a_figure_says_which_of_its_statistics_are_lower_bounds) {
  std::vector<std::int64_t> many(300, 50);
  many.insert(many.end(), 4, 60);
  const Samples values = samples_of(many);
  const Figure figure =
      figure_of("load.service", "ns", Censored(values, {.counted = 4, .least = 60}));
  EXPECT_EQ(figure.at_least, (std::vector<std::string>{"mean", "p99", "max"}));
  EXPECT_FALSE(figure.deviation.has_value());
  EXPECT_EQ(figure_of("load.service", "ns", values).at_least, std::vector<std::string>{});
}

}  // namespace
}  // namespace procession::measure
