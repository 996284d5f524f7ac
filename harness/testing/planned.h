// SPDX-License-Identifier: MIT
#pragma once
// Planned: a scenario's text read and planned, for tests that speak the language instead of
// building plans by hand. Aborts if the text has problems; tests of problems use the reader itself.

#include "harness/plan/make_plan.h"
#include "harness/scenario/model.h"

#include <string>
#include <string_view>
#include <vector>

namespace procession::testing {

struct Planned {
  scenario::Scenario scenario;
  plan::OwnedPlan owned;

  [[nodiscard]] plan::Plan plan() const { return owned.view(); }
};

// `text` without its title: the line "scenario: test" is put in front.
[[nodiscard]] Planned planned(std::string_view text);

// What planning says against a text that the reader accepts.
[[nodiscard]] std::vector<std::string> planning_problems(std::string_view text);
// A diagnostic each, as "line: message" or "line: message | help".
[[nodiscard]] std::vector<std::string> as_lines(const scenario::Diagnostics& diagnostics);

// The first event that the pattern denotes.
[[nodiscard]] plan::StepId step_named(const Planned& planned, std::string_view event);

}  // namespace procession::testing
