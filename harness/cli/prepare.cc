// SPDX-License-Identifier: MIT
#include "harness/cli/prepare.h"

#include "harness/cli/requirements.h"
#include "harness/scenario/diagnostics.h"
#include "harness/verify/review.h"

#include <utility>

namespace procession::cli {

namespace {

using scenario::Diagnostics;
using scenario::Scenario;

void append(Diagnostics& all, const Diagnostics& more) {
  for (const scenario::Diagnostic& diagnostic : more.found()) {
    all.add(diagnostic.at, diagnostic.message, diagnostic.help);
  }
}

BadFile bad_file(const Scenario& scenario, Diagnostics& found) {
  // Instances of a matrix share their mistakes: each is told once.
  found.sort_by_position();
  BadFile bad{scenario.file, {}};
  for (const scenario::Diagnostic& diagnostic : found.found()) {
    bad.diagnostics.push_back(scenario::to_string(diagnostic, scenario.file, scenario.lines));
  }
  return bad;
}

// Plans one instance and takes it; false if something was found, and it is left.
bool prepare_one(Scenario& scenario, Checks checks, std::uint32_t seed, Diagnostics& found,
                 Preparation& preparation) {
  find_unknown_features(scenario.requirements, found);
  plan::Planning planning = plan::make_plan(scenario, seed);
  append(found, planning.diagnostics);
  if (!planning.diagnostics.empty()) {
    return false;
  }
  if (checks == Checks::PlanAndReview) {
    const Diagnostics reviewed = verify::review(scenario, planning.plan.view());
    append(found, reviewed);
    if (!reviewed.empty()) {
      return false;
    }
  }
  preparation.ready.push_back({std::move(scenario), std::move(planning.plan)});
  return true;
}

}  // namespace

Preparation prepare(Selection selection, Checks checks, std::uint32_t seed) {
  Preparation preparation;
  preparation.bad_files = std::move(selection.bad_files);
  std::vector<Scenario>& scenarios = selection.scenarios;
  for (std::size_t i = 0; i < scenarios.size();) {
    const std::string file = scenarios[i].file;
    Diagnostics found;
    Scenario bad;
    for (; i < scenarios.size() && scenarios[i].file == file; ++i) {
      if (!prepare_one(scenarios[i], checks, seed, found, preparation)) {
        bad = std::move(scenarios[i]);
      }
    }
    if (!found.empty()) {
      preparation.bad_files.push_back(bad_file(bad, found));
    }
  }
  return preparation;
}

}  // namespace procession::cli
