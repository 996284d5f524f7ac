// SPDX-License-Identifier: MIT
#pragma once
// ProcEntry: one process as /proc shows it, held by its open directory. Like a pidfd the directory
// names one process for ever: once that is gone, reading from it fails with ESRCH, whatever process
// has its number then. So: open, read, decide, signal; no gap for a number to be used again.
//
// /proc shows the numbers of the PID namespace that it was mounted in, which need not be ours. All
// numbers here are such numbers; compare them only with each other. No heap.

#include "harness/os/unique_fd.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace procession::os {

class ProcEntry {
 public:
  struct Stat {
    char state = '?';  // R, S, D, T, t, Z, X … (proc(5))
    int parent = 0;
    int session = 0;
    std::uint64_t started =
        0;  // when it was made, in clock ticks (10 ms) since boot. A number that
            // is used again has another, unless all were used within a tick
  };

  // What stands under this name, a number or "self"; none if there is no such process or no /proc.
  [[nodiscard]] static ProcEntry open(const char* name) noexcept;
  // The same process as `pidfd`.
  [[nodiscard]] static ProcEntry of(const UniqueFd& pidfd) noexcept;

  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(directory_); }

  // False if the process is gone.
  [[nodiscard]] bool read(Stat& stat) const noexcept;
  // Some signal waits that is neither blocked nor ignored: the process is about to act on it.
  [[nodiscard]] bool has_signal_to_take() const noexcept;
  // Its program's name, as much of it as the kernel keeps; empty if the process is gone.
  [[nodiscard]] std::string_view name(std::span<char> into) const noexcept;
  // It was executed with this text in its environment, as far as it has not written over that.
  [[nodiscard]] bool has_in_environment(std::string_view text) const noexcept;
  // Its working directory is this one, or below it.
  [[nodiscard]] bool works_in(std::string_view folder) const noexcept;
  // It runs the program that `executable` is a descriptor of.
  [[nodiscard]] bool runs(int executable) const noexcept;
  // It has mapped or opened a file of this name.
  [[nodiscard]] bool uses_file(std::string_view name) const noexcept;
  // 0 or errno.
  [[nodiscard]] int send_signal(int signal) const noexcept;

 private:
  explicit ProcEntry(int directory) noexcept : directory_(directory) {}
  UniqueFd directory_;
};

// A process's number as /proc shows it; 0 once it has been reaped, or without /proc.
[[nodiscard]] int proc_number(const UniqueFd& pidfd) noexcept;
[[nodiscard]] int own_proc_number() noexcept;

// The numbers of all processes that /proc shows, one after the other.
class ProcListing {
 public:
  ProcListing() noexcept;
  // The next one's name for ProcEntry::open, valid until the next call; nullptr at the end.
  [[nodiscard]] const char* next() noexcept;

 private:
  UniqueFd directory_;
  long filled_ = 0;
  long position_ = 0;
  alignas(8) char buffer_[4096];
};

}  // namespace procession::os
