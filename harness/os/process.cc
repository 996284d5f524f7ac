// SPDX-License-Identifier: MIT
#include "harness/os/process.h"

#include "harness/os/pidfd.h"
#include "harness/os/raw_syscall.h"

#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <sanitizer/asan_interface.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef PROCESSION_COVERAGE
extern "C" void __gcov_dump();
extern "C" void __gcov_reset();
#endif

namespace procession::os {

namespace {

// What the new process does before its exec; it gets it as an argument, in the caller's memory.
struct Errand {
  const Program& program;
  int error = 0;
};

// Runs in the memory of the caller, which stands still: touches nothing but the errand.
int run_errand(void* argument) {
  Errand& errand = *static_cast<Errand*>(argument);
  for (const int fd : errand.program.keep) {
    const int flags = ::fcntl(fd, F_GETFD);
    if (flags >= 0) {
      ::fcntl(fd, F_SETFD, flags & ~FD_CLOEXEC);
    }
  }
  ::syscall(SYS_execveat, errand.program.image, "", errand.program.argv, errand.program.envp,
            AT_EMPTY_PATH);
  errand.error = errno;
  ::_exit(127);
}

}  // namespace

pid_t raw_fork(unsigned long flags) noexcept {
  const long pid = raw_syscall(SYS_clone, static_cast<long>(flags));
  if (pid < 0) {
    errno = static_cast<int>(-pid);
    return -1;
  }
#ifdef PROCESSION_COVERAGE
  if (pid == 0) {
    __gcov_reset();
  }
#endif
  return static_cast<pid_t>(pid);
}

pid_t own_pid() noexcept { return static_cast<pid_t>(raw_syscall(SYS_getpid)); }

pid_t parent_pid() noexcept { return static_cast<pid_t>(raw_syscall(SYS_getppid)); }

Spawned spawn(const Program& program) noexcept {
  Errand errand{program};
  return spawn_in_place(run_errand, &errand, errand.error);
}

Spawned spawn_in_place(int (*errand)(void*), void* argument, const int& error) noexcept {
  // The child leaves this stack before the caller goes on.
  constexpr std::size_t kStack = 32 * 1024;
  alignas(16) char stack[kStack];
  // The exec makes SIGCHLD its exit signal (execve(2)); a failed one leaves no trace of it.
  const pid_t pid = ::clone(errand, stack + kStack, CLONE_VM | CLONE_VFORK, argument);
  // It has left in the midst of its frames, whose marks would be taken for the next one's.
  ASAN_UNPOISON_MEMORY_REGION(stack, kStack);
  if (pid < 0) {
    return {-1, errno};
  }
  if (error != 0) {
    siginfo_t ended{};
    (void)wait_child(P_PID, static_cast<id_t>(pid), ended, WEXITED | __WALL);
    return {-1, error};
  }
  return {pid, 0};
}

std::uint64_t raise_descriptor_limit() noexcept {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) {
    return 0;
  }
  files.rlim_cur = files.rlim_max;
  return ::setrlimit(RLIMIT_NOFILE, &files) == 0 ? files.rlim_cur : 0;
}

void leave(int status) noexcept {
#ifdef PROCESSION_COVERAGE
  __gcov_dump();
#endif
  for (;;) {
    raw_syscall(SYS_exit_group, status);
  }
}

}  // namespace procession::os
