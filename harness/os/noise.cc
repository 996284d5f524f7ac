// SPDX-License-Identifier: MIT
#include "harness/os/noise.h"

#include <cstddef>
#include <fstream>
#include <set>
#include <sstream>

namespace procession::os {

namespace {

bool holds(const CpuSet& cpus, std::uint32_t cpu) {
  return cpu < kMostCpus && (cpus[cpu / 64] >> (cpu % 64) & 1) != 0;
}

}  // namespace

CpuTime cpu_time() {
  std::ifstream stat("/proc/stat");
  std::string name;
  stat >> name;
  // user, nice, system, idle, iowait, irq, softirq, steal; what guests took is part of user and
  // nice.
  CpuTime time;
  std::uint64_t ticks = 0;
  for (int field = 0; field < 8 && stat >> ticks; ++field) {
    time.all += ticks;
    time.stolen = field == 7 ? ticks : 0;
  }
  return time;
}

double stolen_share(const CpuTime& before, const CpuTime& after) {
  if (after.all <= before.all || after.stolen <= before.stolen) {
    return 0;
  }
  return static_cast<double>(after.stolen - before.stolen) /
         static_cast<double>(after.all - before.all);
}

std::string load_average() {
  std::ifstream file("/proc/loadavg");
  std::string one;
  std::string five;
  std::string fifteen;
  return file >> one >> five >> fifteen ? one + ' ' + five + ' ' + fifteen : "unknown";
}

std::string frequency_governor() {
  CpuSet permitted;
  if (get_affinity(permitted) != 0) {
    return "none";
  }
  std::set<std::string> governors;
  for (std::uint32_t cpu = 0; cpu < kMostCpus; ++cpu) {
    if (holds(permitted, cpu)) {
      std::ifstream file("/sys/devices/system/cpu/cpu" + std::to_string(cpu) +
                         "/cpufreq/scaling_governor");
      std::string governor;
      governors.insert(file >> governor ? governor : "none");
    }
  }
  std::string all;
  for (const std::string& governor : governors) {
    all += (all.empty() ? "" : ", ") + governor;
  }
  return all;
}

std::string to_string(const CpuSet& cpus) {
  std::ostringstream list;
  for (std::uint32_t cpu = 0; cpu < kMostCpus; ++cpu) {
    if (!holds(cpus, cpu)) {
      continue;
    }
    const std::uint32_t first = cpu;
    while (holds(cpus, cpu + 1)) {
      ++cpu;
    }
    list << (list.tellp() > 0 ? "," : "") << first;
    if (cpu > first) {
      list << '-' << cpu;
    }
  }
  return list.str();
}

}  // namespace procession::os
