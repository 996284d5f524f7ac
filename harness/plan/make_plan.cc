// SPDX-License-Identifier: MIT
#include "harness/plan/make_plan.h"

#include "harness/plan/events.h"
#include "harness/plan/planning.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace procession::plan {

namespace {

// Who may live when all else has ended.
void plan_survivors(Planned& planned, const Plan& view) {
  const EventFinder finder(view);
  for (const auto& [pattern, at] : planned.asked.expect.survivors) {
    const auto found = finder.processes(pattern);
    if (found.empty()) {
      planned.found.add(at, fmt::format("no process is named `{}`", pattern.parts.back().name));
    }
    for (const auto& process : found) {
      planned.builder.instances[process.instance].survivor = true;
    }
  }
}

// Whether some process of the plan may end another one.
bool has_ender(const Plan& view) {
  using scenario::Verb;
  constexpr std::array kEnders = {Verb::Signal, Verb::Terminate, Verb::Kill, Verb::Interrupt,
                                  Verb::ParentDeathSignal};
  return std::ranges::any_of(
      view.steps(), [&](const Step& step) { return std::ranges::count(kEnders, step.verb) != 0; });
}

// Whose end `timing` or a figure speaks of: when it is reaped says little of when it ended. And
// clients that may be killed under load: the figures of a load are of the time until then.
void plan_watched_ends(Planned& planned, const Plan& view) {
  const EventFinder finder(view);
  const auto watch = [&](InstanceId id) {
    planned.builder.instances[id].watched = true;
    planned.builder.header.watches_ends = 1;
  };
  const auto watch_all = [&](const scenario::EventPattern& event) {
    if (event.what != "end") {
      return;
    }
    for (const auto& process : finder.processes(event.process)) {
      watch(process.instance);
    }
  };
  for (const scenario::OrderPattern& order : planned.asked.expect.timing) {
    std::ranges::for_each(order.events, watch_all);
  }
  for (const scenario::Figure& figure : planned.asked.figures) {
    watch_all(figure.from);
    watch_all(figure.to);
  }
  const bool may_be_killed = !view.loads().empty() && has_ender(view);
  for (const Load& load : view.loads()) {
    const InstanceId client = view.step(load.step).self;
    if (may_be_killed || view.instance(client).daemon) {
      watch(client);
    }
  }
}

bool judged_by_the_clock(const scenario::Scenario& asked) {
  const scenario::Expectations& expect = asked.expect;
  return !asked.figures.empty() || !expect.timing.empty() || !expect.overlap.empty() ||
         !expect.parallel.empty() || !expect.serial.empty();
}

}  // namespace

Planning make_plan(const scenario::Scenario& scenario, std::uint32_t seed) {
  scenario::Diagnostics found;
  Planned planned{scenario, found, seed};
  planned.draft = draft_of(scenario, found);
  if (found.empty() && !planned.draft.instances.empty()) {
    plan_instances(planned);
  }
  if (found.empty() && !planned.draft.instances.empty()) {
    plan_lines(planned);
  }
  if (found.empty()) {
    plan_channels(planned);
    plan_facts(planned);
  }
  OwnedPlan plan;
  if (found.empty()) {
    const OwnedPlan lines = planned.builder.build();
    plan_gates(planned, lines.view());
    plan_survivors(planned, lines.view());
    plan_watched_ends(planned, lines.view());
    const bool is_timed = judged_by_the_clock(scenario) || !planned.builder.loads.empty();
    planned.builder.header.has_timing = is_timed ? 1 : 0;
    plan = planned.builder.build();
  }
  found.sort_by_position();
  if (!found.empty()) {
    plan = {};
  }
  return {std::move(plan), std::move(found)};
}

}  // namespace procession::plan
