// SPDX-License-Identifier: MIT
#include "harness/measure/figure.h"

#include "harness/measure/samples.h"

#include <gtest/gtest.h>

namespace procession::measure {
namespace {

Samples one_to(std::int64_t count) {
  Samples samples;
  for (std::int64_t value = 1; value <= count; ++value) {
    samples.add(value);
  }
  return samples;
}

TEST(Figure, of_no_values_has_no_numbers) {
  const Figure figure = figure_of("setup", "ns", Samples());
  EXPECT_EQ(figure.name, "setup");
  EXPECT_EQ(figure.unit, "ns");
  EXPECT_EQ(figure.count, 0U);
  EXPECT_FALSE(figure.min || figure.mean || figure.max || figure.deviation);
  for (const Figure::Percentile& percentile : figure.percentiles) {
    EXPECT_FALSE(percentile.value.has_value());
  }
}

TEST(Figure, of_one_value_has_no_deviation_and_no_percentile) {
  const Figure figure = figure_of("setup", "ns", one_to(1));
  EXPECT_EQ(figure.min, 1);
  EXPECT_EQ(figure.mean, 1);
  EXPECT_EQ(figure.max, 1);
  EXPECT_FALSE(figure.deviation.has_value());
  EXPECT_FALSE(figure.mean_bounds.low.has_value());
  EXPECT_FALSE(figure.percentiles.front().value.has_value());
}

TEST(Figure, tells_the_percentiles_that_its_values_support) {
  const Figure figure = figure_of("setup", "ns", one_to(300));
  ASSERT_EQ(figure.percentiles.size(), 4U);
  EXPECT_EQ(figure.percentiles[0].value, 150);
  EXPECT_EQ(figure.percentiles[1].value, 270);
  EXPECT_EQ(figure.percentiles[2].value, 297);
  EXPECT_TRUE(figure.percentiles[0].bounds.low && figure.percentiles[0].bounds.high);
  EXPECT_FALSE(figure.percentiles[2].bounds.high.has_value());  // that takes 368
  EXPECT_EQ(figure.percentiles[3].percent, 99.9);
  EXPECT_EQ(figure.percentiles[3].needs, 2995U);
  EXPECT_FALSE(figure.percentiles[3].value.has_value());
}

}  // namespace
}  // namespace procession::measure
