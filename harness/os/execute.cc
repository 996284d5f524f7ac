// SPDX-License-Identifier: MIT
#include "harness/os/execute.h"

#include "harness/os/pidfd.h"
#include "harness/os/signals.h"
#include "harness/os/unique_fd.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <string_view>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

namespace procession::os {

namespace {

// As execvp(3) has it without the variable.
constexpr std::string_view kUsualPath = "/bin:/usr/bin";

struct Errand {
  const Execution& execution;
  pid_t caller;
  int error = 0;
};

std::string_view search_path(char* const* envp) {
  constexpr std::string_view kName = "PATH=";
  for (; *envp != nullptr; ++envp) {
    if (std::string_view(*envp).starts_with(kName)) {
      return std::string_view(*envp).substr(kName.size());
    }
  }
  return kUsualPath;
}

// Two passes, since a number may be both one of ours and one of theirs.
bool place_descriptors(std::span<const Execution::Descriptor> descriptors) {
  int lowest_free = 3;
  for (const Execution::Descriptor& passed : descriptors) {
    lowest_free = std::max(lowest_free, passed.theirs + 1);
  }
  std::array<int, Execution::kMost> copies{};
  for (std::size_t i = 0; i < descriptors.size(); ++i) {
    copies[i] = ::fcntl(descriptors[i].ours, F_DUPFD_CLOEXEC, lowest_free);
    if (copies[i] < 0) {
      return false;
    }
  }
  // Before Linux 5.11 this fails; then only what is close-on-exec anyway is sure to be closed.
  ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
  for (std::size_t i = 0; i < descriptors.size(); ++i) {
    if (::dup2(copies[i], descriptors[i].theirs) < 0) {
      return false;
    }
  }
  return true;
}

// As execvp(3): in each directory of PATH; what cannot be entered or is not there is passed over.
// Returns the errno that says most.
int execute_in_path(const Execution& execution) {
  const std::string_view name = execution.argv[0];
  if (name.find('/') != name.npos) {
    ::execve(execution.argv[0], execution.argv, execution.envp);
    return errno;
  }
  char path[PATH_MAX];
  int error = ENOENT;
  std::string_view rest = search_path(execution.envp);
  for (bool more = true; more;) {
    const std::size_t colon = rest.find(':');
    const std::string_view folder = rest.substr(0, colon);
    more = colon != rest.npos;
    rest.remove_prefix(more ? colon + 1 : rest.size());
    if (folder.size() + name.size() + 2 > sizeof path) {
      continue;
    }
    char* end = std::copy(folder.begin(), folder.end(), path);
    if (!folder.empty()) {
      *end++ = '/';
    }
    *std::copy(name.begin(), name.end(), end) = '\0';
    ::execve(path, execution.argv, execution.envp);
    if (errno == EACCES) {
      error = EACCES;
    } else if (errno != ENOENT && errno != ENOTDIR) {
      return errno;
    }
  }
  return error;
}

// It stays over the exec: prctl(2). Were the caller dead already, nobody would send it.
bool wants_signal_at_end_of(pid_t caller, int signal) {
  return ::prctl(PR_SET_PDEATHSIG, signal) == 0 && parent_pid() == caller;
}

// In the new process; does not return if all goes well.
int become_program(const Execution& execution, pid_t caller) {
  if (::chdir(execution.directory) != 0 || !place_descriptors(execution.descriptors)) {
    return errno;
  }
  if (execution.cpus != nullptr) {
    if (const int error = set_affinity(*execution.cpus); error != 0) {
      return error;
    }
  }
  if (execution.at_our_end != 0 && !wants_signal_at_end_of(caller, execution.at_our_end)) {
    return ESRCH;
  }
  reset_all_signals();
  unblock_all();
  return execute_in_path(execution);
}

int run_errand(void* argument) {
  Errand& errand = *static_cast<Errand*>(argument);
  errand.error = become_program(errand.execution, errand.caller);
  ::_exit(127);
}

Spawned execute_by_vfork(const Execution& execution) {
  Errand errand{execution, own_pid()};
  return spawn_in_place(run_errand, &errand, errand.error);
}

// The pipe ends with the exec; if that fails, it brings its errno.
Spawned execute_by_fork(const Execution& execution) {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return {-1, errno};
  }
  const UniqueFd told(ends[0]);
  UniqueFd teller(ends[1]);
  const pid_t caller = own_pid();
  const pid_t pid = raw_fork(0);  // the exec makes SIGCHLD its exit signal: execve(2)
  if (pid < 0) {
    return {-1, errno};
  }
  if (pid == 0) {
    // Away from the numbers that the program's descriptors take.
    const int fd = ::fcntl(teller.get(), F_DUPFD_CLOEXEC, 128);
    const int error = become_program(execution, caller);
    [[maybe_unused]] const ssize_t written =
        ::write(fd >= 0 ? fd : teller.get(), &error, sizeof error);
    ::_exit(127);
  }
  teller.reset();
  int error = 0;
  ssize_t got = 0;
  do {
    got = ::read(told.get(), &error, sizeof error);
  } while (got < 0 && errno == EINTR);
  if (got != ssize_t{sizeof error}) {
    return {pid, 0};
  }
  siginfo_t ended{};
  (void)wait_child(P_PID, static_cast<id_t>(pid), ended, WEXITED | __WALL);
  return {-1, error};
}

}  // namespace

Spawned execute(const Execution& execution) noexcept {
  return execution.shares_memory ? execute_by_vfork(execution) : execute_by_fork(execution);
}

}  // namespace procession::os
