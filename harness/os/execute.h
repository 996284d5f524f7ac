// SPDX-License-Identifier: MIT
#pragma once
// Executing a real program in a new process: its working directory, its descriptors, its CPUs, no
// signal blocked and each with its default action. Between fork and exec only calls that are
// async-signal-safe. May be called by any single-threaded process, in a signal handler too; the
// caller has blocked all signals.

#include "harness/os/affinity.h"
#include "harness/os/process.h"

#include <span>

namespace procession::os {

struct Execution {
  struct Descriptor {
    int ours = -1;
    int theirs = -1;
  };
  char* const* argv = {};  // ends with nullptr; its first is looked up in the PATH of `envp`
  char* const* envp = {};  // likewise
  const char* directory = nullptr;
  std::span<const Descriptor> descriptors;  // at most kMost; it gets no others
  const CpuSet* cpus = nullptr;             // none: the caller's
  int at_our_end = 0;                       // the signal that it gets when the caller ends; 0: none
  bool shares_memory = false;  // by vfork: the caller stands still until the exec; else by fork

  static constexpr std::size_t kMost = 8;
};

// Returns when the program has been executed, or could not be: then there is no process. A process
// that somebody kills in between counts as one that was executed.
[[nodiscard]] Spawned execute(const Execution& execution) noexcept;

}  // namespace procession::os
