// SPDX-License-Identifier: MIT
#pragma once
// `check(claim)`: states what must be true if this program has no bug. A claim that is false prints
// itself with its place and aborts, in release builds too. Bad input is never a bug: it is an
// Error; what a child did is never a bug: it is an outcome in the Record.
//
// Async-signal-safe: writes with write(2) and aborts, so a player may use it between fork and exec.

#include <source_location>

namespace procession::base {

[[noreturn]] void fail_check(const char* claim, std::source_location where) noexcept;

inline void check(bool holds, const char* claim,
                  std::source_location where = std::source_location::current()) noexcept {
  if (!holds) [[unlikely]] {
    fail_check(claim, where);
  }
}

}  // namespace procession::base
