// SPDX-License-Identifier: MIT
#pragma once
// A Wake says what ends a server's waiting for connections and bytes: something that becomes
// readable, or a point in time. It borrows the descriptors.

#include "harness/base/time.h"

#include <span>

namespace procession::load {

struct Wake {
  static constexpr std::size_t kMost = 80;  // descriptors

  std::span<const int> readable;
  base::Instant at;  // 0 = never
};

[[nodiscard]] inline bool has_passed(base::Instant at) { return at.ns != 0 && base::now() >= at; }
// What is left until then, at least 0; {} for never.
[[nodiscard]] timespec time_until(base::Instant at);

enum class Ready { Socket, Wake, Nothing };
// Sleeps until the socket is readable, the wake has come (that counts for more), or a signal
// handler has run.
[[nodiscard]] Ready wait_for(int socket, const Wake& wake);

}  // namespace procession::load
