// SPDX-License-Identifier: MIT
#pragma once
// What came of a step: made by the function that plays it, put into its line by play.cc.

#include "harness/plan/plan.h"
#include "harness/trace/arena.h"

#include <cstdint>

namespace procession::player {

using trace::kNoAnswer;

struct Outcome {
  scenario::Symbol error = 0;  // errno or an error of the model; 0 = it succeeded
  std::int64_t answer = 0;
  plan::InstanceId after_end_of = plan::kNone;  // whose end it has seen
  // The step has forked and this is the child: another instance, whose line begins. The step itself
  // belongs to its parent.
  bool is_child = false;

  [[nodiscard]] static Outcome failed(scenario::Symbol error) { return {.error = error}; }
  // 0 = it succeeded.
  [[nodiscard]] static Outcome of_errno(int error) { return {.error = error}; }
  [[nodiscard]] static Outcome answered(std::int64_t answer) { return {.answer = answer}; }
  [[nodiscard]] static Outcome child() { return {.is_child = true}; }
};

}  // namespace procession::player
