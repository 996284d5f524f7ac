// SPDX-License-Identifier: MIT
#pragma once
// Making and leaving processes without the C library's own ideas of it: no handlers that run at a
// fork, no locks, no flushing. For programs that are single-threaded. Everything here may be called
// between fork and exec and in a signal handler.
//
// Whoever makes a process blocks all signals round it (os/signals.h); the new one decides when it
// takes them.

#include <csignal>
#include <cstdint>
#include <span>
#include <sys/types.h>

namespace procession::os {

// A copy of this process, as fork(2) makes it. `flags` as in clone(2): CLONE_* and, in the low
// byte, the signal that the parent gets at its end (0 = none: then only waitid(2) with __WALL or
// __WCLONE finds it). Returns 0 in the copy, its pid in the caller, −1 and errno on failure.
[[nodiscard]] pid_t raw_fork(unsigned long flags = SIGCHLD) noexcept;

// A program to run in a new process.
struct Program {
  int image = -1;             // a descriptor of it
  char* const* argv = {};     // ends with nullptr
  char* const* envp = {};     // likewise
  std::span<const int> keep;  // descriptors that stay open in it although they are close-on-exec
};

struct Spawned {
  pid_t pid = -1;
  int error = 0;  // errno; then there is no process and nothing to reap
};

// vfork and exec: the caller stands still until the new process has left its memory. Costs the same
// however large the caller is.
[[nodiscard]] Spawned spawn(const Program& program) noexcept;

// The same for who prepares more: `errand(argument)` runs in the memory of the caller, which stands
// still until that has executed a program, or has ended and left an errno in `error`.
[[nodiscard]] Spawned spawn_in_place(int (*errand)(void*), void* argument,
                                     const int& error) noexcept;

[[nodiscard]] pid_t own_pid() noexcept;
[[nodiscard]] pid_t parent_pid() noexcept;

// Raises the soft limit of open descriptors to the hard one. How many that is; 0 and errno on
// failure.
[[nodiscard]] std::uint64_t raise_descriptor_limit() noexcept;

// Ends this process at once, as _exit(2). The one way out for programs that fork: under coverage it
// first writes what this process has counted.
[[noreturn]] void leave(int status) noexcept;

}  // namespace procession::os
