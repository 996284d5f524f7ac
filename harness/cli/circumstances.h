// SPDX-License-Identifier: MIT
#pragma once
// Circumstances: what a time means nothing without: the machine, its kernel, which CPUs there are
// to run on, how busy they are. They go with every result, of `run` and of `bench`.

#include "harness/os/noise.h"
#include "harness/report/result.h"
#include "harness/run/play.h"
#include "harness/scenario/model.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace procession::cli {

using Facts = std::vector<std::pair<std::string, std::string>>;  // name, value

// As `--containment` names them.
extern const std::map<std::string, run::Containment> kContainments;

// As things are now: procession, kernel, class (os/machine_class.h), cpus, containment,
// cpus_allowed, governor, load.
[[nodiscard]] Facts machine_facts(run::Containment containment);

// A result that has begun now: all but what was played.
[[nodiscard]] report::SessionResult session_begun(const std::string& command,
                                                  run::Containment containment, std::uint32_t seed,
                                                  std::uint32_t round = 1);

// The value of the fact of that name; empty: there is none.
[[nodiscard]] std::string fact_of(const Facts& facts, std::string_view name);

// Which CPUs a scenario's processes keep to, by the key `cpus`: process, "0-1". Processes without
// that key are not in it: they may run on all that are allowed.
[[nodiscard]] Facts placement_of(const scenario::Scenario& scenario);

// Now, as results tell it: ISO 8601, UTC, whole seconds.
[[nodiscard]] std::string utc_now();

// What others took of this machine's CPU time since it was made.
class StolenTime {
 public:
  [[nodiscard]] double share() const { return os::stolen_share(before_, os::cpu_time()); }
  // "0.3 %"
  [[nodiscard]] std::string text() const;

 private:
  os::CpuTime before_ = os::cpu_time();
};

}  // namespace procession::cli
