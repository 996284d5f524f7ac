// SPDX-License-Identifier: MIT
#pragma once
// Affinity: the CPUs that the calling process may run on (sched_setaffinity(2)); what it starts
// inherits them. As many as a cpu_set_t can name. Async-signal-safe, no heap.

#include <array>
#include <cstdint>
#include <span>

namespace procession::os {

inline constexpr std::uint32_t kMostCpus = 1024;

// A bit for each CPU, from the lowest bit of the first word.
using CpuSet = std::array<std::uint64_t, kMostCpus / 64>;

// 0 or errno.
[[nodiscard]] int get_affinity(CpuSet& cpus) noexcept;
[[nodiscard]] int set_affinity(const CpuSet& cpus) noexcept;

// The k-th of `cpus`, counted from 0, for each k of `positions`; those beyond the last are left
// out.
[[nodiscard]] CpuSet at_positions(const CpuSet& cpus,
                                  std::span<const std::uint32_t> positions) noexcept;

}  // namespace procession::os
