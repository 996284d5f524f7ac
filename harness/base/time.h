// SPDX-License-Identifier: MIT
#pragma once
// Time: a Duration is a length, an Instant a point on CLOCK_MONOTONIC, which all processes of a
// machine share (clock_gettime(2); through the vdso, about 24 ns). Both count nanoseconds; neither
// can be mistaken for the other, nor for a plain number.

#include <chrono>
#include <compare>
#include <cstdint>
#include <ctime>

namespace procession::base {

using Duration = std::chrono::nanoseconds;

struct Instant {
  std::int64_t ns = 0;  // since boot; 0 = never

  friend constexpr auto operator<=>(Instant, Instant) = default;
  friend constexpr Duration operator-(Instant late, Instant early) {
    return Duration(late.ns - early.ns);
  }
  friend constexpr Instant operator+(Instant start, Duration length) {
    return {start.ns + length.count()};
  }
  friend constexpr Instant operator-(Instant end, Duration length) {
    return {end.ns - length.count()};
  }
};

// Async-signal-safe.
inline Instant now() noexcept {
  timespec stamp;
  ::clock_gettime(CLOCK_MONOTONIC, &stamp);
  return {std::int64_t{stamp.tv_sec} * 1'000'000'000 + stamp.tv_nsec};
}

}  // namespace procession::base
