// SPDX-License-Identifier: MIT
#include "harness/measure/counted.h"

#include "harness/measure/figure.h"
#include "harness/measure/samples.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <random>

namespace procession::measure {
namespace {

struct Both {
  Samples exact;
  std::unique_ptr<Histogram> histogram = std::make_unique<Histogram>();
};

// Times as servers have them: most around 50 µs, a tail up to seconds.
Both skewed_times(std::size_t number) {
  std::mt19937_64 random(3);
  std::lognormal_distribution<double> time(std::log(50'000), 1.5);
  Both both;
  for (std::size_t k = 0; k < number; ++k) {
    const auto ns = static_cast<std::int64_t>(time(random));
    both.exact.add(ns);
    both.histogram->record(ns);
  }
  return both;
}

void expect_within_a_thousandth(double value, double exact, const std::string& what) {
  EXPECT_LE(std::abs(value - exact), exact / 1000) << what << ": " << value << " for " << exact;
}

TEST(Counted, differs_from_an_exact_sort_by_a_thousandth_at_most_at_every_rank) {
  const Both both = skewed_times(20'000);
  const Counted counted(*both.histogram);
  ASSERT_EQ(counted.count(), both.exact.count());
  for (std::uint64_t rank = 1; rank <= counted.count(); ++rank) {
    const auto exact = static_cast<double>(both.exact.at(rank));
    ASSERT_LE(std::abs(static_cast<double>(counted.at(rank)) - exact), exact / 1000) << rank;
  }
}

TEST(Counted, has_the_mean_and_the_deviation_of_its_values) {
  const Both both = skewed_times(20'000);
  const Counted counted(*both.histogram);
  expect_within_a_thousandth(counted.mean(), both.exact.mean(), "mean");
  expect_within_a_thousandth(counted.deviation(), both.exact.deviation(), "deviation");
}

TEST(Counted, makes_the_figure_that_its_values_make) {
  const Both both = skewed_times(3'000);
  const Figure exact = figure_of("response", "ns", both.exact);
  const Figure figure = figure_of("response", "ns", Counted(*both.histogram));
  EXPECT_EQ(figure.min, exact.min);
  EXPECT_EQ(figure.max, exact.max);
  ASSERT_EQ(figure.percentiles.size(), exact.percentiles.size());
  for (std::size_t k = 0; k < figure.percentiles.size(); ++k) {
    ASSERT_EQ(figure.percentiles[k].value.has_value(), exact.percentiles[k].value.has_value());
    expect_within_a_thousandth(*figure.percentiles[k].value, *exact.percentiles[k].value,
                               std::to_string(figure.percentiles[k].percent));
  }
}

TEST(Counted, never_says_more_than_the_maximum) {
  Histogram histogram;
  histogram.record(1'000'003);
  const Counted counted(histogram);
  EXPECT_EQ(counted.at(1), 1'000'003);
  EXPECT_DOUBLE_EQ(counted.mean(), 1'000'003);
}

TEST(Counted, of_an_empty_histogram_has_no_values) {
  const Histogram histogram;
  EXPECT_EQ(Counted(histogram).count(), 0U);
}

TEST(CountedDeathTest, knows_no_rank_beyond_their_number) {
  Histogram histogram;
  histogram.record(7);
  const Counted counted(histogram);
  EXPECT_DEATH((void)counted.at(0), "rank");
  EXPECT_DEATH((void)counted.at(2), "rank");
  EXPECT_DEATH((void)counted.deviation(), "two values");
}

}  // namespace
}  // namespace procession::measure
