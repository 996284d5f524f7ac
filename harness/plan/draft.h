// SPDX-License-Identifier: MIT
#pragma once
// Draft: a Scenario with its instances known and its lines unrolled (loops, `run`, `module`), but
// names not yet looked up, except those of `start`, which is what makes instances. First stage of
// planning (make_plan.h); used by nothing else. Points into the Scenario, which must outlive it.
//
// Invariants: instance 0 is `main`; a starter comes before what it starts.

#include "harness/plan/plan.h"
#include "harness/scenario/diagnostics.h"
#include "harness/scenario/model.h"

#include <optional>
#include <utility>
#include <vector>

namespace procession::plan {

// What the words of a step mean where it stands.
struct Surroundings {
  InstanceId self = kNone;
  std::vector<std::pair<char, long>> letters;  // of the loops round it
  const scenario::Text* arg = nullptr;         // what ${arg} says; none: no `args`
};

struct DraftStep {
  const scenario::Step* asked = nullptr;
  Surroundings around;
  std::vector<InstanceId> targets;  // start: known here; else looked up later
  std::vector<DraftStep> handler;
};

struct DraftInstance {
  const scenario::Process* process = nullptr;
  InstanceId starter = kNone;
  std::uint32_t index = kNone;
  std::vector<DraftStep> line;
  // What it would start, but for the end of `depth`: steps that name these do nothing.
  std::vector<const scenario::Process*> cut;
};

struct Draft {
  std::vector<DraftInstance> instances;
  std::size_t module_steps = 0;  // of main's line: those of `module`
};

inline constexpr std::size_t kMostInstances = 100'000;
inline constexpr std::size_t kMostSteps = 2'000'000;

[[nodiscard]] Draft draft_of(const scenario::Scenario& scenario, scenario::Diagnostics& found);

// Whether the name means, where the step stands, a process that `depth` has left out.
[[nodiscard]] bool is_cut(const scenario::ProcessPattern& pattern, const Surroundings& around,
                          const Draft& draft);

// The number that `[…]` means there; none if it holds a letter that no loop binds, or `index` in a
// process without one.
[[nodiscard]] std::optional<long> value_of(const scenario::Index& index, const Surroundings& around,
                                           const Draft& draft);

}  // namespace procession::plan
