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

bool serves_by_io_uring(const std::vector<scenario::Step>& steps) {
  return std::ranges::any_of(steps, [](const scenario::Step& step) {
    return step.handler == scenario::Handler::IoUring || serves_by_io_uring(step.steps);
  });
}

std::vector<std::string_view> features_needed(const scenario::Scenario& scenario) {
  std::vector<std::string_view> needed;
  for (const scenario::Text& feature : scenario.requirements.features) {
    needed.emplace_back(feature.value);
  }
  const bool by_io_uring = std::ranges::any_of(
      scenario.processes,
      [](const scenario::Process& process) { return serves_by_io_uring(process.steps); });
  if (by_io_uring && std::ranges::find(needed, "io_uring") == needed.end()) {
    needed.emplace_back("io_uring");
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
  for (const std::string_view feature : features_needed(scenario)) {
    if (!os::has_feature(feature)) {
      lacking.push_back("needs the feature " + std::string(feature));
    }
  }
  if (lacking.empty()) {
    return std::nullopt;
  }
  return base::join_words(lacking, "; ");
}

}  // namespace procession::cli
