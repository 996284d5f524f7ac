// SPDX-License-Identifier: MIT
#include "harness/os/machine.h"

#include "harness/base/text.h"
#include "harness/os/pidfd.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef PROCESSION_URING
#include <linux/io_uring.h>
#endif

namespace procession::os {

namespace {

int leave_at_once(void*) { ::_exit(0); }

// Whether a child can be made with these namespaces of its own.
bool can_clone_with(int namespaces) {
  alignas(16) static std::array<std::byte, 16 * 1024> stack;
  const int pid = ::clone(leave_at_once, stack.data() + stack.size(),
                          namespaces | CLONE_VM | CLONE_VFORK | SIGCHLD, nullptr);
  if (pid < 0) {
    return false;
  }
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return true;
}

bool has_pid_namespace() {
  return can_clone_with(CLONE_NEWPID) || can_clone_with(CLONE_NEWUSER | CLONE_NEWPID);
}

bool has_user_namespaces() { return can_clone_with(CLONE_NEWUSER); }

bool has_pidfd() {
  const UniqueFd self = open_pidfd(::getpid());
  return self && send_signal(self, 0) == 0;
}

// PIDFD_SIGNAL_PROCESS_GROUP, since Linux 6.9; older kernels refuse the flag (EINVAL). A process
// that leads no group is told so (ESRCH): that, too, is an answer of a kernel that knows the flag.
bool has_pidfd_group_signal() {
  constexpr unsigned kProcessGroup = 1u << 2;
  const UniqueFd self = open_pidfd(::getpid());
  return self && (::syscall(SYS_pidfd_send_signal, self.get(), 0, nullptr, kProcessGroup) == 0 ||
                  errno == ESRCH);
}

bool has_subreaper() {
  int set = 0;
  return ::prctl(PR_GET_CHILD_SUBREAPER, &set) == 0;
}

// The flag is the latest thing that the handler needs: Linux 5.19.
bool has_io_uring() {
#ifdef PROCESSION_URING
  io_uring_params wanted{};
  wanted.flags = IORING_SETUP_COOP_TASKRUN;
  const UniqueFd ring(static_cast<int>(::syscall(SYS_io_uring_setup, 1, &wanted)));
  return static_cast<bool>(ring);
#else
  return false;
#endif
}

bool has_proc() { return ::access("/proc/self/stat", R_OK) == 0; }

struct Feature {
  std::string_view name;
  bool (*probe)();
};

constexpr std::array kFeatures = {
    Feature{"io_uring", has_io_uring},
    Feature{"pid_namespace", has_pid_namespace},
    Feature{"pidfd", has_pidfd},
    Feature{"pidfd_group_signal", has_pidfd_group_signal},
    Feature{"proc", has_proc},
    Feature{"subreaper", has_subreaper},
    Feature{"user_namespaces", has_user_namespaces},
};

constexpr auto kFeatureNames = [] {
  std::array<std::string_view, kFeatures.size()> names;
  for (std::size_t i = 0; i < names.size(); ++i) {
    names[i] = kFeatures[i].name;
  }
  return names;
}();

}  // namespace

unsigned available_cpus() {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
    return 1;
  }
  return static_cast<unsigned>(CPU_COUNT(&allowed));
}

std::string kernel_release() {
  utsname about{};
  return ::uname(&about) == 0 ? about.release : "unknown";
}

std::span<const std::string_view> feature_names() { return kFeatureNames; }

bool has_feature(std::string_view name) {
  for (const Feature& feature : kFeatures) {
    if (feature.name == name) {
      return feature.probe();
    }
  }
  return false;
}

std::string find_program(std::string_view name) {
  if (name.find('/') != std::string_view::npos) {
    const std::string path(name);
    return ::access(path.c_str(), X_OK) == 0 ? path : std::string();
  }
  const char* const path = std::getenv("PATH");
  for (const std::string_view folder : base::split(path == nullptr ? "" : path, ':')) {
    const std::string candidate =
        (folder.empty() ? "." : std::string(folder)) + "/" + std::string(name);
    if (::access(candidate.c_str(), X_OK) == 0) {
      return candidate;
    }
  }
  return {};
}

}  // namespace procession::os
