// SPDX-License-Identifier: MIT
#include "harness/os/probe.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace procession::os {
namespace {

// The lowest number that is free.
int next_descriptor() {
  const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::close(fd);
  return fd;
}

using Probe = base::Result<base::Duration> (*)(unsigned);

class EachProbe : public testing::TestWithParam<Probe> {};

TEST_P(EachProbe, takes_some_time) {
  const base::Result<base::Duration> took = GetParam()(20);
  ASSERT_TRUE(took) << took.error().message;
  EXPECT_GT(took->count(), 0);
}

TEST_P(EachProbe, leaves_nothing_behind) {
  const int before = next_descriptor();
  ASSERT_TRUE(GetParam()(1));
  EXPECT_EQ(next_descriptor(), before);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

INSTANTIATE_TEST_SUITE_P(Probe, EachProbe, testing::Values(probe_fork_and_wait, probe_ping_pong));

TEST(Probe, without_a_descriptor_says_so) {
  const int before = next_descriptor();
  std::vector<int> all;
  for (int fd = 0;
       (fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0 && all.size() < 1u << 20;) {
    all.push_back(fd);
  }
  const base::Result<base::Duration> took = probe_ping_pong(1);
  for (const int fd : all) {
    ::close(fd);
  }
  ASSERT_FALSE(took);
  EXPECT_EQ(took.error().message, "listen on the loopback: Too many open files");
  EXPECT_EQ(next_descriptor(), before);
}

}  // namespace
}  // namespace procession::os
