// SPDX-License-Identifier: MIT
#pragma once
// The stages of planning, in the order in which make_plan runs them, and what they hand on.
// Internal to this folder. Each stage adds to the builder's arrays and to the diagnostics; a stage
// may rely on all before it.

#include "harness/plan/draft.h"
#include "harness/plan/plan_builder.h"
#include "harness/scenario/diagnostics.h"
#include "harness/scenario/model.h"

#include <map>
#include <string>
#include <vector>

namespace procession::plan {

struct Planned {
  const scenario::Scenario& asked;
  scenario::Diagnostics& found;
  std::uint32_t seed = 0;
  Draft draft{};
  PlanBuilder builder{};
  std::vector<const DraftStep*> origins{};  // by StepId; none: an implicit step
  Range module{};                           // main's steps that `module` wrote
  std::map<std::string, std::vector<InstanceId>> by_template{};
  // By process: the listener at which others connect to it, once plan_channels has found it.
  std::map<InstanceId, std::uint32_t> listener_of{};
};

// Instances with their templates, indices, starters and display paths.
void plan_instances(Planned& planned);
// Every line as consecutive steps: groups become a step for each process, operands are looked up.
void plan_lines(Planned& planned);
// Pipes, listeners, connections, and the talkers that serve them.
void plan_channels(Planned& planned);
// What is known before the run: names, daemons, sure errors, texts.
void plan_facts(Planned& planned);
// Who waits for whom. `view` is the plan built so far.
void plan_gates(Planned& planned, const Plan& view);

// The instances that a step of `around` means by a name: the caller's own children; else the only
// process so named (all replicas of one starter count as one). Empty after a diagnostic.
[[nodiscard]] std::vector<InstanceId> resolve(Planned& planned,
                                              const scenario::ProcessPattern& pattern,
                                              const Surroundings& around, scenario::Position at);

// A new instance that no process of the file is: a talker or the forkserver, with the steps given
// and an implicit exit behind them. A fresh image plays `module` first.
InstanceId add_implicit_instance(Planned& planned, const Instance& instance,
                                 const std::vector<Step>& steps);

}  // namespace procession::plan
