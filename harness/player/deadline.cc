// SPDX-License-Identifier: MIT
#include "harness/player/deadline.h"

#include "harness/base/check.h"

#include <cerrno>

namespace procession::player {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

}  // namespace

timespec Deadline::remaining() const {
  const std::int64_t left = (at_ - base::now()).count();
  return left <= 0 ? timespec{0, 0} : timespec{left / kSecond, left % kSecond};
}

Woken poll_until(std::span<pollfd> entries, Deadline deadline) {
  timespec left{};
  if (!deadline.is_never()) {
    left = deadline.remaining();
  }
  const int ready =
      ::ppoll(entries.data(), entries.size(), deadline.is_never() ? nullptr : &left, nullptr);
  if (ready < 0) {
    base::check(errno == EINTR, "ppoll fails only when it is interrupted");
    return Woken::Interrupted;
  }
  return ready == 0 ? Woken::Late : Woken::Ready;
}

bool wait_ready(int fd, short events, Deadline deadline) {
  for (;;) {
    pollfd entry{fd, events, 0};
    const Woken woken = poll_until({&entry, 1}, deadline);
    if (woken != Woken::Interrupted) {
      return woken == Woken::Ready;
    }
  }
}

void pause_for(std::int64_t ns) { (void)poll_until({}, Deadline::in(ns)); }

}  // namespace procession::player
