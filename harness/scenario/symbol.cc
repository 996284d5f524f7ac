// SPDX-License-Identifier: MIT
#include "harness/scenario/symbol.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>

namespace procession::scenario {

namespace {

struct Named {
  std::string_view name;
  int value;
};

#define NAMED(value) \
  Named { #value, value }

constexpr auto kSymbols = std::to_array<Named>({
    {"not_started", kNotStarted},
    {"already_started", kAlreadyStarted},
    {"not_my_child", kNotMyChild},
    {"still_running", kStillRunning},
    {"closed", kClosed},
    {"too_late", kTooLate},
    {"daemon_has_child", kDaemonHasChild},
    {"timed_out", kTimedOut},
    {"gone", kGone},
    {"broken_barrier", kBrokenBarrier},
    {"wrong_reply", kWrongReply},
    {"truncated", kTruncated},
    NAMED(EACCES),
    NAMED(EADDRINUSE),
    NAMED(EADDRNOTAVAIL),
    NAMED(EAGAIN),
    NAMED(EBADF),
    NAMED(EBUSY),
    NAMED(ECHILD),
    NAMED(ECONNABORTED),
    NAMED(ECONNREFUSED),
    NAMED(ECONNRESET),
    NAMED(EDEADLK),
    NAMED(EEXIST),
    NAMED(EFAULT),
    NAMED(EFBIG),
    NAMED(EHOSTUNREACH),
    NAMED(EINTR),
    NAMED(EINVAL),
    NAMED(EIO),
    NAMED(EISCONN),
    NAMED(EISDIR),
    NAMED(ELOOP),
    NAMED(EMFILE),
    NAMED(EMSGSIZE),
    NAMED(ENETUNREACH),
    NAMED(ENFILE),
    NAMED(ENOBUFS),
    NAMED(ENOENT),
    NAMED(ENOEXEC),
    NAMED(ENOMEM),
    NAMED(ENOSPC),
    NAMED(ENOSYS),
    NAMED(ENOTCONN),
    NAMED(ENOTDIR),
    NAMED(EOPNOTSUPP),
    NAMED(EPERM),
    NAMED(EPIPE),
    NAMED(EPROTO),
    NAMED(ERANGE),
    NAMED(EROFS),
    NAMED(ESRCH),
    NAMED(ETIMEDOUT),
    NAMED(ETXTBSY),
});

constexpr auto kSignals = std::to_array<Named>({
    NAMED(SIGHUP),    NAMED(SIGINT),   NAMED(SIGQUIT), NAMED(SIGILL),  NAMED(SIGTRAP),
    NAMED(SIGABRT),   NAMED(SIGBUS),   NAMED(SIGFPE),  NAMED(SIGKILL), NAMED(SIGUSR1),
    NAMED(SIGSEGV),   NAMED(SIGUSR2),  NAMED(SIGPIPE), NAMED(SIGALRM), NAMED(SIGTERM),
    NAMED(SIGCHLD),   NAMED(SIGCONT),  NAMED(SIGSTOP), NAMED(SIGTSTP), NAMED(SIGTTIN),
    NAMED(SIGTTOU),   NAMED(SIGURG),   NAMED(SIGXCPU), NAMED(SIGXFSZ), NAMED(SIGVTALRM),
    NAMED(SIGPROF),   NAMED(SIGWINCH), NAMED(SIGIO),   NAMED(SIGPWR),  NAMED(SIGSYS),
    NAMED(SIGSTKFLT),
});

#undef NAMED

template <class Table>
const Named* by_name(const Table& table, std::string_view name) {
  const auto found = std::ranges::find(table, name, &Named::name);
  return found == table.end() ? nullptr : &*found;
}

template <class Table>
const Named* by_value(const Table& table, int value) {
  const auto found = std::ranges::find(table, value, &Named::value);
  return found == table.end() ? nullptr : &*found;
}

template <class Table>
std::vector<std::string_view> names_of(const Table& table) {
  std::vector<std::string_view> names;
  for (const Named& entry : table) {
    names.push_back(entry.name);
  }
  return names;
}

}  // namespace

std::optional<Symbol> symbol_named(std::string_view name) {
  const Named* entry = by_name(kSymbols, name);
  return entry == nullptr ? std::nullopt : std::optional<Symbol>(entry->value);
}

std::string symbol_name(Symbol symbol) {
  const Named* entry = by_value(kSymbols, symbol);
  return entry == nullptr ? "errno " + std::to_string(symbol) : std::string(entry->name);
}

std::vector<std::string_view> symbol_names() { return names_of(kSymbols); }

std::optional<int> signal_named(std::string_view name) {
  if (const Named* entry = by_name(kSignals, name)) {
    return entry->value;
  }
  constexpr std::string_view kRealTime = "SIGRTMIN+";
  int above = 0;
  if (name.starts_with(kRealTime)) {
    const auto digits = name.substr(kRealTime.size());
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), above);
    if (error == std::errc() && end == digits.data() + digits.size() && above >= 0 &&
        SIGRTMIN + above <= SIGRTMAX) {
      return SIGRTMIN + above;
    }
  }
  return std::nullopt;
}

std::string signal_name(int signal) {
  if (const Named* entry = by_value(kSignals, signal)) {
    return std::string(entry->name);
  }
  if (signal >= SIGRTMIN && signal <= SIGRTMAX) {
    return "SIGRTMIN+" + std::to_string(signal - SIGRTMIN);
  }
  return "signal " + std::to_string(signal);
}

std::vector<std::string_view> signal_names() { return names_of(kSignals); }

}  // namespace procession::scenario
