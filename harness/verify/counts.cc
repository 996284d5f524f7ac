// SPDX-License-Identifier: MIT
// Counts: `never` and `count`.
#include "harness/causes/guarantee.h"
#include "harness/verify/check.h"
#include "harness/verify/happenings.h"

#include <fmt/format.h>

#include <algorithm>

namespace procession::verify {

namespace {

using plan::Event;
using scenario::VerdictKind;

std::vector<Event> events_of(const Context& context, const scenario::EventPattern& pattern) {
  std::vector<Event> events;
  if (const auto found = context.finder.find(pattern)) {
    for (const plan::Match& match : *found) {
      events.push_back(match.event);
    }
  }
  return events;
}

class NeverCheck final : public EachRunCheck {
 public:
  NeverCheck(const Context& context, const scenario::EventPattern& pattern)
      : EachRunCheck("never", pattern.text, pattern.at),
        context_(context),
        events_(events_of(context, pattern)) {}

 private:
  [[nodiscard]] Finding judge(const Timeline& run) const override {
    for (const Event& event : events_) {
      if (times(context_, run, event) != 0) {
        const causes::EventId id = run.net().id_of(event);
        const std::string when =
            run.happened(id) ? " " + Wording(context_.plan, run.net()).when(run, id) : "";
        return {VerdictKind::Broken,
                fmt::format("{} happened in {}{}", context_.finder.name_of(event),
                            run_name(run.record()), when),
                {}};
      }
    }
    if (!run.record().complete) {
      return incomplete(run.record());
    }
    const bool reached = std::ranges::any_of(
        events_, [&](const Event& event) { return was_in_reach(run, event.instance); });
    if (!reached) {
      return {VerdictKind::Broken,
              fmt::format("vacuous: nothing that could do it was reached in {}",
                          run_name(run.record())),
              {}};
    }
    return {};
  }

  // Its process began, or a step that would start it was called.
  [[nodiscard]] bool was_in_reach(const Timeline& run, plan::InstanceId id) const {
    if (run.record().processes[id].began) {
      return true;
    }
    const plan::InstanceId starter = context_.plan.instance(id).starter;
    if (starter == plan::kNone) {
      return false;
    }
    return std::ranges::any_of(plan::steps_of(context_.plan, starter), [&](plan::StepId step) {
      const plan::Step& asked = context_.plan.step(step);
      return asked.verb == scenario::Verb::Start && asked.target == id &&
             run.event_of(step) != nullptr;
    });
  }

  [[nodiscard]] std::string praise() const override {
    const causes::Possible can = causes::possible(context_.net->net);
    const bool possible = std::ranges::any_of(
        events_, [&](const Event& event) { return can[context_.net->id_of(event)]; });
    return possible ? fmt::format("not seen in {}: rate below {:.2g}", runs_text(runs()),
                                  std::min(1.0, 3.0 / runs()))
                    : "cannot happen";
  }

  const Context& context_;
  const std::vector<Event> events_;
};

std::string range_text(std::uint64_t least, std::uint64_t most) {
  return least == most ? std::to_string(least) : fmt::format("{}..{}", least, most);
}

class CountCheck final : public EachRunCheck {
 public:
  CountCheck(const Context& context, const scenario::CountExpectation& asked)
      : EachRunCheck("count",
                     fmt::format("{}: {}", asked.event.text, range_text(asked.least, asked.most)),
                     asked.event.at),
        context_(context),
        least_(asked.least),
        most_(asked.most),
        events_(events_of(context, asked.event)) {}

 private:
  [[nodiscard]] Finding judge(const Timeline& run) const override {
    std::uint64_t count = 0;
    for (const Event& event : events_) {
      count += times(context_, run, event);
    }
    if (!run.record().complete) {
      return incomplete(run.record());
    }
    if (least_ <= count && count <= most_) {
      return {};
    }
    return {VerdictKind::Broken,
            fmt::format("happened {} times in {}", count, run_name(run.record())),
            {}};
  }

  [[nodiscard]] std::string praise() const override {
    return fmt::format("counted in each of {}", runs_text(runs()));
  }

  const Context& context_;
  const std::uint64_t least_;
  const std::uint64_t most_;
  const std::vector<Event> events_;
};

}  // namespace

void add_count_checks(const Context& context, Checks& checks) {
  for (const scenario::EventPattern& never : context.asked.expect.never) {
    checks.push_back(std::make_unique<NeverCheck>(context, never));
  }
  for (const scenario::CountExpectation& count : context.asked.expect.count) {
    checks.push_back(std::make_unique<CountCheck>(context, count));
  }
}

}  // namespace procession::verify
