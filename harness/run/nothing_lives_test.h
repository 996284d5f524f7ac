// SPDX-License-Identifier: MIT
#pragma once
// What tests of this folder look for at their ends.

#include "harness/os/pidfd.h"

#include <csignal>
#include <sys/wait.h>

namespace procession::run {

// True if this process has no living child. Reaps those that have ended: without a namespace the
// warden's.
inline bool nothing_lives() {
  siginfo_t found{};
  while (os::wait_child(P_ALL, 0, found, WEXITED | WNOHANG) == 0) {
    if (found.si_pid == 0) {
      return false;
    }
  }
  return true;
}

}  // namespace procession::run
