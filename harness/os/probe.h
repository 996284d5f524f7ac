// SPDX-License-Identifier: MIT
#pragma once
// Probes: how fast this machine is just now at what no scenario can change. Each does a thing by
// hand so many times and tells the median of what one took. Comparisons measure them beside both
// arms: when a probe moves, the machine has moved, not what is compared.
//
// For single-threaded programs. Leave no process and no descriptor behind; errors: what the system
// refused.

#include "harness/base/result.h"
#include "harness/base/time.h"

namespace procession::os {

// A copy of this process that ends at once, made and waited for.
[[nodiscard]] base::Result<base::Duration> probe_fork_and_wait(unsigned times);

// 64 bytes to a process that sends them back, by TCP over the loopback.
[[nodiscard]] base::Result<base::Duration> probe_ping_pong(unsigned times);

}  // namespace procession::os
