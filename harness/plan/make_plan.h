// SPDX-License-Identifier: MIT
#pragma once
// Planning: Scenario → Plan. Unrolls groups, loops and `run`, gives every instance its path and its
// line, looks up every name, computes the facts that are known before the run, and says what the
// file asks for that cannot be: names that denote nothing, steps that are sure to fail
// unexpectedly, too many of anything. Pure; deterministic: the same Scenario and seed give the same
// bytes. The seed chooses the order of each `order: random`, and nothing else.
//
// Limits: 100,000 instances, 2,000,000 steps, 1,000,000 arrivals that are waited for.

#include "harness/plan/plan_builder.h"
#include "harness/scenario/diagnostics.h"
#include "harness/scenario/model.h"

namespace procession::plan {

struct Planning {
  OwnedPlan plan;  // empty when there are diagnostics
  scenario::Diagnostics diagnostics;
};

[[nodiscard]] Planning make_plan(const scenario::Scenario& scenario, std::uint32_t seed = 0);

}  // namespace procession::plan
