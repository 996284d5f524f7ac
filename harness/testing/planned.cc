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

}  // namespace

Planned planned(std::string_view text) {
  if (text.starts_with('\n')) {
    text.remove_prefix(1);  // of a raw string
  }
  const std::string whole = "scenario: test\n" + std::string(text);
  scenario::Reading reading = scenario::read_text(whole, "test.yaml");
  if (!reading.diagnostics.empty()) {
    give_up(reading.diagnostics, whole);
  }
  plan::Planning planning = plan::make_plan(reading.scenarios.front());
  if (!planning.diagnostics.empty()) {
    give_up(planning.diagnostics, whole);
  }
  return {std::move(reading.scenarios.front()), std::move(planning.plan)};
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
