// SPDX-License-Identifier: MIT
#include "harness/os/pidfd.h"

#include "harness/os/raw_syscall.h"

#include <cerrno>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace procession::os {

UniqueFd open_pidfd(pid_t pid) noexcept {
  return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)));
}

int send_signal(const UniqueFd& process, int signal) noexcept {
  return ::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0U) == 0 ? 0 : errno;
}

bool has_ended(const UniqueFd& process) noexcept {
  pollfd entry{process.get(), POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&entry, 1, 0);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

int wait_child(idtype_t type, id_t id, siginfo_t& found, int options) noexcept {
  for (;;) {
    found.si_pid = 0;
    const long result =
        raw_syscall(SYS_waitid, type, static_cast<long>(id), address_of(&found), options);
    if (result != -EINTR) {
      return static_cast<int>(-result);
    }
  }
}

}  // namespace procession::os
