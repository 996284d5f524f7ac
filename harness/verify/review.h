// SPDX-License-Identifier: MIT
#pragma once
// Review: what the cause net knows about a scenario before anything runs. `review` finds what can
// never be as the file says it: orders that contradict program order, events that cannot happen,
// processes that wait for each other in a circle. `explain` answers for one order: guaranteed, by
// which chain; or not, and which way the right event gets round the left one. Pure.

#include "harness/base/result.h"
#include "harness/plan/plan.h"
#include "harness/scenario/diagnostics.h"
#include "harness/scenario/model.h"

#include <string>
#include <vector>

namespace procession::verify {

// Nothing that the file expects by `fails`, `error(…)`, `never`, `timeout: true` or `verdict`.
[[nodiscard]] scenario::Diagnostics review(const scenario::Scenario& scenario,
                                           const plan::Plan& plan);

struct Explanation {
  bool guaranteed = false;
  std::string headline;  // one line, as a verdict's message
  std::vector<std::string>
      details;  // the chain or the way round, a line an event, with the file's lines
};

// BadInput if a name in the order denotes nothing.
[[nodiscard]] base::Result<Explanation> explain(const scenario::Scenario& scenario,
                                                const plan::Plan& plan,
                                                const scenario::OrderPattern& order);

}  // namespace procession::verify
