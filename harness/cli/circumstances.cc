// SPDX-License-Identifier: MIT
#include "harness/cli/circumstances.h"

#include "harness/os/affinity.h"
#include "harness/os/machine.h"
#include "harness/os/machine_class.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

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
          {"class", os::machine_class(os::class_facts())},
          {"cpus", std::to_string(os::available_cpus())},
          {"containment", named->first},
          {"cpus_allowed", known ? os::to_string(allowed) : "unknown"},
          {"governor", os::frequency_governor()},
          {"load", os::load_average()}};
}

report::SessionResult session_begun(const std::string& command, run::Containment containment,
                                    std::uint32_t seed, std::uint32_t round) {
  report::SessionResult session;
  session.started = utc_now();
  session.command = command;
  session.seed = seed;
  session.round = round;
  session.machine = machine_facts(containment);
  return session;
}

std::string fact_of(const Facts& facts, std::string_view name) {
  const auto found = std::ranges::find(facts, name, &std::pair<std::string, std::string>::first);
  return found != facts.end() ? found->second : std::string();
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

std::string utc_now() {
  const std::time_t seconds = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[sizeof "2024-05-01T12:00:00Z"];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::string StolenTime::text() const { return fmt::format("{:.1f} %", 100 * share()); }

}  // namespace procession::cli
