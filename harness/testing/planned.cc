// SPDX-License-Identifier: MIT
#include "harness/testing/planned.h"

#include "harness/base/check.h"
#include "harness/plan/events.h"
#include "harness/scenario/reader.h"

#include <cstdio>
#include <string>

namespace procession::testing {

namespace {

[[noreturn]] void give_up(const scenario::Diagnostics& found, const std::string& text) {
  for (const scenario::Diagnostic& one : found.found()) {
    std::fprintf(stderr, "%d:%d: %s\n", one.at.line, one.at.column, one.message.c_str());
  }
  std::fprintf(stderr, "%s\n", text.c_str());
  base::fail_check("a test's scenario has no problems", std::source_location::current());
}

std::string whole_file(std::string_view text) {
  if (text.starts_with('\n')) {
    text.remove_prefix(1);  // of a raw string
  }
  return "scenario: test\n" + std::string(text);
}

scenario::Scenario scenario_of(const std::string& whole) {
  scenario::Reading reading = scenario::read_text(whole, "test.yaml");
  if (!reading.diagnostics.empty()) {
    give_up(reading.diagnostics, whole);
  }
  return std::move(reading.scenarios.front());
}

}  // namespace

Planned planned(std::string_view text) {
  const std::string whole = whole_file(text);
  scenario::Scenario asked = scenario_of(whole);
  plan::Planning planning = plan::make_plan(asked);
  if (!planning.diagnostics.empty()) {
    give_up(planning.diagnostics, whole);
  }
  return {std::move(asked), std::move(planning.plan)};
}

std::vector<std::string> planning_problems(std::string_view text) {
  return as_lines(plan::make_plan(scenario_of(whole_file(text))).diagnostics);
}

std::vector<std::string> as_lines(const scenario::Diagnostics& diagnostics) {
  std::vector<std::string> lines;
  for (const scenario::Diagnostic& one : diagnostics.found()) {
    lines.push_back(std::to_string(one.at.line) + ": " + one.message +
                    (one.help.empty() ? "" : " | " + one.help));
  }
  return lines;
}

plan::StepId step_named(const Planned& planned, std::string_view event) {
  const plan::EventFinder finder(planned.plan());
  const auto pattern = scenario::read_event(event);
  base::check(pattern.has_value(), "a test's event is well formed");
  const auto found = finder.find(*pattern);
  base::check(found.has_value(), "a test's event is in its plan");
  return found->front().event.step;
}

}  // namespace procession::testing
