// SPDX-License-Identifier: MIT
#include "harness/os/noise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>

namespace procession::os {
namespace {

CpuSet set_of(std::initializer_list<std::uint32_t> cpus) {
  CpuSet set{};
  for (const std::uint32_t cpu : cpus) {
    set[cpu / 64] |= std::uint64_t{1} << (cpu % 64);
  }
  return set;
}

TEST(Noise, lists_cpus_as_the_kernel_does) {
  EXPECT_EQ(to_string(set_of({})), "");
  EXPECT_EQ(to_string(set_of({0})), "0");
  EXPECT_EQ(to_string(set_of({0, 1, 2, 3, 8})), "0-3,8");
  EXPECT_EQ(to_string(set_of({1, 63, 64, 1022, 1023})), "1,63-64,1022-1023");
}

TEST(Noise, counts_time_that_goes_on) {
  const CpuTime before = cpu_time();
  EXPECT_GT(before.all, 0U);
  EXPECT_LT(before.stolen, before.all);
  const CpuTime after = cpu_time();
  EXPECT_GE(after.all, before.all);
}

TEST(Noise, knows_what_was_stolen_between_two_readings) {
  EXPECT_DOUBLE_EQ(stolen_share({100, 10}, {200, 35}), 0.25);
  EXPECT_DOUBLE_EQ(stolen_share({100, 10}, {100, 10}), 0) << "no tick between them";
  EXPECT_DOUBLE_EQ(stolen_share({100, 10}, {200, 10}), 0);
  EXPECT_DOUBLE_EQ(stolen_share({100, 10}, {0, 0}), 0) << "no second reading";
}

TEST(Noise, has_three_loads_and_a_governor) {
  EXPECT_THAT(load_average(), ::testing::MatchesRegex("[0-9]+\\.[0-9]+ [0-9.]+ [0-9.]+"));
  EXPECT_NE(frequency_governor(), "");
}

}  // namespace
}  // namespace procession::os
