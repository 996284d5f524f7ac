// SPDX-License-Identifier: MIT
#include "harness/os/signals.h"

#include "harness/os/raw_syscall.h"

#include <cerrno>

namespace procession::os {

namespace {

constexpr std::uint64_t kAll = ~std::uint64_t{0};

constexpr std::uint64_t bit_of(int signal) { return std::uint64_t{1} << (signal - 1); }

void change_mask(int how, std::uint64_t signals, std::uint64_t* before = nullptr) {
  raw_syscall(SYS_rt_sigprocmask, how, address_of(&signals), address_of(before), sizeof signals);
}

// What sigaction(2) takes from the C library, which differs from what it takes from programs.
struct KernelAction {
  void (*action)(int);
  unsigned long flags;
  void (*restorer)();
  std::uint64_t mask;
};

// An action that is no function of ours needs nothing to return to.
int set_plain_action(int signal, void (*action)(int)) {
  const KernelAction wanted{action, 0, nullptr, 0};
  return static_cast<int>(
      -raw_syscall(SYS_rt_sigaction, signal, address_of(&wanted), 0, sizeof wanted.mask));
}

}  // namespace

AllBlocked::AllBlocked() noexcept { change_mask(SIG_SETMASK, kAll, &before_); }

AllBlocked::~AllBlocked() {
  if (!forgotten_) {
    change_mask(SIG_SETMASK, before_);
  }
}

void block(int signal) noexcept { change_mask(SIG_BLOCK, bit_of(signal)); }

void unblock(int signal) noexcept { change_mask(SIG_UNBLOCK, bit_of(signal)); }

void unblock_all() noexcept { change_mask(SIG_SETMASK, 0); }

int set_handler(int signal, void (*handler)(int)) noexcept {
  struct sigaction wanted {};
  wanted.sa_handler = handler;
  sigemptyset(&wanted.sa_mask);
  return ::sigaction(signal, &wanted, nullptr) == 0 ? 0 : errno;
}

int ignore_signal(int signal) noexcept { return set_plain_action(signal, SIG_IGN); }

int reset_signal(int signal) noexcept { return set_plain_action(signal, SIG_DFL); }

void reset_all_signals() noexcept {
  for (int signal = 1; signal <= kLastSignal; ++signal) {
    // SIGKILL and SIGSTOP refuse, and need no reset.
    reset_signal(signal);
  }
}

}  // namespace procession::os
