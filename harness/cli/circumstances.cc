// SPDX-License-Identifier: MIT
#include "harness/cli/circumstances.h"

#include "harness/os/affinity.h"
#include "harness/os/machine.h"

#include <fmt/format.h>

#include <algorithm>

namespace procession::cli {

const std::map<std::string, run::Containment> kContainments = {
    {"automatic", run::Containment::Automatic},
    {"namespace", run::Containment::Namespace},
    {"sweep", run::Containment::Sweep}};

Facts machine_facts(run::Containment containment) {
  const auto named = std::find_if(kContainments.begin(), kContainments.end(),
                                  [&](const auto& entry) { return entry.second == containment; });
  os::CpuSet allowed;
  const bool known = os::get_affinity(allowed) == 0;
  return {{"procession", PROCESSION_VERSION},
          {"kernel", "Linux " + os::kernel_release()},
          {"cpus", std::to_string(os::available_cpus())},
          {"containment", named->first},
          {"cpus_allowed", known ? os::to_string(allowed) : "unknown"},
          {"governor", os::frequency_governor()},
          {"load", os::load_average()}};
}

Facts placement_of(const scenario::Scenario& scenario) {
  Facts placement;
  os::CpuSet allowed;
  if (os::get_affinity(allowed) != 0) {
    return placement;
  }
  for (const scenario::Process& process : scenario.processes) {
    if (!process.cpus.empty()) {
      placement.emplace_back(process.name, os::to_string(os::at_positions(allowed, process.cpus)));
    }
  }
  return placement;
}

std::string StolenTime::text() const { return fmt::format("{:.1f} %", 100 * share()); }

}  // namespace procession::cli
