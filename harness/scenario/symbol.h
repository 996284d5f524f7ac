// SPDX-License-Identifier: MIT
#pragma once
// Error symbols: what a step may fail with. A Symbol is a number so that a record line can hold it:
//   1 … 999     the kernel's errno, spelt as in errno(3): EADDRINUSE
//   1000 … 1099 errors of the model, spelt in lower case: not_started
//   1100 …      words that a file itself gives to `raise`, numbered by the Plan
// and statuses: 0 … 255 or a signal, always spelt SIGTERM (signal(7)).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace procession::scenario {

using Symbol = std::int32_t;

enum ModelError : Symbol {
  kNotStarted = 1000,
  kAlreadyStarted,
  kNotMyChild,
  kStillRunning,
  kClosed,
  kTooLate,
  kDaemonHasChild,
  kTimedOut,
  kGone,
  kBrokenBarrier,
  kWrongReply,
  kTruncated,
};
inline constexpr Symbol kFirstRaised = 1100;

[[nodiscard]] std::optional<Symbol> symbol_named(std::string_view name);  // errno or model error
[[nodiscard]] std::string symbol_name(Symbol symbol);                     // not for raised words
[[nodiscard]] std::vector<std::string_view> symbol_names();               // all that are known

[[nodiscard]] std::optional<int> signal_named(std::string_view name);  // "SIGTERM" → 15
[[nodiscard]] std::string signal_name(int signal);  // "SIGRTMIN+2" beyond the named
[[nodiscard]] std::vector<std::string_view> signal_names();

}  // namespace procession::scenario
