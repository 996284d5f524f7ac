// SPDX-License-Identifier: MIT
#include "harness/os/affinity.h"

#include "harness/os/raw_syscall.h"

#include <algorithm>

namespace procession::os {

int get_affinity(CpuSet& cpus) noexcept {
  cpus.fill(0);
  const long size = raw_syscall(SYS_sched_getaffinity, 0, sizeof cpus, address_of(cpus.data()));
  return size < 0 ? static_cast<int>(-size) : 0;
}

int set_affinity(const CpuSet& cpus) noexcept {
  return static_cast<int>(
      -raw_syscall(SYS_sched_setaffinity, 0, sizeof cpus, address_of(cpus.data())));
}

CpuSet at_positions(const CpuSet& cpus, std::span<const std::uint32_t> positions) noexcept {
  CpuSet chosen{};
  std::uint32_t position = 0;
  for (std::uint32_t cpu = 0; cpu < kMostCpus; ++cpu) {
    const std::uint64_t bit = std::uint64_t{1} << (cpu % 64);
    if ((cpus[cpu / 64] & bit) == 0) {
      continue;
    }
    if (std::find(positions.begin(), positions.end(), position) != positions.end()) {
      chosen[cpu / 64] |= bit;
    }
    ++position;
  }
  return chosen;
}

}  // namespace procession::os
