// SPDX-License-Identifier: MIT
#pragma once
// Which events of a Record are lines of output: what a `print` has said, and what a program has.

#include "harness/plan/plan.h"
#include "harness/trace/record.h"

namespace procession::verify {

[[nodiscard]] inline bool is_printed_line(const plan::Plan& plan, const trace::Event& event) {
  return event.kind == trace::Line::Output || (event.kind == trace::Line::Step && event.returned &&
                                               plan.step(event.step).verb == scenario::Verb::Print);
}

}  // namespace procession::verify
