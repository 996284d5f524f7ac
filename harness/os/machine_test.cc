// SPDX-License-Identifier: MIT
#include "harness/os/machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

namespace procession::os {
namespace {

TEST(Machine, CountsTheCpusThatThisProcessMayUse) {
  cpu_set_t before;
  ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(::sched_getcpu(), &one);
  ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(available_cpus(), 1u);
  ::sched_setaffinity(0, sizeof before, &before);
}

TEST(Machine, ProbesWhatItNames) {
  EXPECT_THAT(feature_names(), ::testing::IsSupersetOf({"pid_namespace", "pidfd"}));
  EXPECT_TRUE(has_feature("pidfd"));  // nothing here works without
  EXPECT_FALSE(has_feature("wishes"));
}

// A probe that asks its own process must not depend on how that process was started.
TEST(Machine, FindsTheSameWhetherItLeadsAGroupOrNot) {
  const bool before = has_feature("pidfd_group_signal");
  const pid_t child = ::fork();
  if (child == 0) {
    const bool member = has_feature("pidfd_group_signal");
    ::setpgid(0, 0);
    ::_exit(has_feature("pidfd_group_signal") == member ? member : 2);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), before ? 1 : 0);
}

TEST(Machine, FindsProgramsAsAShellDoes) {
  EXPECT_THAT(find_program("sh"), ::testing::EndsWith("/sh"));
  EXPECT_EQ(find_program("/bin/sh"), "/bin/sh");
  EXPECT_EQ(find_program("no-such-program-anywhere"), "");
}

}  // namespace
}  // namespace procession::os
