// SPDX-License-Identifier: MIT
#include "harness/testing/meaning.h"

#include "harness/base/check.h"
#include "harness/testing/turn.h"

#include <algorithm>
#include <csignal>

namespace procession::testing {

using plan::InstanceId;
using plan::kNone;
using plan::StepId;
using scenario::Symbol;
using scenario::Verb;
using Kind = plan::Event::Kind;

bool Meaning::fits(const plan::Plan& plan) {
  std::size_t connects = 0;
  for (const plan::Step& step : plan.steps()) {
    connects += step.verb == Verb::Connect ? 1 : 0;
    connects += step.verb == Verb::Load ? plan.loads()[step.load].connections : 0;
    const bool ends_itself = step.verb == Verb::EndBy && step.signal != SIGSTOP;
    if (step.signal != 0 && !ends_itself && !is_known_signal(step.signal)) {
      return false;
    }
  }
  return plan.steps().size() <= 56 && plan.instances().size() <= State::kProcesses &&
         plan.header().word_count <= 64 && plan.pipes().size() <= State::kPipes &&
         plan.listeners().size() <= State::kListeners && connects <= State::kConnections;
}

Meaning::Meaning(const plan::Plan& plan)
    : plan_(plan),
      ends_a_handler_(plan.steps().size()),
      got_(plan.steps().size()),
      stops_(plan.steps().size()),
      phases_(plan.steps().size()),
      connections_(plan.steps().size()) {
  base::check(fits(plan), "the plan is small enough");
  for (StepId id = 0; id < plan.steps().size(); ++id) {
    for (const Kind kind : {Kind::Call, Kind::Effect, Kind::Success, Kind::Return}) {
      events_.push_back({kind, plan.step(id).self, id, 0});
    }
  }
  for (InstanceId id = 0; id < plan.instances().size(); ++id) {
    events_.push_back({Kind::Begin, id, kNone, 0});
    events_.push_back({Kind::End, id, kNone, 0});
  }
  number_handlers();
  number_stops();
  number_connections();
}

void Meaning::number_handlers() {
  for (StepId id = 0; id < plan_.steps().size(); ++id) {
    const plan::Step& step = plan_.step(id);
    if (step.verb == Verb::Handle && step.action == scenario::SignalAction::Steps) {
      got_[id] = static_cast<EventNumber>(events_.size());
      events_.push_back({Kind::Got, step.self, id, 0});
    }
    if (step.handler.count != 0) {
      ends_a_handler_[step.handler.first + step.handler.count - 1] = true;
    }
  }
}

void Meaning::number_stops() {
  for (StepId id = 0; id < plan_.steps().size(); ++id) {
    for (const Kind kind : {Kind::Stopped, Kind::Continued}) {
      if (plan::makes(plan_.step(id), kind)) {
        stops_[id] = static_cast<EventNumber>(events_.size());
        events_.push_back({kind, plan_.step(id).target, id, 0});
      }
    }
  }
  for (StepId id = 0; id < plan_.steps().size(); ++id) {
    phases_[id] = static_cast<EventNumber>(events_.size());
    for (std::uint32_t phase = 0; phase < 3; ++phase) {
      if (plan::has_phase(plan_, plan_.step(id), phase)) {
        events_.push_back({Kind::Phase, plan_.step(id).self, id, static_cast<Symbol>(phase)});
      }
    }
  }
  first_orphaned_ = static_cast<EventNumber>(events_.size());
  for (InstanceId id = 0; id < plan_.instances().size(); ++id) {
    events_.push_back({Kind::Orphaned, id, kNone, 0});
  }
}

// A process numbers its own; here they have one number each.
void Meaning::number_connections() {
  std::uint8_t next = 0;
  for (StepId id = 0; id < plan_.steps().size(); ++id) {
    const plan::Step& connect = plan_.step(id);
    if (connect.verb == Verb::Load) {
      connections_[id] = next;
      for (std::uint32_t i = 0; i < plan_.loads()[connect.load].connections; ++i) {
        listener_of_[next++] = connect.channel;
      }
    }
    if (connect.verb != Verb::Connect) {
      continue;
    }
    for (StepId user = 0; user < plan_.steps().size(); ++user) {
      if (plan_.step(user).self == connect.self &&
          plan_.step(user).connection == connect.connection) {
        connections_[user] = next;
      }
    }
    listener_of_[next++] = connect.channel;
  }
}

State Meaning::initial() const {
  State state;
  state.processes[0].life = Process::Made;
  state.processes[0].parent = Process::kZygote;
  return state;
}

void Meaning::moves(const State& now, std::vector<Move>& possible) const {
  possible.clear();
  for (InstanceId id = 0; id < plan_.instances().size(); ++id) {
    Turn(*this, now, id, possible).take();
  }
}

EventNumber Meaning::number_of(const plan::Event& event) const {
  if (event.kind == Kind::Error) {
    return error(event.instance, event.symbol);
  }
  const auto found = std::ranges::find(events_, event);
  base::check(found != events_.end(), "the event is the plan's");
  return static_cast<EventNumber>(found - events_.begin());
}

EventNumber Meaning::of_step(Kind kind, StepId step) const {
  return static_cast<EventNumber>(4 * step + static_cast<unsigned>(kind) -
                                  static_cast<unsigned>(Kind::Call));
}

EventNumber Meaning::begin(InstanceId id) const {
  return static_cast<EventNumber>(4 * plan_.steps().size() + 2 * id);
}

EventNumber Meaning::end(InstanceId id) const { return static_cast<EventNumber>(begin(id) + 1); }

EventNumber Meaning::got(StepId handle) const { return got_[handle]; }

EventNumber Meaning::stop(StepId step) const { return stops_[step]; }

EventNumber Meaning::phase(StepId load, std::uint32_t number) const {
  const bool has_warmup = plan::has_phase(plan_, plan_.step(load), 0);
  return static_cast<EventNumber>(phases_[load] + number - (has_warmup ? 0 : 1));
}

EventNumber Meaning::orphaned(InstanceId id) const {
  return static_cast<EventNumber>(first_orphaned_ + id);
}

EventNumber Meaning::error(InstanceId id, Symbol symbol) const {
  const plan::Event event{Kind::Error, id, kNone, symbol};
  const auto found = std::ranges::find(events_, event);
  if (found != events_.end()) {
    return static_cast<EventNumber>(found - events_.begin());
  }
  base::check(events_.size() < EventSet::kMost, "there is a number for each event");
  events_.push_back(event);
  return static_cast<EventNumber>(events_.size() - 1);
}

}  // namespace procession::testing
