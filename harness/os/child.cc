// SPDX-License-Identifier: MIT
#include "harness/os/child.h"

#include "harness/os/pidfd.h"
#include "harness/os/signals.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

namespace procession::os {

namespace {

// What the child needs between clone and exec, where it may not allocate: it shares our memory and
// we stand still meanwhile.
struct Errand {
  int executable;
  char* const* arguments;
  std::vector<Launch::Descriptor> descriptors;
  bool maps_user = false;
  std::string user_map;
  std::string group_map;
  int error = 0;  // of the child's side, seen by ours
};

bool write_file(const char* path, const std::string& text) {
  const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) {
    return false;
  }
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(fd);
  return written;
}

// In its new user namespace the child is whoever it was (user_namespaces(7)).
bool map_user(const Errand& errand) {
  const int fd = ::open("/proc/self/setgroups", O_WRONLY | O_CLOEXEC);
  if (fd >= 0) {
    [[maybe_unused]] const ssize_t written = ::write(fd, "deny", 4);
    ::close(fd);
  }
  return write_file("/proc/self/uid_map", errand.user_map) &&
         write_file("/proc/self/gid_map", errand.group_map);
}

// Two passes, since a number may be both one of ours and one of theirs.
bool place_descriptors(Errand& errand) {
  int lowest_free = 0;
  for (const Launch::Descriptor& passed : errand.descriptors) {
    lowest_free = std::max(lowest_free, passed.theirs + 1);
  }
  for (Launch::Descriptor& passed : errand.descriptors) {
    passed.ours = ::fcntl(passed.ours, F_DUPFD_CLOEXEC, lowest_free);
    if (passed.ours < 0) {
      return false;
    }
  }
  // Before Linux 5.11 this fails; then only what we have opened ourselves is sure to be closed.
  ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
  for (const Launch::Descriptor& passed : errand.descriptors) {
    if (::dup2(passed.ours, passed.theirs) < 0) {
      return false;
    }
  }
  return true;
}

int become_program(void* argument) {
  Errand& errand = *static_cast<Errand*>(argument);
  const int executable = ::fcntl(errand.executable, F_DUPFD_CLOEXEC, Child::kOwnDescriptor);
  if (executable >= 0 && (!errand.maps_user || map_user(errand)) && place_descriptors(errand)) {
    ::syscall(SYS_execveat, executable, "", errand.arguments, environ, AT_EMPTY_PATH);
  }
  errand.error = errno;
  ::_exit(127);
}

std::string map_to_itself(unsigned id) {
  return std::to_string(id) + " " + std::to_string(id) + " 1\n";
}

bool is_readable(int fd, base::Duration at_most) {
  const base::Instant until = base::now() + at_most;
  for (;;) {
    const base::Duration left = std::max(until - base::now(), base::Duration::zero());
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    pollfd entry{fd, POLLIN, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(ms));
    if (ready >= 0 || errno != EINTR) {
      return ready > 0;
    }
  }
}

}  // namespace

Child& Child::operator=(Child&& other) noexcept {
  if (this != &other) {
    end();
    pidfd_ = std::move(other.pidfd_);
  }
  return *this;
}

Child::~Child() { end(); }

base::Result<Child> Child::start(const Launch& launch) {
  std::vector<char*> arguments;
  for (const std::string& argument : launch.arguments) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  Errand errand{launch.executable,         arguments.data(),           launch.descriptors,
                launch.own_user_namespace, map_to_itself(::geteuid()), map_to_itself(::getegid())};
  const int flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD |
                    (launch.own_pid_namespace ? CLONE_NEWPID : 0) |
                    (launch.own_user_namespace ? CLONE_NEWUSER : 0);

  std::vector<std::byte> stack(64 * 1024);
  int pidfd = -1;
  int pid = -1;
  int error = 0;
  {
    const AllBlocked blocked;  // handlers of ours must not run in the child
    pid = ::clone(become_program, stack.data() + stack.size(), flags, &errand, &pidfd);
    error = errno;
  }
  if (pid < 0) {
    return base::system_error("make a process", error);
  }
  Child child{UniqueFd(pidfd)};
  if (errand.error != 0) {
    return base::system_error("start the program in it", errand.error);
  }
  return child;
}

bool Child::wait(base::Duration at_most) const { return is_readable(pidfd_.get(), at_most); }

void Child::signal(int number) const {
  [[maybe_unused]] const int gone = send_signal(pidfd_, number);
}

void Child::kill() const { signal(SIGKILL); }

std::string Child::reap() {
  siginfo_t how{};
  const auto id = static_cast<id_t>(pidfd_.get());
  int waited = 0;
  do {
    waited = ::waitid(P_PIDFD, id, &how, WEXITED);
  } while (waited != 0 && errno == EINTR);
  pidfd_.reset();
  if (waited != 0) {
    return "ended, nobody knows how";  // SIGCHLD is ignored: the kernel keeps no status
  }
  if (how.si_code == CLD_EXITED) {
    return "exited with " + std::to_string(how.si_status);
  }
  return std::string("killed by SIG") + ::sigabbrev_np(how.si_status);
}

void Child::end() noexcept {
  if (pidfd_) {
    kill();
    [[maybe_unused]] const std::string how = reap();
  }
}

}  // namespace procession::os
