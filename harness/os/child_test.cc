// SPDX-License-Identifier: MIT
#include "harness/os/child.h"

#include "harness/os/machine.h"
#include "harness/os/pidfd.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace procession::os {
namespace {

using std::chrono_literals::operator""s;

// Runs the script in a shell and gives what it writes to descriptor 5.
struct Shell {
  explicit Shell(const std::string& script, Launch launch = {}) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const UniqueFd read_end(ends[0]);
    UniqueFd write_end(ends[1]);
    const UniqueFd program(::open("/bin/sh", O_PATH | O_CLOEXEC));
    launch.executable = program.get();
    launch.arguments = {"sh", "-c", script};
    launch.descriptors = {{write_end.get(), 5}};
    auto started = Child::start(launch);
    EXPECT_TRUE(started) << started.error().message;
    write_end.reset();
    char part[256];
    for (ssize_t size = 0; (size = ::read(read_end.get(), part, sizeof part)) > 0;) {
      said.append(part, static_cast<std::size_t>(size));
    }
    EXPECT_TRUE(started->wait(30s));
    how = started->reap();
  }
  std::string said;
  std::string how;
};

TEST(Child, TellsHowItEnded) {
  EXPECT_EQ(Shell("exit 3").how, "exited with 3");
  EXPECT_EQ(Shell("kill -KILL $$").how, "killed by SIGKILL");
}

TEST(Child, HasTheDescriptorsThatWerePassedAndNoOthers) {
  const UniqueFd leaky(::open("/dev/null", O_RDONLY));  // not close-on-exec
  EXPECT_EQ(Shell("for fd in 3 4 6 7 8 9; do (: <&$fd) 2>/dev/null && echo $fd >&5; done; :").said,
            "");
  EXPECT_EQ(Shell("echo here >&5").said, "here\n");
}

TEST(Child, DescriptorsMayChangePlaces) {
  int a[2] = {-1, -1};
  int b[2] = {-1, -1};
  ASSERT_EQ(::pipe2(a, O_CLOEXEC), 0);
  ASSERT_EQ(::pipe2(b, O_CLOEXEC), 0);
  const UniqueFd program(::open("/bin/sh", O_PATH | O_CLOEXEC));
  Launch launch;
  launch.executable = program.get();
  launch.arguments = {"sh", "-c",
                      "echo a >&" + std::to_string(b[1]) + "; echo b >&" + std::to_string(a[1])};
  launch.descriptors = {{a[1], b[1]}, {b[1], a[1]}};
  auto child = Child::start(launch);
  ASSERT_TRUE(child);
  ASSERT_TRUE(child->wait(30s));
  char text[2] = {};
  EXPECT_EQ(::read(a[0], text, 2), 2);
  EXPECT_EQ(text[0], 'a');
  EXPECT_EQ(::read(b[0], text, 2), 2);
  EXPECT_EQ(text[0], 'b');
  for (const int fd : {a[0], a[1], b[0], b[1]}) {
    ::close(fd);
  }
}

TEST(Child, AProgramThatCannotBeStartedIsAnError) {
  const UniqueFd no_program(::open("/dev/null", O_PATH | O_CLOEXEC));
  Launch launch;
  launch.executable = no_program.get();
  launch.arguments = {"nothing"};
  const auto child = Child::start(launch);
  ASSERT_FALSE(child);
  EXPECT_EQ(child.error().number, EACCES);
}

TEST(Child, IsInitOfItsOwnNamespace) {
  if (!has_feature("pid_namespace")) {
    GTEST_SKIP() << "this machine allows no PID namespace";
  }
  Launch wrapped;
  wrapped.own_pid_namespace = true;
  wrapped.own_user_namespace = ::geteuid() != 0 || has_feature("user_namespaces");
  EXPECT_EQ(Shell("echo $$ >&5; id -u >&5", wrapped).said,
            "1\n" + std::to_string(::geteuid()) + "\n");
}

TEST(Child, DoesNotOutliveItsOwner) {
  UniqueFd still_there;
  {
    const UniqueFd program(::open("/bin/sleep", O_PATH | O_CLOEXEC));
    Launch launch;
    launch.executable = program.get();
    launch.arguments = {"sleep", "1000"};
    auto child = Child::start(launch);
    ASSERT_TRUE(child);
    still_there.reset(::fcntl(child->pidfd(), F_DUPFD_CLOEXEC, 0));
  }
  EXPECT_NE(send_signal(still_there, 0), 0);
}

}  // namespace
}  // namespace procession::os
