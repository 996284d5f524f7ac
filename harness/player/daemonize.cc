// SPDX-License-Identifier: MIT
#include "harness/player/daemonize.h"

#include "harness/os/pidfd.h"
#include "harness/os/process.h"
#include "harness/os/signals.h"
#include "harness/player/self.h"

#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace procession::player {

namespace {

using trace::Slot;

// Standard input, output and error. 0 or errno.
int close_stdio() {
  const os::UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null) {
    return errno;
  }
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::dup2(null.get(), fd) < 0) {
      return errno;
    }
  }
  return 0;
}

// What the daemon inherits of the intermediate. 0 or errno.
int leave_family() {
  if (::setsid() < 0 || ::chdir("/") != 0) {
    return errno;
  }
  ::umask(0);
  return close_stdio();
}

// The kernel gives an ended process's children to another parent before it tells of the end, so
// from then on the own parent is whoever adopts orphans.
void wait_for_end_of(const os::UniqueFd& parent) {
  while (!os::has_ended(parent)) {
    pollfd entry{parent.get(), POLLIN, 0};
    (void)::poll(&entry, 1, -1);
  }
}

// Comes back as the daemon only. The exit status of the intermediate is an errno or 0.
void be_intermediate(Slot& slot) {
  const pid_t own = os::own_pid();
  slot.intermediate.store(own, std::memory_order_release);
  const os::UniqueFd myself = os::open_pidfd(own);
  int error = myself ? leave_family() : errno;
  if (error == 0) {
    const pid_t pid = os::raw_fork();
    if (pid == 0) {
      wait_for_end_of(myself);
      return;
    }
    if (pid > 0) {
      slot.pid.store(pid, std::memory_order_release);
    } else {
      error = errno;
    }
  }
  os::leave(error);
}

// 0 or errno.
int reap_intermediate(pid_t pid) {
  siginfo_t found{};
  const int error = os::wait_child(P_PID, static_cast<id_t>(pid), found, WEXITED | __WALL);
  if (error != 0) {
    return error;
  }
  return found.si_code == CLD_EXITED ? found.si_status : ECHILD;
}

}  // namespace

Outcome daemonize(plan::InstanceId instance) {
  Slot& slot = slot_of(instance);
  slot.flags.fetch_or(Slot::kDaemonized, std::memory_order_relaxed);
  os::AllBlocked blocked;
  const pid_t pid = os::raw_fork(0);
  if (pid == 0) {
    be_intermediate(slot);
    blocked.forget();
    become({self().arena, self().plan, self().run, instance});
    return Outcome::child();
  }
  if (pid < 0) {
    return Outcome::failed(errno);
  }
  slot.intermediate.store(pid, std::memory_order_release);
  const int error = reap_intermediate(pid);
  slot.intermediate.store(0, std::memory_order_release);
  return Outcome::of_errno(error);
}

}  // namespace procession::player
