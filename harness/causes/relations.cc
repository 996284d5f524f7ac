// SPDX-License-Identifier: MIT
// Relations: stops, process groups, parents and orphans.
#include "harness/causes/net_maker.h"

#include <algorithm>
#include <csignal>

namespace procession::causes {

using plan::InstanceId;
using plan::kNone;
using plan::StepId;
using scenario::StartMethod;
using scenario::Verb;
using Kind = plan::Event::Kind;

// P.stopped and P.continued, an event for each step that wants it so.
void NetMaker::stops() {
  for (StepId id = 0; id < plan_.steps().size(); ++id) {
    const plan::Step& step = plan_.step(id);
    for (const Kind kind : {Kind::Stopped, Kind::Continued}) {
      if (!plan::makes(step, kind)) {
        continue;
      }
      const EventId event = new_event();
      made_.stops_[id] = event;
      made_.named_[event] = {kind, step.target, id, 0};
      made_.net.needs(event, made_.effect(id));
      if (kind == Kind::Continued) {
        gate(event, 1, stops_of(step.target));
      }
    }
  }
}

// It returns when the kernel has reported the stop, or the end. Who suspends itself returns when
// somebody has let it go on.
void NetMaker::suspend(StepId id) {
  const plan::Step& asked = plan_.step(id);
  if (asked.verb == Verb::Suspend && asked.target != asked.self) {
    gate(made_.success(id), 1, {made_.stops_.at(id), made_.end(asked.target)});
  }
}

// A child that the same line has suspended before goes on by this step, unless something else has
// made it go on, or ended it.
void NetMaker::resume(StepId id) {
  const plan::Step& asked = plan_.step(id);
  const StepId suspended = suspended_before(id);
  if (!plan::makes(asked, Kind::Continued) || suspended == kNone) {
    return;
  }
  Ids ways = {made_.stops_.at(id), made_.end(asked.target), killed(asked.target)};
  if (hang_up_) {
    ways.push_back(*hang_up_);
  }
  for (const StepId other : steps_that_send(asked.target, SIGCONT)) {
    const bool is_before =
        plan_.step(other).self == asked.self && !in_handler_[other] && other < suspended;
    if (other != id && !is_before) {
      ways.push_back(made_.call(other));
    }
  }
  for (const auto& [arm, sent] : parent_deaths_) {
    if (plan_.step(arm).self == asked.target && plan_.step(arm).signal == SIGCONT) {
      ways.push_back(sent);
    }
  }
  gate(made_.success(id), 1, ways);
}

// The last suspend of this child in the line so far, if it is sure to have worked. Whether a child
// stands still its parent can tell.
StepId NetMaker::suspended_before(StepId id) const {
  const plan::Step& asked = plan_.step(id);
  const plan::Range line = plan_.instance(asked.self).steps;
  if (in_handler_[id] || asked.target == kNone || !plan_.is_child_of(asked.target, asked.self) ||
      plan_.instance(asked.target).method == StartMethod::Forkserver) {
    return kNone;
  }
  StepId last = kNone;
  for (const StepId before : signals_to_[asked.target]) {
    if (line.first <= before && before < id && plan_.step(before).verb == Verb::Suspend) {
      last = before;
    }
  }
  const bool works =
      last != kNone && !plan_.step(last).has_fails && plan_.step(last).known_error == 0;
  return works ? last : kNone;
}

// All that can stop the process; any process, for kNone.
NetMaker::Ids NetMaker::stops_of(InstanceId id) const {
  Ids stops;
  for (const StepId stopper : stoppers_) {
    if (may_stop(plan_.step(stopper), id)) {
      stops.push_back(made_.call(stopper));
    }
  }
  for (const auto& [arm, sent] : parent_deaths_) {
    const plan::Step& armed = plan_.step(arm);
    if (stops_a_process(armed.signal) && (armed.self == id || id == kNone)) {
      stops.push_back(sent);
    }
  }
  return stops;
}

bool NetMaker::may_stop(const plan::Step& sender, InstanceId id) const {
  const InstanceId target = sender.verb == Verb::EndBy ? sender.self : sender.target;
  return target == id || sender.group_signal || id == kNone;
}

// A group is orphaned when nobody ties it to its session: no member's parent is of another group of
// the session. If a member is stopped then, the kernel sends SIGHUP and SIGCONT to all (exit(3)).
// While all are of one group only main ties it; else it may be the end of anybody.
void NetMaker::orphaned_groups() {
  const Ids stops = stops_of(kNone);
  if (stops.empty()) {
    return;
  }
  Ids ends = {made_.end(0)};
  for (InstanceId id = 1; has_own_groups_ && id < plan_.instances().size(); ++id) {
    ends.push_back(made_.end(id));
  }
  hang_up_ = new_event();
  gate(*hang_up_, 1, ends, Warrant::Linux);
  gate(*hang_up_, 1, stops, Warrant::Linux);
}

// PR_SET_PDEATHSIG: when the parent ends, if the process has asked for it by then. It comes again
// with the end of each later parent, who has none before the first one has ended.
void NetMaker::parent_deaths() {
  for (const StepId arm : arms_) {
    const InstanceId self = plan_.step(arm).self;
    const EventId sent = new_event();
    parent_deaths_[arm] = sent;
    made_.net.needs(sent, made_.effect(arm));
    if (self == 0) {
      made_.net.never(sent);  // main's parent outlives the run
    } else {
      gate(sent, 1, ends_of_parents(self), Warrant::Linux);
    }
  }
}

void NetMaker::orphaned(InstanceId id) {
  const plan::Instance& instance = plan_.instance(id);
  // Main, the forkserver, and who is an orphan from its beginning.
  if (instance.starter == kNone || instance.method == StartMethod::Daemonize) {
    made_.net.never(made_.orphaned(id));
    return;
  }
  gate(made_.orphaned(id), 1, ends_of_parents(id), Warrant::Linux);
  if (accepted_.contains(id)) {
    made_.net.needs(made_.orphaned(id), accepted_.at(id));
  } else {
    gate(made_.orphaned(id), 1, effects_of(starts_[id]));
  }
}

// Of its first parent. Who is daemonized may have a subreaper for that, or nobody of the run.
NetMaker::Ids NetMaker::ends_of_parents(InstanceId id) const {
  const plan::Instance& instance = plan_.instance(id);
  if (instance.method != StartMethod::Daemonize) {
    return {made_.end(instance.method == StartMethod::Forkserver ? plan_.header().forkserver
                                                                 : instance.starter)};
  }
  Ids ends;
  for (InstanceId parent = 0; parent < plan_.instances().size(); ++parent) {
    if (may_be_parent_of(parent, id)) {
      ends.push_back(made_.end(parent));
    }
  }
  return ends;
}

// Its starter is. So may a subreaper be of all who descend from it, and anybody of the forkserver,
// whoever needs that first.
bool NetMaker::may_be_parent_of(InstanceId parent, InstanceId id) const {
  return plan_.is_child_of(id, parent) || id == plan_.header().forkserver ||
         (!subreaps_[parent].empty() && id != parent && may_be_within(id, parent));
}

// Whether it may descend from `family`, or be it. Whose the forkserver's children are is not known.
bool NetMaker::may_be_within(InstanceId id, InstanceId family) const {
  for (InstanceId at = id; at != kNone; at = plan_.instance(at).starter) {
    if (at == family || at == plan_.header().forkserver ||
        plan_.instance(at).method == StartMethod::Forkserver) {
      return true;
    }
  }
  return false;
}

// ---- groups

// Whether the two are never in one group.
bool NetMaker::are_apart(InstanceId left, InstanceId right) const {
  return has_own_groups_ && (begins_apart(left, right) || begins_apart(right, left));
}

// Whether an ancestor of `id`, but not of `other`, has a group of its own before it starts what
// leads to `id`. A child begins in the group of whoever starts it.
bool NetMaker::begins_apart(InstanceId id, InstanceId other) const {
  for (InstanceId child = id; child != kNone; child = plan_.instance(child).starter) {
    const InstanceId ancestor = plan_.instance(child).starter;
    if (ancestor == kNone || plan_.instance(child).method == StartMethod::Forkserver ||
        may_be_within(other, ancestor)) {
      return false;
    }
    const auto comes_after = [&](StepId move) {
      return !in_handler_[move] && !starts_[child].empty() &&
             std::ranges::all_of(starts_[child], [&](StepId start) {
               return !in_handler_[start] && start > move && !plan_.step(move).has_fails;
             });
    };
    if (std::ranges::any_of(moves_[ancestor], comes_after)) {
      return true;
    }
  }
  return false;
}

// Each of these puts the two into different groups for ever.
NetMaker::Ids NetMaker::partings(InstanceId id, InstanceId other) const {
  Ids partings;
  for (const auto& [who, from] : {std::pair(id, other), std::pair(other, id)}) {
    if (may_be_within(from, who)) {
      continue;
    }
    for (const StepId move : moves_[who]) {
      partings.push_back(made_.effect(move));
    }
  }
  return partings;
}

bool NetMaker::moves_in_handler(InstanceId id) const {
  return std::ranges::any_of(moves_[id], [&](StepId move) { return in_handler_[move]; });
}

}  // namespace procession::causes
