// SPDX-License-Identifier: MIT
#pragma once
// Fitting: whether a Record can be one of this Plan at all. One that was just read from the arena
// does; one from a file (trace/record_file.h) is held against the Plan before it is judged, since
// the verdicts look up its numbers without asking. Whether it is an execution of the Plan is
// another question, which the verdicts answer. Pure.

#include "harness/base/result.h"
#include "harness/plan/plan.h"
#include "harness/trace/record.h"

namespace procession::verify {

// BadInput: says what cannot be.
[[nodiscard]] base::Result<> fits(const plan::Plan& plan, const trace::Record& record);

}  // namespace procession::verify
