// SPDX-License-Identifier: MIT
#include "harness/os/signals.h"

#include "harness/os/pidfd.h"
#include "harness/os/process.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <sys/wait.h>
#include <unistd.h>

namespace procession::os {
namespace {

volatile sig_atomic_t taken = 0;
void take(int signal) { taken = signal; }

void send_to_self(int signal) { EXPECT_EQ(send_signal(open_pidfd(own_pid()), signal), 0); }

TEST(Signals, BlockedOnesComeWhenTheBlockEnds) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "ThreadSanitizer delivers a signal when it sees fit, mask or no mask";
#endif
  ASSERT_EQ(set_handler(SIGRTMAX, take), 0);
  taken = 0;
  {
    const AllBlocked blocked;
    send_to_self(SIGRTMAX);
    EXPECT_EQ(taken, 0);
  }
  EXPECT_EQ(taken, SIGRTMAX);
  reset_signal(SIGRTMAX);
}

TEST(Signals, ABlockMayBeForgotten) {
  const pid_t pid = raw_fork();
  if (pid == 0) {
    {
      AllBlocked blocked;
      blocked.forget();
    }
    (void)send_signal(open_pidfd(own_pid()), SIGUSR1);
    block(SIGUSR2);
    unblock(SIGUSR1);  // ends it
    leave(1);
  }
  siginfo_t found;
  ASSERT_EQ(wait_child(P_PID, static_cast<id_t>(pid), found, WEXITED), 0);
  EXPECT_EQ(found.si_code, CLD_KILLED);
  EXPECT_EQ(found.si_status, SIGUSR1);
}

TEST(Signals, AResetUndoesWhatAnExecKeeps) {
  const pid_t pid = raw_fork();
  if (pid == 0) {
    ignore_signal(SIGTERM);
    (void)send_signal(open_pidfd(own_pid()), SIGTERM);
    reset_all_signals();
    (void)send_signal(open_pidfd(own_pid()), SIGTERM);
    leave(1);
  }
  siginfo_t found;
  ASSERT_EQ(wait_child(P_PID, static_cast<id_t>(pid), found, WEXITED), 0);
  EXPECT_EQ(found.si_status, SIGTERM);
  EXPECT_EQ(set_handler(SIGKILL, take), EINVAL);
  EXPECT_EQ(ignore_signal(SIGSTOP), EINVAL);
}

TEST(Pidfd, TellsTheEndBeforeAndAfterTheReaping) {
  const pid_t pid = raw_fork();
  if (pid == 0) {
    unblock_all();
    for (;;) {
      pause();
    }
  }
  const UniqueFd child = open_pidfd(pid);
  ASSERT_TRUE(child);
  EXPECT_FALSE(has_ended(child));
  EXPECT_EQ(send_signal(child, SIGKILL), 0);
  siginfo_t found;
  ASSERT_EQ(wait_child(P_PID, static_cast<id_t>(pid), found, WEXITED | WNOWAIT), 0);
  EXPECT_TRUE(has_ended(child));
  EXPECT_EQ(send_signal(child, SIGTERM), 0) << "a zombie takes signals";
  ASSERT_EQ(wait_child(P_PID, static_cast<id_t>(pid), found, WEXITED), 0);
  EXPECT_TRUE(has_ended(child));
  EXPECT_EQ(send_signal(child, SIGTERM), ESRCH);
  EXPECT_FALSE(open_pidfd(pid));
}

}  // namespace
}  // namespace procession::os
