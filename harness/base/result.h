// SPDX-License-Identifier: MIT
#pragma once
// Result<T>: a T, or the Error that says why there is none. Made by whatever can fail for a reason
// outside this program (a bad file, a missing right, a full disk); ends in the command line, which
// turns the kind into an exit code. Not for what a child process did (that is data in the Record)
// and not for bugs (`check`).
//
// Messages are lower-case fragments; `context` puts what was being done in front of them, once per
// layer: "start the warden: map the arena: no space left on device".
// std::expected does not exist in C++20; the names follow it, so that it can take over.

#include "harness/base/check.h"

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace procession::base {

// Named for what the caller can do about it.
enum class ErrorKind {
  BadInput,      // a file or an argument is wrong: correct it
  Unsupported,   // this machine or kernel lacks something: go elsewhere
  NotPermitted,  // a right is missing
  Exhausted,     // descriptors, processes, memory or disk ran out: free some
  Io,            // anything else the system refused
  Interrupted,   // the user asked to stop
};

struct Error {
  ErrorKind kind = ErrorKind::Io;
  std::string message;
  int number = 0;  // errno, 0 if no system call failed

  // The same error, said with what was being done when it came up.
  [[nodiscard]] Error context(std::string_view doing) && {
    message = std::string(doing) + ": " + message;
    return std::move(*this);
  }
};

// The error for a failed system call; reads the number given, never errno itself.
[[nodiscard]] Error system_error(std::string_view doing, int number);

template <class T = void>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const { return std::holds_alternative<T>(state_); }
  explicit operator bool() const { return has_value(); }

  T& value() & {
    check(has_value(), "the result has a value");
    return std::get<T>(state_);
  }
  const T& value() const& {
    check(has_value(), "the result has a value");
    return std::get<T>(state_);
  }
  T&& value() && {
    check(has_value(), "the result has a value");
    return std::get<T>(std::move(state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& {
    check(!has_value(), "the result is an error");
    return std::get<Error>(state_);
  }
  Error&& error() && {
    check(!has_value(), "the result is an error");
    return std::get<Error>(std::move(state_));
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), failed_(true) {}  // NOLINT

  [[nodiscard]] bool has_value() const { return !failed_; }
  explicit operator bool() const { return has_value(); }
  const Error& error() const& {
    check(failed_, "the result is an error");
    return error_;
  }
  Error&& error() && {
    check(failed_, "the result is an error");
    return std::move(error_);
  }

 private:
  Error error_;
  bool failed_ = false;
};

}  // namespace procession::base
