// SPDX-License-Identifier: MIT
#pragma once
// The net of a Plan: which events of which steps and processes there are, and their gates, as the
// system's rules have them (POSIX, signal(7), wait(2), pipe(7), and this harness's own meeting
// points).
//
// Events of a step: call, effect, success (it returns without an error) and return (the process
// goes on; with `fails` also after an error); of a load also the beginnings of its phases. Events
// of a process: begin, end, `orphaned`, and `broken`: it has ended, or is sure to end, before the
// end of its line. Behind them come events that have no name in the language (a pipe has run empty,
// a wait is in vain); `event_of` yields none for these.
//
// Signals and races that may end a process early are counted in unless the net itself proves them
// harmless (a signal that is handled before it can be sent, a connect that cannot precede its
// listen).

#include "harness/causes/net.h"
#include "harness/plan/events.h"
#include "harness/plan/plan.h"

#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace procession::causes {

class PlanNet {
 public:
  Net net;

  [[nodiscard]] EventId call(plan::StepId step) const { return 4 * step; }
  [[nodiscard]] EventId effect(plan::StepId step) const { return 4 * step + 1; }
  [[nodiscard]] EventId success(plan::StepId step) const { return 4 * step + 2; }
  [[nodiscard]] EventId returned(plan::StepId step) const { return 4 * step + 3; }
  [[nodiscard]] EventId begin(plan::InstanceId id) const { return processes_ + 4 * id; }
  [[nodiscard]] EventId end(plan::InstanceId id) const { return processes_ + 4 * id + 1; }
  [[nodiscard]] EventId broken(plan::InstanceId id) const { return processes_ + 4 * id + 2; }
  [[nodiscard]] EventId orphaned(plan::InstanceId id) const { return processes_ + 4 * id + 3; }

  // The event of the net that stands for an event of the language.
  [[nodiscard]] EventId id_of(const plan::Event& event) const;
  // And back; none for those without a name.
  [[nodiscard]] std::optional<plan::Event> event_of(EventId id) const;
  // An event without a name may be that a step fails and its process therefore ends.
  struct Failure {
    plan::StepId step = plan::kNone;
    scenario::Symbol symbol = 0;
  };
  [[nodiscard]] std::optional<Failure> failure_of(EventId id) const;
  // Events below this number belong to a step or are the begin or end of a process: a Record tells
  // of each whether it happened. Of the others it follows.
  [[nodiscard]] bool is_observed(EventId id) const;

 private:
  friend class NetMaker;
  plan::Plan plan_;
  EventId processes_ = 0;
  EventId unnamed_ = 0;
  std::map<std::pair<plan::InstanceId, scenario::Symbol>, EventId> errors_;
  std::map<plan::StepId, EventId> got_;
  std::map<plan::StepId, EventId> stops_;  // by who suspends, or continues: Stopped, Continued
  std::map<std::pair<plan::StepId, scenario::Symbol>, EventId> phases_;  // by load and phase
  std::map<EventId, plan::Event> named_;  // of errors_, got_, stops_ and phases_
  std::map<EventId, Failure> failures_;
};

// `talkers_started`: how many talkers of each listener have begun in every run so far; those are
// waited for when their server returns. Without it (nothing has run): all that are planned.
[[nodiscard]] PlanNet net_of(const plan::Plan& plan,
                             std::optional<std::vector<std::uint32_t>> talkers_started = {});

}  // namespace procession::causes
