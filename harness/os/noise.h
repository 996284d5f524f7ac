// SPDX-License-Identifier: MIT
#pragma once
// Noise: what makes times on this machine differ from one moment to the next, as the kernel tells
// it: how busy the CPUs are, how much of them another guest of the host took, and what sets their
// frequency. Used for the circumstances in results.

#include "harness/os/affinity.h"

#include <cstdint>
#include <string>

namespace procession::os {

// CPU time of all CPUs since boot, in the kernel's ticks (proc_stat(5), the line `cpu`).
struct CpuTime {
  std::uint64_t all = 0;
  std::uint64_t stolen = 0;  // by others on the same host, while this machine had work
};
// All 0 without /proc.
[[nodiscard]] CpuTime cpu_time();

// What was stolen between two readings: 0 to 1. 0 if there was no tick between them.
[[nodiscard]] double stolen_share(const CpuTime& before, const CpuTime& after);

// "0.52 0.58 0.59": how many wanted to run, over the last 1, 5 and 15 minutes (proc_loadavg(5)).
// "unknown" without /proc.
[[nodiscard]] std::string load_average();

// Of the CPUs that this process may run on: "performance"; "none" if this machine lets nobody
// choose, as most guests; "performance, powersave" if they differ.
[[nodiscard]] std::string frequency_governor();

// "0-3,8": as the kernel and taskset(1) list CPUs.
[[nodiscard]] std::string to_string(const CpuSet& cpus);

}  // namespace procession::os
