// SPDX-License-Identifier: MIT
#include "harness/cli/requirements.h"

#include "harness/base/text.h"
#include "harness/os/machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace procession::cli {

void find_unknown_features(const scenario::Requires& requirements, scenario::Diagnostics& found) {
  const auto known = os::feature_names();
  for (const scenario::Text& feature : requirements.features) {
    if (std::find(known.begin(), known.end(), feature.value) == known.end()) {
      const std::vector<std::string> names(known.begin(), known.end());
      const auto nearest = base::nearest_word(feature.value, known);
      found.add(feature.at, fmt::format("there is no feature `{}`", feature.value),
                nearest ? fmt::format("did you mean `{}`?", *nearest)
                        : "features are " + base::enumerate_words(names));
    }
  }
}

namespace {

unsigned cpus_needed(const scenario::Scenario& scenario) {
  auto needed = static_cast<unsigned>(scenario.requirements.cpus);
  for (const scenario::Process& process : scenario.processes) {
    for (const std::uint32_t position : process.cpus) {
      needed = std::max(needed, position + 1);
    }
  }
  return needed;
}

}  // namespace

std::optional<std::string> unmet(const scenario::Scenario& scenario) {
  const scenario::Requires& requirements = scenario.requirements;
  std::vector<std::string> lacking;
  const unsigned cpus = os::available_cpus();
  if (const unsigned needed = cpus_needed(scenario); needed > cpus) {
    lacking.push_back(fmt::format("needs {} CPUs, may use {}", needed, cpus));
  }
  for (const scenario::Text& program : requirements.programs) {
    if (os::find_program(program.value).empty()) {
      lacking.push_back("needs the program " + program.value);
    }
  }
  for (const scenario::Text& feature : requirements.features) {
    if (!os::has_feature(feature.value)) {
      lacking.push_back("needs the feature " + feature.value);
    }
  }
  if (lacking.empty()) {
    return std::nullopt;
  }
  return base::join_words(lacking, "; ");
}

}  // namespace procession::cli
