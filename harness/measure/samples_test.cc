// SPDX-License-Identifier: MIT
#include "harness/measure/samples.h"

#include <gtest/gtest.h>

namespace procession::measure {
namespace {

TEST(Samples, are_ranked_by_size_whatever_their_order) {
  Samples samples;
  for (const std::int64_t value : {30, 10, 20, 10}) {
    samples.add(value);
  }
  EXPECT_EQ(samples.count(), 4U);
  EXPECT_EQ(samples.at(1), 10);
  EXPECT_EQ(samples.at(2), 10);
  EXPECT_EQ(samples.at(3), 20);
  EXPECT_EQ(samples.at(4), 30);
}

TEST(Samples, can_be_added_after_a_rank_was_asked_for) {
  Samples samples;
  samples.add(5);
  EXPECT_EQ(samples.at(1), 5);
  samples.add(3);
  samples.add(4);
  EXPECT_EQ(samples.at(1), 3);
  EXPECT_EQ(samples.at(2), 4);
  EXPECT_EQ(samples.at(3), 5);
}

TEST(Samples, have_a_mean_and_a_sample_deviation) {
  Samples samples;
  for (const std::int64_t value : {2, 4, 4, 4, 5, 5, 7, 9}) {
    samples.add(value);
  }
  EXPECT_DOUBLE_EQ(samples.mean(), 5);
  EXPECT_DOUBLE_EQ(samples.deviation(), 2.1380899352993947);  // √(32 / 7)
}

TEST(Samples, of_a_few_nanoseconds_beside_many_hours_keep_their_mean) {
  Samples samples;
  constexpr std::int64_t kHours = 3'600'000'000'000'000;
  samples.add(kHours);
  samples.add(kHours + 1);
  samples.add(kHours + 2);
  EXPECT_DOUBLE_EQ(samples.mean(), static_cast<double>(kHours + 1));
  EXPECT_DOUBLE_EQ(samples.deviation(), 1);
}

TEST(SamplesDeathTest, know_no_rank_beyond_their_number) {
  Samples samples;
  samples.add(1);
  EXPECT_DEATH((void)samples.at(0), "rank");
  EXPECT_DEATH((void)samples.at(2), "rank");
}

}  // namespace
}  // namespace procession::measure
