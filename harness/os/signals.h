// SPDX-License-Identifier: MIT
#pragma once
// Signals of the calling process: its mask and what it does on each. Async-signal-safe.

#include <csignal>
#include <cstdint>

namespace procession::os {

// Signals are numbered from 1 to this, the real-time ones included.
inline constexpr int kLastSignal = 64;

// All signals are blocked as long as it lives; then the mask is as before. `forget` leaves the mask
// as it is: a new process has its own.
class AllBlocked {
 public:
  AllBlocked() noexcept;
  AllBlocked(const AllBlocked&) = delete;
  AllBlocked& operator=(const AllBlocked&) = delete;
  ~AllBlocked();

  void forget() noexcept { forgotten_ = true; }

 private:
  std::uint64_t before_ = 0;  // as the kernel has it: bit s−1 = signal s
  bool forgotten_ = false;
};

void block(int signal) noexcept;
void unblock(int signal) noexcept;
void unblock_all() noexcept;

// Interrupted system calls fail with EINTR: SA_RESTART is not set. While the handler runs only its
// own signal is blocked. Returns 0 or errno.
int set_handler(int signal, void (*handler)(int)) noexcept;
int ignore_signal(int signal) noexcept;
int reset_signal(int signal) noexcept;  // to its default action
void reset_all_signals() noexcept;      // ignored ones too, which survive an exec (execve(2))

}  // namespace procession::os
