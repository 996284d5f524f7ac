// SPDX-License-Identifier: MIT
#include "harness/os/process.h"

#include "harness/os/pidfd.h"
#include "harness/os/signals.h"
#include "harness/os/unique_fd.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace procession::os {
namespace {

int status_of(pid_t pid) {
  siginfo_t found;
  EXPECT_EQ(wait_child(P_PID, static_cast<id_t>(pid), found, WEXITED | __WALL), 0);
  return found.si_status;
}

TEST(RawFork, TheCopyKnowsItselfAndItsParent) {
  const pid_t me = own_pid();
  const pid_t pid = raw_fork();
  if (pid == 0) {
    leave(parent_pid() == me && own_pid() != me ? 42 : 1);
  }
  EXPECT_EQ(status_of(pid), 42);
}

TEST(RawFork, WithoutASignalAPlainWaitDoesNotFindIt) {
  const pid_t pid = raw_fork(0);
  if (pid == 0) {
    leave(7);
  }
  siginfo_t found;
  EXPECT_EQ(wait_child(P_ALL, 0, found, WEXITED), ECHILD);
  EXPECT_EQ(status_of(pid), 7);
}

TEST(Spawn, KeepsWhatItIsToldAndClosesTheRest) {
  const UniqueFd shell(::open("/bin/sh", O_RDONLY | O_CLOEXEC));
  const UniqueFd kept(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const UniqueFd closed(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  std::string script = "[ -e /proc/self/fd/" + std::to_string(kept.get()) +
                       " ] && [ ! -e /proc/self/fd/" + std::to_string(closed.get()) +
                       " ] && exit 5";
  std::string name = "sh";
  std::string option = "-c";
  char* const argv[] = {name.data(), option.data(), script.data(), nullptr};
  char* const envp[] = {nullptr};
  const int keep[] = {kept.get()};
  const Spawned made = spawn({shell.get(), argv, envp, keep});
  ASSERT_EQ(made.error, 0);
  EXPECT_EQ(status_of(made.pid), 5);
  EXPECT_NE(::fcntl(kept.get(), F_GETFD) & FD_CLOEXEC, 0) << "the caller's own stays as it was";
}

TEST(Spawn, AFailedExecIsAnErrorAndLeavesNoProcess) {
  const UniqueFd no_program(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  std::string name = "none";
  char* const argv[] = {name.data(), nullptr};
  const Spawned made = spawn({no_program.get(), argv, argv + 1, {}});
  EXPECT_EQ(made.error, EACCES);
  siginfo_t found;
  EXPECT_EQ(wait_child(P_ALL, 0, found, WEXITED | __WALL), ECHILD);
}

TEST(Spawn, ItsParentIsToldOfItsEndButNotOfAFailedExec) {
  const UniqueFd shell(::open("/bin/true", O_RDONLY | O_CLOEXEC));
  const UniqueFd no_program(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  std::string name = "true";
  char* const argv[] = {name.data(), nullptr};
  block(SIGCHLD);
  ASSERT_EQ(spawn({no_program.get(), argv, argv + 1, {}}).error, EACCES);
  sigset_t pending;
  ASSERT_EQ(::sigpending(&pending), 0);
  EXPECT_EQ(::sigismember(&pending, SIGCHLD), 0);
  const Spawned made = spawn({shell.get(), argv, argv + 1, {}});
  ASSERT_EQ(made.error, 0);
  siginfo_t found;
  EXPECT_EQ(wait_child(P_PID, static_cast<id_t>(made.pid), found, WEXITED), 0);
  ASSERT_EQ(::sigpending(&pending), 0);
  EXPECT_EQ(::sigismember(&pending, SIGCHLD), 1);
  unblock(SIGCHLD);
}

}  // namespace
}  // namespace procession::os
