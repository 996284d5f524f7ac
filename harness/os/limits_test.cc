// SPDX-License-Identifier: MIT
#include "harness/os/limits.h"

#include "harness/os/process.h"

#include <gtest/gtest.h>

#include <sys/resource.h>

namespace procession::os {
namespace {

TEST(Limits, OfDescriptorsIsWhatTheSoftOneCanBeRaisedTo) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit fewer{before.rlim_max / 2, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &fewer), 0);
  EXPECT_EQ(descriptor_limit(), before.rlim_max);
  EXPECT_EQ(raise_descriptor_limit(), before.rlim_max);
  rlimit raised{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &raised), 0);
  EXPECT_EQ(raised.rlim_cur, before.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST(Limits, OfTheKernelAreRead) {
  ASSERT_TRUE(pid_limit());
  EXPECT_GT(*pid_limit(), 300u);
  ASSERT_TRUE(overcommit_mode());
  EXPECT_LE(*overcommit_mode(), 2u);
}

TEST(Limits, AreNumbersOrNone) {
  EXPECT_EQ(read_limit("4096\n"), 4096u);
  EXPECT_EQ(read_limit("max\n"), std::nullopt);
  EXPECT_EQ(read_limit(""), std::nullopt);
  EXPECT_EQ(read_limit("12 apples"), std::nullopt);
}

TEST(Limits, OfTheControlGroupAreWhereItsVersionHasThem) {
  const auto second = pids_cgroup("0::/user.slice/a:b.scope\n");
  ASSERT_TRUE(second);
  EXPECT_EQ(second->mount, "/sys/fs/cgroup");
  EXPECT_EQ(second->path, "/user.slice/a:b.scope");

  const auto first = pids_cgroup("9:cpu,pids:/job\n3:cpuset:/\n0::/other\n");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->mount, "/sys/fs/cgroup/pids");
  EXPECT_EQ(first->path, "/job");

  const auto root = pids_cgroup("0::/\n");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->path, "");
  EXPECT_FALSE(pids_cgroup(""));
}

}  // namespace
}  // namespace procession::os
