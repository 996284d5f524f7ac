// SPDX-License-Identifier: MIT
#pragma once
// A pidfd names one process for ever, where its number may come to mean another one
// (pidfd_open(2)). It is readable from the moment at which the process can be waited for.
// Async-signal-safe.

#include "harness/os/unique_fd.h"

#include <csignal>
#include <sys/types.h>
#include <sys/wait.h>

namespace procession::os {

// Of the process that has this number now; none and errno if there is no such process.
// Close-on-exec.
[[nodiscard]] UniqueFd open_pidfd(pid_t pid) noexcept;

// 0 or errno; ESRCH once the process has been reaped. A zombie takes signals and does nothing.
[[nodiscard]] int send_signal(const UniqueFd& process, int signal) noexcept;

// True if the process has ended, reaped or not.
[[nodiscard]] bool has_ended(const UniqueFd& process) noexcept;

// waitid(2) for a child by number, again as long as signal handlers interrupt it. si_pid is 0 if
// WNOHANG found nothing. 0 or errno.
[[nodiscard]] int wait_child(idtype_t type, id_t id, siginfo_t& found, int options) noexcept;

}  // namespace procession::os
