// SPDX-License-Identifier: MIT
#include "harness/os/affinity.h"

#include <gtest/gtest.h>

#include <sched.h>

namespace procession::os {
namespace {

TEST(Affinity, PositionsCountWhatIsPermitted) {
  CpuSet permitted{};
  permitted[0] = 0b1011'0000;
  permitted[1] = 0b1;
  CpuSet chosen{};
  chosen[0] = 0b1001'0000;
  chosen[1] = 0b1;
  const std::uint32_t positions[] = {3, 0, 2};
  EXPECT_EQ(at_positions(permitted, positions), chosen);
  const std::uint32_t beyond[] = {4};
  EXPECT_EQ(at_positions(permitted, beyond), CpuSet{});
}

TEST(Affinity, IsWhereTheCallerRuns) {
  CpuSet before;
  ASSERT_EQ(get_affinity(before), 0);
  const std::uint32_t first[] = {0};
  const CpuSet one = at_positions(before, first);
  ASSERT_EQ(set_affinity(one), 0);
  const auto cpu = static_cast<std::size_t>(::sched_getcpu());
  CpuSet now;
  EXPECT_EQ(get_affinity(now), 0);
  EXPECT_EQ(set_affinity(before), 0);
  EXPECT_EQ(now, one);
  EXPECT_NE(one[cpu / 64] >> (cpu % 64) & 1, 0u);
  EXPECT_NE(set_affinity(CpuSet{}), 0) << "nobody can run nowhere";
}

}  // namespace
}  // namespace procession::os
