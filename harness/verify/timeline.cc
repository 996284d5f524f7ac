// SPDX-License-Identifier: MIT
#include "harness/verify/timeline.h"

#include "harness/verify/consistency.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace procession::verify {

using causes::EventId;
using plan::InstanceId;
using plan::StepId;
using scenario::Verb;

namespace {

constexpr base::Instant kEver{std::numeric_limits<std::int64_t>::max()};

bool ends_a_line(Verb verb) {
  return verb == Verb::Exit || verb == Verb::ExitNow || verb == Verb::Raise || verb == Verb::EndBy;
}

}  // namespace

base::Instant last_stamp(const trace::Process& process) {
  base::Instant last = process.begin;
  for (const trace::Event& event : process.events) {
    if (event.kind != trace::Line::Output) {  // it is noted when it is read
      last = std::max({last, event.call, event.returned.value_or(event.call)});
    }
  }
  return last;
}

Timeline::Timeline(const plan::Plan& plan, const causes::PlanNet& net, const trace::Record& record)
    : plan_(plan),
      net_(net),
      record_(record),
      happened_(net.net.event_count(), false),
      when_(net.net.event_count(), Interval{base::Instant{}, kEver}),
      lines_(plan.steps().size(), nullptr) {
  for (InstanceId id = 0; id < record_.processes.size(); ++id) {
    note_process(id);
  }
  settle();
  if (note_orphans()) {
    settle();
  }
  find_fault();
}

void Timeline::settle() {
  put_in_order();
  note_answered_causes();
  tighten();
}

void Timeline::note(EventId event, base::Instant lo, base::Instant hi) {
  if (!happened_[event]) {
    happened_[event] = true;
    when_[event] = {lo, hi};
  }
}

void Timeline::note_process(InstanceId id) {
  const trace::Process& process = record_.processes[id];
  if (process.began) {
    note(net_.begin(id), process.begin, process.begin);
  }
  for (const trace::Event& event : process.events) {
    note_line(id, event);
  }
  note_end(id);
}

void Timeline::note_line(InstanceId id, const trace::Event& event) {
  switch (event.kind) {
    case trace::Line::Step:
      note_step(id, event);
      break;
    case trace::Line::Got:
      note(net_.id_of({plan::Event::Kind::Got, id, event.step, 0}), event.call,
           event.returned.value_or(event.call));
      break;
    case trace::Line::Phase:
      if (!plan::has_phase(plan_, plan_.step(event.step),
                           static_cast<std::uint32_t>(event.answer))) {
        break;  // consistency.h finds it
      }
      if (lines_[event.step] != nullptr) {  // its connections were there, even if it failed later
        note(net_.effect(event.step), lines_[event.step]->call, event.call);
      }
      note(net_.id_of({plan::Event::Kind::Phase, id, event.step,
                       static_cast<scenario::Symbol>(event.answer)}),
           event.call, event.returned.value_or(event.call));
      break;
    default:
      break;
  }
}

void Timeline::note_step(InstanceId id, const trace::Event& event) {
  const StepId step = event.step;
  const plan::Step& asked = plan_.step(step);
  if (lines_[step] == nullptr) {
    lines_[step] = &event;
  }
  note(net_.call(step), event.call, event.call);
  if (!event.returned) {
    note_open_step(id, event);
    return;
  }
  const base::Instant returned = *event.returned;
  if (event.error != 0) {
    note(net_.id_of({plan::Event::Kind::Error, id, plan::kNone, event.error}), event.call,
         returned);
  }
  if (event.error == 0 || asked.verb == Verb::Raise) {
    note(net_.effect(step), event.call, returned);
  }
  if (ends_a_line(asked.verb)) {
    return;
  }
  if (event.error == 0) {
    note(net_.success(step), returned, returned);
    note_stop(step, event);
    add_answered_cause(step);
  }
  if (goes_on(plan_, event)) {
    note(net_.returned(step), returned, returned);
  }
}

// Whether a process has stopped, or goes on, is the answer of the step that wants it so.
void Timeline::note_stop(StepId step, const trace::Event& event) {
  const plan::Step& asked = plan_.step(step);
  for (const auto kind : {plan::Event::Kind::Stopped, plan::Event::Kind::Continued}) {
    if (plan::makes(asked, kind) && event.answer == 1) {
      note(net_.id_of({kind, asked.target, step, 0}), event.call, *event.returned);
    }
  }
}

// The process ended inside the step. What its status proves has happened; of other effects only
// their consequences can tell.
void Timeline::note_open_step(InstanceId id, const trace::Event& event) {
  const plan::Step& asked = plan_.step(event.step);
  const auto status = record_.processes[id].status;
  const bool exited = status && !trace::ended_by_signal(*status);
  const base::Instant latest = record_.processes[id].dead_seen.value_or(kEver);
  switch (asked.verb) {
    case Verb::Exit:
    case Verb::ExitNow:
    case Verb::Raise:
      if (exited) {
        note(net_.effect(event.step), event.call, latest);
      }
      break;
    case Verb::Ready:
      break;  // it has ended, or the run has, before it was
    case Verb::EndBy:
      if (status && trace::ended_by_signal(*status) &&
          trace::status_signal(*status) == asked.signal) {
        note(net_.effect(event.step), event.call, latest);
      }
      break;
    default:
      if (publishes(asked.verb) || asked.verb == Verb::Handle || asked.verb == Verb::Block ||
          asked.verb == Verb::Listen || asked.verb == Verb::CloseEnd || asked.verb == Verb::Load) {
        perhaps(net_.effect(event.step), {event.call, latest});
        for (const auto kind : {plan::Event::Kind::Stopped, plan::Event::Kind::Continued}) {
          if (plan::makes(asked, kind)) {
            perhaps(net_.id_of({kind, asked.target, event.step, 0}), {event.call, kEver});
          }
        }
      } else {
        note(net_.effect(event.step), event.call, latest);  // it was at work: that is all it does
      }
  }
}

// What the warden ended has not ended by itself: its end is no event of the scenario.
void Timeline::note_end(InstanceId id) {
  const trace::Process& process = record_.processes[id];
  if (!process.started || process.survived || process.left ||
      (!process.status && !process.dead_seen)) {
    return;
  }
  note(net_.end(id), last_stamp(process),
       process.dead_seen.value_or(record_.ended.value_or(kEver)));
}

// The parent's end and the process's own tell it, once causes have tightened both. True if anybody
// was orphaned.
bool Timeline::note_orphans() {
  bool any = false;
  for (InstanceId id = 0; id < record_.processes.size(); ++id) {
    const plan::Instance& instance = plan_.instance(id);
    if (!record_.processes[id].started || instance.starter == plan::kNone ||
        instance.method == scenario::StartMethod::Daemonize) {
      continue;
    }
    const InstanceId parent = instance.method == scenario::StartMethod::Forkserver
                                  ? plan_.header().forkserver
                                  : instance.starter;
    if (happened(net_.end(parent)) && was_orphaned(id, parent)) {
      const Interval then = when(net_.end(parent));
      note(net_.orphaned(id), then.lo, then.hi);
      any = true;
    }
  }
  return any;
}

bool Timeline::was_orphaned(InstanceId id, InstanceId parent) const {
  const trace::Process& process = record_.processes[id];
  const int first_parent = record_.processes[parent].pid;
  const bool began_as_orphan =
      first_parent != 0 && process.ppid != 0 && process.ppid != first_parent;
  const bool has_seen = std::ranges::any_of(process.events, [](const trace::Event& event) {
    return event.kind == trace::Line::Orphaned;
  });
  if (began_as_orphan || has_seen || process.parent_gone || process.survived || process.left) {
    return true;
  }
  if (process.reaper == trace::Process::Reaper::Starter || process.reaped_by == parent) {
    return false;  // it was the parent's when it ended
  }
  return last_stamp(process) > when(net_.end(parent)).hi ||
         relation(net_.end(parent), net_.end(id)) == Relation::Before;
}

void Timeline::perhaps(EventId event, Interval when) {
  perhaps_.push_back(event);
  when_[event] = when;
}

std::vector<EventId> Timeline::not_happened() const {
  std::vector<EventId> without;
  for (EventId event = 0; event < happened_.size(); ++event) {
    if (!happened_[event] && (net_.is_observed(event) || net_.event_of(event))) {
      without.push_back(event);
    }
  }
  return without;
}

// The net, restricted to what happened, must yield all that happened.
void Timeline::put_in_order() {
  const auto all_follow = [&] {
    order_ = causes::possible(net_.net, not_happened());
    for (EventId event = 0; event < happened_.size(); ++event) {
      if (happened_[event] && !order_[event]) {
        return false;
      }
    }
    return true;
  };
  if (!all_follow() && !perhaps_.empty()) {
    for (const EventId effect : perhaps_) {
      happened_[effect] = true;
    }
    all_follow();
  }
  for (const EventId event : order_.in_order()) {
    happened_[event] = true;  // also what follows and has no name
  }
}

// A gate's members are causes when no more of them happened than it needs: then it needed them all.
bool Timeline::needed_all(const causes::Gate& gate) const {
  return order_.members(gate.pool) == gate.need;
}

// Steps whose answer is data have no gate, but this answer had a cause.
void Timeline::add_answered_cause(StepId step) {
  const plan::Step& asked = plan_.step(step);
  const trace::Event& event = *lines_[step];
  const bool tells_of_an_end = ((asked.verb == Verb::Join || asked.verb == Verb::Exitcode) &&
                                event.answer != trace::kNoAnswer) ||
                               (asked.verb == Verb::IsAlive && event.answer == 0);
  // What is not yet started is not alive either.
  const auto& dead_seen = record_.processes[asked.target].dead_seen;
  if (tells_of_an_end && dead_seen && *dead_seen <= *event.returned) {
    answered_.push_back({net_.success(step), net_.end(asked.target)});
  }
}

void Timeline::note_answered_causes() {
  std::erase_if(answered_, [&](const Answered& answer) {
    return !order_[answer.event] || !order_[answer.cause];
  });
  std::ranges::sort(answered_);
  causes_come_first_ = std::ranges::all_of(answered_, [&](const Answered& answer) {
    return order_.place(answer.cause) < order_.place(answer.event);
  });
}

// One pass each way suffices along the gates, whose members come first in the order. A pool hands
// on the latest `lo` of its members, and the earliest `hi` of the events that needed all of them.
void Timeline::tighten() {
  const causes::Net& net = net_.net;
  const std::vector<EventId>& order = order_.in_order();
  std::vector<base::Instant> bound;  // by pool
  do {
    bound.assign(net.pool_count(), base::Instant{});
    for (const EventId event : order) {
      base::Instant& lo = when_[event].lo;
      for (const causes::Gate& gate : net.gates_of(event)) {
        lo = needed_all(gate) ? std::max(lo, bound[gate.pool]) : lo;
      }
      for (const causes::PoolId pool : net.pools_with(event)) {
        bound[pool] = std::max(bound[pool], lo);
      }
    }
    bound.assign(net.pool_count(), kEver);
    for (auto event = order.rbegin(); event != order.rend(); ++event) {
      base::Instant& hi = when_[*event].hi;
      for (const causes::PoolId pool : net.pools_with(*event)) {
        hi = std::min(hi, bound[pool]);
      }
      for (const causes::Gate& gate : net.gates_of(*event)) {
        bound[gate.pool] = needed_all(gate) ? std::min(bound[gate.pool], hi) : bound[gate.pool];
      }
    }
  } while (tighten_by_answers());
}

// True if that tells more than the gates do.
bool Timeline::tighten_by_answers() {
  bool any = false;
  for (const auto& [event, cause] : answered_) {
    any = any || when_[event].lo < when_[cause].lo || when_[event].hi < when_[cause].hi;
    when_[event].lo = std::max(when_[event].lo, when_[cause].lo);
    when_[cause].hi = std::min(when_[event].hi, when_[cause].hi);
  }
  return any;
}

// Nor does any net say what then happens: that a program can be executed is taken for granted, if
// the file does not expect otherwise.
bool Timeline::could_not_execute() const {
  return std::ranges::any_of(record_.processes, [&](const trace::Process& process) {
    return std::ranges::any_of(process.events, [&](const trace::Event& event) {
      if (event.kind != trace::Line::Step || event.error == 0 ||
          event.error >= scenario::kNotStarted || goes_on(plan_, event)) {
        return false;
      }
      const plan::Step& step = plan_.step(event.step);
      return step.verb == Verb::Start &&
             plan_.instance(step.target).kind == plan::Instance::Kind::Program;
    });
  });
}

void Timeline::find_fault() {
  if (could_not_execute()) {
    return;
  }
  fault_ = fault_of_causes();
  fault_ = fault_.empty() ? inconsistency(plan_, record_) : fault_;
}

std::string Timeline::fault_of_causes() const {
  const plan::EventFinder finder(plan_);
  for (EventId event = 0; event < happened_.size(); ++event) {
    const auto named = net_.event_of(event);
    if (!happened_[event] || !named) {
      continue;
    }
    if (!order_[event]) {
      return fmt::format(
          "the record is not an execution of the plan: {} happened, what it needs "
          "did not",
          finder.name_of(*named));
    }
    if (when_[event].lo > when_[event].hi) {
      return fmt::format("the clock contradicts the causes at {}", finder.name_of(*named));
    }
  }
  return "";
}

Relation Timeline::relation(EventId a, EventId b) const {
  if (when_[a].hi < when_[b].lo) {
    return Relation::Before;
  }
  if (when_[b].hi < when_[a].lo) {
    return Relation::After;
  }
  if (a != b && !chain(a, b).empty()) {
    return Relation::Before;
  }
  return a != b && !chain(b, a).empty() ? Relation::After : Relation::TooClose;
}

// Breadth first from b back through the causes; where they come first, never behind a's own place.
std::vector<EventId> Timeline::chain(EventId a, EventId b) const {
  constexpr EventId kUnseen = std::numeric_limits<EventId>::max();
  if (!order_[a] || !order_[b] || (causes_come_first_ && order_.place(b) < order_.place(a))) {
    return {};
  }
  const std::uint32_t first = causes_come_first_ ? order_.place(a) : 0;
  const std::size_t end = causes_come_first_ ? order_.place(b) + 1 : order_.in_order().size();
  std::vector<EventId> after(end - first, kUnseen);  // by place, from `first`
  const auto after_of = [&](EventId event) -> EventId& {
    return after[order_.place(event) - first];
  };
  std::vector<bool> is_passed(net_.net.pool_count(), false);
  std::vector<EventId> next = {b};
  after_of(b) = b;
  for (std::size_t i = 0; i < next.size() && after_of(a) == kUnseen; ++i) {
    const EventId event = next[i];
    const auto go_back_to = [&](EventId cause) {
      if (order_[cause] && order_.place(cause) >= first && after_of(cause) == kUnseen) {
        after_of(cause) = event;
        next.push_back(cause);
      }
    };
    for (const Answered& answer :
         std::ranges::equal_range(answered_, event, {}, &Answered::event)) {
      go_back_to(answer.cause);
    }
    for (const causes::Gate& gate : net_.net.gates_of(event)) {
      if (needed_all(gate) && !is_passed[gate.pool]) {
        is_passed[gate.pool] = true;
        std::ranges::for_each(net_.net.members_of(gate), go_back_to);
      }
    }
  }
  std::vector<EventId> path;
  if (after_of(a) != kUnseen) {
    path.push_back(a);
    while (path.back() != b) {
      path.push_back(after_of(path.back()));
    }
  }
  return path;
}

}  // namespace procession::verify
