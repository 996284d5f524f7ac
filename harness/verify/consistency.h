// SPDX-License-Identifier: MIT
#pragma once
// Consistency: what a Record cannot say whatever the processes did, told from the plan and the
// Record alone: a step recorded twice or left out, a stamp from outside the run, an end that
// nothing led to, two answers that contradict each other. Whatever of this is found is a fault of
// the harness, and makes the run's verdicts invalid (timeline.h asks). Of a complete Record only.
// Pure.

#include "harness/plan/plan.h"
#include "harness/trace/record.h"

#include <string>

namespace procession::verify {

// The first contradiction, as a sentence; empty if there is none.
[[nodiscard]] std::string inconsistency(const plan::Plan& plan, const trace::Record& record);

// Whether a step that has returned so lets its process go on: else it ends, in order.
[[nodiscard]] bool goes_on(const plan::Plan& plan, const trace::Event& event);

}  // namespace procession::verify
