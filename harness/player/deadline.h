// SPDX-License-Identifier: MIT
#pragma once
// A Deadline is an instant at which waiting ends, or never; waiting is ppoll(2). Nothing here is
// restarted after a signal handler: callers loop, and a deadline stays where it is.

#include "harness/base/time.h"

#include <poll.h>
#include <span>

namespace procession::player {

class Deadline {
 public:
  [[nodiscard]] static Deadline never() { return Deadline({}); }
  // `ns` from now; never if it is negative.
  [[nodiscard]] static Deadline in(std::int64_t ns) {
    return ns < 0 ? never() : Deadline(base::now() + base::Duration(ns));
  }
  [[nodiscard]] static Deadline earlier(Deadline a, Deadline b) {
    return a.is_never() || (!b.is_never() && b.at_ < a.at_) ? b : a;
  }

  [[nodiscard]] bool is_never() const { return at_ == base::Instant{}; }
  [[nodiscard]] bool has_passed() const { return !is_never() && base::now() >= at_; }
  // Not for `never`.
  [[nodiscard]] timespec remaining() const;

 private:
  explicit Deadline(base::Instant at) : at_(at) {}
  base::Instant at_;
};

enum class Woken { Ready, Late, Interrupted };

// Sleeps until an entry is ready, the deadline has passed or a handler has run.
[[nodiscard]] Woken poll_until(std::span<pollfd> entries, Deadline deadline);

// As above, again after each handler; false if it is too late.
[[nodiscard]] bool wait_ready(int fd, short events, Deadline deadline);

// Lets others run for so long, or until a handler has run.
void pause_for(std::int64_t ns);

}  // namespace procession::player
