// SPDX-License-Identifier: MIT
// Expected numbers come from elsewhere: from SciPy 1.10.1, the command beside each table, and from
// what an interval promises, counted over made-up samples.
#include "harness/measure/statistics.h"

#include "harness/measure/samples.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace procession::measure {
namespace {

Samples one_to(std::int64_t count) {
  Samples samples;
  for (std::int64_t value = count; value > 0; --value) {
    samples.add(value);
  }
  return samples;
}

TEST(Percentile, is_the_least_value_that_so_many_do_not_exceed) {
  EXPECT_EQ(percentile(one_to(100), 0.5), 50);
  EXPECT_EQ(percentile(one_to(100), 0.99), 99);
  EXPECT_EQ(percentile(one_to(100), 0.991), 100);
  EXPECT_EQ(percentile(one_to(100), 0.001), 1);
  EXPECT_EQ(percentile(one_to(1), 0.5), 1);
  EXPECT_EQ(percentile(one_to(3), 0.5), 2);
  EXPECT_EQ(percentile(one_to(100), 0.07), 7);  // where 0.07 · 100 > 7 in floating point
}

TEST(Median, of_an_even_number_is_the_mean_of_the_two_in_the_middle) {
  EXPECT_EQ(median(one_to(1)), 1);
  EXPECT_EQ(median(one_to(2)), 1.5);
  EXPECT_EQ(median(one_to(5)), 3);
  EXPECT_EQ(median(one_to(6)), 3.5);
}

struct RankCase {
  std::uint64_t count;
  double fraction;
  double confidence;
  std::uint64_t low;  // 0 = none
  std::uint64_t high;
};

// low: the largest l with binom.cdf(l - 1, n, p) <= (1 - c) / 2;
// high: the smallest u <= n with binom.sf(u - 1, n, p) <= (1 - c) / 2, of scipy.stats.binom.
// For the median these are the k and n + 1 - k that statistics textbooks list.
constexpr RankCase kRanks[] = {
    {5, 0.5, 0.95, 0, 0},
    {6, 0.5, 0.95, 1, 6},
    {8, 0.5, 0.95, 1, 8},
    {9, 0.5, 0.95, 2, 8},
    {12, 0.5, 0.95, 3, 10},
    {20, 0.5, 0.95, 6, 15},
    {52, 0.5, 0.95, 19, 34},
    {8, 0.5, 0.99, 1, 8},
    {12, 0.5, 0.99, 2, 11},
    {20, 0.5, 0.99, 4, 17},
    {52, 0.5, 0.99, 17, 36},
    {100, 0.9, 0.95, 84, 96},
    {100, 0.25, 0.95, 17, 35},
    {299, 0.99, 0.95, 292, 0},
    {368, 0.99, 0.95, 360, 368},
    {1000, 0.99, 0.95, 983, 997},
    {1000, 0.99, 0.99, 981, 998},
    {1000, 0.01, 0.95, 4, 18},
    {5000, 0.999, 0.95, 4990, 5000},
    {10'000, 0.75, 0.95, 7415, 7586},
    {1'000'000, 0.5, 0.95, 499'020, 500'981},
    {1'000'000, 0.999, 0.99, 998'918, 999'081},
};

TEST(PercentileRanks, are_those_of_the_binomial_distribution) {
  for (const RankCase& expected : kRanks) {
    const Ranks ranks = percentile_ranks(expected.count, expected.fraction, expected.confidence);
    const auto say = [&] {
      return testing::Message() << "n = " << expected.count << ", p = " << expected.fraction
                                << ", confidence " << expected.confidence;
    };
    EXPECT_EQ(ranks.low.value_or(0), expected.low) << say();
    EXPECT_EQ(ranks.high.value_or(0), expected.high) << say();
  }
}

TEST(PercentileBounds, are_values_of_these_ranks) {
  const Bounds bounds = percentile_bounds(one_to(20), 0.5, 0.95);
  EXPECT_EQ(bounds.low, 6);
  EXPECT_EQ(bounds.high, 15);
}

TEST(PercentileBounds, are_open_where_the_values_are_too_few) {
  const Bounds bounds = percentile_bounds(one_to(100), 0.99, 0.95);
  EXPECT_TRUE(bounds.low.has_value());
  EXPECT_FALSE(bounds.high.has_value());
}

// ceil(log(0.05) / log(p)), and with (1 - c) / 2 in place of 0.05.
TEST(PercentileNeeds, so_many_values_that_the_largest_bounds_it) {
  EXPECT_EQ(percentile_needs(0.5), 5U);
  EXPECT_EQ(percentile_needs(0.9), 29U);
  EXPECT_EQ(percentile_needs(0.95), 59U);
  EXPECT_EQ(percentile_needs(0.99), 299U);
  EXPECT_EQ(percentile_needs(0.999), 2995U);
  EXPECT_EQ(percentile_needs(0.9999), 29'956U);
  EXPECT_EQ(percentile_needs(0.99999), 299'572U);
  EXPECT_EQ(percentile_needs(0.01), 299U);  // as many for the smallest
}

TEST(PercentileNeeds, agrees_with_the_bounds) {
  for (const double fraction : {0.5, 0.9, 0.99, 0.25, 0.01}) {
    for (const double confidence : {0.95, 0.99}) {
      const std::uint64_t enough = percentile_bounds_need(fraction, confidence);
      const Ranks with = percentile_ranks(enough, fraction, confidence);
      EXPECT_TRUE(with.low && with.high) << fraction << " " << confidence;
      const Ranks without = percentile_ranks(enough - 1, fraction, confidence);
      EXPECT_FALSE(without.low && without.high) << fraction << " " << confidence;
    }
  }
}

struct StudentCase {
  std::uint64_t degrees;
  double confidence;
  double t;
};

// scipy.stats.t.ppf(1 - (1 - c) / 2, df)
constexpr StudentCase kStudent[] = {{1, 0.95, 12.7062047},   {2, 0.95, 4.30265273},
                                    {3, 0.95, 3.18244631},   {5, 0.99, 4.03214298},
                                    {7, 0.975, 2.84124426},  {10, 0.95, 2.22813885},
                                    {29, 0.99, 2.7563859},   {100, 0.95, 1.98397152},
                                    {999, 0.95, 1.96234146}, {10'000, 0.99, 2.57632105}};

TEST(StudentT, is_that_of_the_tables) {
  for (const StudentCase& expected : kStudent) {
    EXPECT_NEAR(student_t(expected.degrees, expected.confidence), expected.t, 1e-7)
        << expected.degrees;
  }
}

TEST(StudentT, of_very_many_degrees_is_not_too_small) {
  const double exact = 1.95996636;  // 1,000,000 degrees
  EXPECT_GE(student_t(1'000'000, 0.95), exact);
  EXPECT_LE(student_t(1'000'000, 0.95), exact * 1.0002);
}

// numpy: x = [2,4,4,4,5,5,7,9]; scipy.stats.t.interval(.95, 7, loc=mean(x), scale=sem(x))
TEST(MeanBounds, are_student_s) {
  Samples samples;
  for (const std::int64_t value : {2, 4, 4, 4, 5, 5, 7, 9}) {
    samples.add(value);
  }
  const Bounds bounds = mean_bounds(samples, 0.95);
  EXPECT_NEAR(*bounds.low, 3.21251201, 1e-7);
  EXPECT_NEAR(*bounds.high, 6.78748799, 1e-7);
}

TEST(MeanBounds, of_one_value_are_open) {
  const Bounds bounds = mean_bounds(one_to(1), 0.95);
  EXPECT_FALSE(bounds.low.has_value());
  EXPECT_FALSE(bounds.high.has_value());
}

// The promise itself: of 2,000 made-up sets of values, how many intervals miss the true percentile.
// The seed is fixed; with 5 % the number has a standard deviation of 10.
TEST(PercentileBounds, miss_the_true_value_no_more_often_than_they_say) {
  std::mt19937_64 random(1);
  std::exponential_distribution<double> times(1e-6);
  const double truth = -std::log(0.1) * 1e6;  // the 90th percentile
  int misses = 0;
  for (int set = 0; set < 2000; ++set) {
    Samples samples;
    for (int i = 0; i < 100; ++i) {
      samples.add(static_cast<std::int64_t>(times(random)));
    }
    const Bounds bounds = percentile_bounds(samples, 0.9, 0.95);
    misses += *bounds.low > truth || *bounds.high < truth ? 1 : 0;
  }
  EXPECT_LE(misses, 130);
  EXPECT_GE(misses, 20);  // and an interval is not as wide as all values
}

}  // namespace
}  // namespace procession::measure
