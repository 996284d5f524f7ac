// SPDX-License-Identifier: MIT
// Signals: what each one waits for, whom it ends, and when a handler is entered, signal(7).
#include "harness/causes/net_maker.h"

#include <algorithm>
#include <csignal>
#include <iterator>

namespace procession::causes {

using plan::InstanceId;
using plan::kNone;
using plan::StepId;
using scenario::SignalAction;
using scenario::Verb;

bool stops_a_process(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

bool ends_a_process(int signal) {
  switch (signal) {
    case 0:
    case SIGCHLD:
    case SIGCONT:
    case SIGURG:
    case SIGWINCH:
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
    case SIGPIPE:
      return false;
    default:
      return true;
  }
}

// A handler's steps are a line of their own: nothing in the line that it interrupts waits for them.
void NetMaker::handler(StepId handle) {
  const plan::Step& asked = plan_.step(handle);
  const EventId got = new_event();
  made_.got_[handle] = got;
  made_.named_[got] = {plan::Event::Kind::Got, asked.self, handle, 0};
  made_.net.needs(got, made_.effect(handle));
  gate(got, 1, senders_of(handle));
  EventId before = got;
  for (StepId id = asked.handler.first; id < asked.handler.first + asked.handler.count; ++id) {
    step(id, before);
    before = made_.returned(id);
  }
}

// To the process, or to a group that it may be in.
std::vector<StepId> NetMaker::steps_that_send(InstanceId to, int signal) const {
  std::vector<StepId> steps;
  for (const auto* sent : {&signals_to_[to], &group_signals_}) {
    std::ranges::copy_if(*sent, std::back_inserter(steps),
                         [&](StepId id) { return plan_.step(id).signal == signal; });
  }
  return steps;
}

// All that can bring the signal to who handles it.
NetMaker::Ids NetMaker::senders_of(StepId handle) {
  const plan::Step& asked = plan_.step(handle);
  const InstanceId self = asked.self;
  const auto arrival_from = [&](StepId sender, EventId sent) {
    return arrival({.victim = self, .step = sender}, asked.signal, sent);
  };
  Ids senders;
  for (const StepId id : steps_that_send(self, asked.signal)) {
    senders.push_back(arrival_from(id, made_.effect(id)));
  }
  for (const auto& [arm, sent] : parent_deaths_) {
    const plan::Step& armed = plan_.step(arm);
    if (armed.self == self && armed.signal == asked.signal) {
      senders.push_back(arrival_from(arm, sent));
    }
    const bool is_child = may_be_parent_of(self, armed.self);
    if (asked.signal == SIGCHLD && is_child &&
        (stops_a_process(armed.signal) || armed.signal == SIGCONT)) {
      senders.push_back(arrival_from(arm, sent));
    }
  }
  if (asked.signal == SIGCHLD) {
    for (StepId id = 0; id < plan_.steps().size(); ++id) {
      if (stops_or_continues_child_of(self, plan_.step(id))) {
        senders.push_back(arrival_from(id, made_.call(id)));
      }
    }
    for (InstanceId id = 0; id < plan_.instances().size(); ++id) {
      if (may_be_parent_of(self, id)) {
        senders.push_back(arrival({.victim = self, .child = id}, SIGCHLD, made_.end(id)));
        if (plan_.instance(id).kind == plan::Instance::Kind::Program) {
          senders.push_back(made_.begin(id));  // it may stop itself, and go on
        }
      }
    }
  }
  if (asked.signal == SIGTERM && plan_.instance(self).daemon) {
    const Ids ends = orderly_ends_of(plan_.instance(self).starter);
    senders.insert(senders.end(), ends.begin(), ends.end());
  }
  const bool comes_with_it =
      asked.signal == SIGHUP || asked.signal == SIGCONT || asked.signal == SIGCHLD;
  if (hang_up_ && comes_with_it) {
    senders.push_back(*hang_up_);
  }
  return senders;
}

// With these it sends SIGTERM to its daemons. An error leads to the last of its line.
NetMaker::Ids NetMaker::orderly_ends_of(InstanceId id) const {
  Ids ends;
  for (const StepId step : plan::steps_of(plan_, id)) {
    if (plan_.step(step).verb == Verb::Exit || plan_.step(step).verb == Verb::Raise) {
      ends.push_back(made_.call(step));
    }
  }
  return ends;
}

// The parent gets SIGCHLD for these too.
bool NetMaker::stops_or_continues_child_of(InstanceId parent, const plan::Step& sender) const {
  const bool sends = sender.target != kNone || sender.verb == Verb::EndBy;
  if (!sends || (!stops_a_process(sender.signal) && sender.signal != SIGCONT)) {
    return false;
  }
  const InstanceId stopped = sender.target == kNone ? sender.self : sender.target;
  return sender.group_signal || may_be_parent_of(parent, stopped);
}

// When a signal that is sent at `sent` comes to the victim: at once, or, if the victim has surely
// blocked it before, not without an unblock. `who` names the victim and the sender.
EventId NetMaker::arrival(const Lemma& who, int signal, EventId sent) {
  const auto blocks = blocks_.find({who.victim, signal});
  if (blocks == blocks_.end()) {
    return sent;
  }
  if (const auto known = arrivals_of_signals_.find({who, signal});
      known != arrivals_of_signals_.end()) {
    return known->second;
  }
  Ids needed = {sent};
  for (const StepId block : blocks->second) {
    Lemma blocked = who;
    blocked.kind = Lemma::Kind::Blocked;
    blocked.other = block;
    if (!in_handler_[block] && is_proven(blocked, made_.effect(block), sent)) {
      needed.push_back(any_of(releases(who.victim, block)));
    }
  }
  EventId arrived = sent;
  if (needed.size() > 1) {
    arrived = new_event();
    for (const EventId event : needed) {
      made_.net.needs(arrived, event);
    }
  }
  arrivals_of_signals_[{who, signal}] = arrived;
  return arrived;
}

// What was sent after the block comes with the next unblock of the line, or after it. A handler's
// unblock may come at any time. (What a handler blocks is let through at its end, sigaction(2).)
NetMaker::Ids NetMaker::releases(InstanceId victim, StepId block) const {
  const auto unblocks = unblocks_.find({victim, plan_.step(block).signal});
  Ids calls;
  bool found = false;
  for (const StepId id : unblocks == unblocks_.end() ? std::vector<StepId>{} : unblocks->second) {
    const bool is_next = !in_handler_[id] && !found && id > block;
    found = found || is_next;
    if (in_handler_[id] || is_next) {
      calls.push_back(made_.call(id));
    }
  }
  return calls;
}

// What waits is delivered before the unblock returns. So the handler has been played by then, if
// the signal is sure to wait, and to be handled.
void NetMaker::unblock(StepId id) {
  const plan::Step& asked = plan_.step(id);
  const StepId handle = sole_handler(asked.self, asked.signal);
  const bool cancels_another = asked.signal == SIGCONT || stops_a_process(asked.signal);
  if (in_handler_[id] || handle == kNone || handle > id || cancels_another) {
    return;
  }
  StepId block = kNone;  // since which it waits
  const plan::Range line = plan_.instance(asked.self).steps;
  for (StepId before = line.first; before < id; ++before) {
    const plan::Step& step = plan_.step(before);
    if (step.signal == asked.signal && (step.verb == Verb::Block || step.verb == Verb::Unblock)) {
      block = step.verb == Verb::Unblock ? kNone : block == kNone ? before : block;
    }
  }
  if (block == kNone || (handle > block && !ends_a_process(asked.signal))) {
    return;
  }
  const plan::Range inside = plan_.step(handle).handler;
  const EventId played =
      inside.count == 0 ? made_.got_.at(handle) : made_.returned(inside.first + inside.count - 1);
  for (const StepId sender : steps_that_send(asked.self, asked.signal)) {
    const EventId sent = made_.effect(sender);
    const Lemma blocked{
        .kind = Lemma::Kind::Blocked, .victim = asked.self, .step = sender, .other = block};
    const Lemma pending{
        .kind = Lemma::Kind::Pending, .victim = asked.self, .step = sender, .other = id};
    if (plan_.step(sender).target == asked.self && is_proven(blocked, made_.effect(block), sent) &&
        is_proven(pending, sent, made_.call(id))) {
      made_.net.needs(made_.success(id), played, Warrant::Linux);
    }
  }
}

// The `handle` that alone says what the process does on this signal, if it has steps.
StepId NetMaker::sole_handler(InstanceId id, int signal) const {
  StepId found = kNone;
  for (const StepId step : plan::steps_of(plan_, id)) {
    const plan::Step& other = plan_.step(step);
    if (other.signal != signal || (other.verb != Verb::Handle && other.verb != Verb::EndBy)) {
      continue;
    }
    if (found != kNone || other.verb == Verb::EndBy || in_handler_[step] ||
        other.action != SignalAction::Steps) {
      return kNone;
    }
    found = step;
  }
  return found;
}

// One that the victim is sure to handle, or to ignore, when it comes does no harm.
void NetMaker::deaths_by(StepId id) {
  const plan::Step& sender = plan_.step(id);
  const auto from_parent = parent_deaths_.find(id);
  if (from_parent != parent_deaths_.end() && ends_a_process(sender.signal)) {
    death(sender.self, id, from_parent->second);
  }
  if (sender.target == kNone || !ends_a_process(sender.signal)) {
    return;
  }
  const EventId sent = made_.effect(id);
  death(sender.target, id, sent);
  for (InstanceId other = 0; sender.group_signal && other < plan_.instances().size(); ++other) {
    if (other != sender.target && !are_apart(other, sender.target)) {
      death(other, id, reaches(other, id));
    }
  }
}

// When the signal, sent to a group, comes to one of those who may be in it: not if it has left the
// group, or the others have, by then.
EventId NetMaker::reaches(InstanceId other, StepId id) {
  const EventId sent = made_.effect(id);
  const Ids parted = partings(other, plan_.step(id).target);
  if (parted.empty()) {
    return sent;
  }
  const Threat reaching{other, id, 0, true};
  const EventId reached = avertable(reaching, sent);
  for (const EventId parting : parted) {
    guarded_by(parting, reaching, sent);
  }
  return reached;
}

void NetMaker::death(InstanceId victim, StepId id, EventId sent) {
  const int signal = plan_.step(id).signal;
  const EventId at = arrival({.victim = victim, .step = id}, signal, sent);
  const Threat death{victim, id, 0, false};
  threat(death, at);
  for (const StepId handle : handles_[victim]) {
    const plan::Step& other = plan_.step(handle);
    if (other.signal == signal && other.action != SignalAction::Default && signal != SIGKILL &&
        !may_be_undone(handle, id, sent)) {
      guarded_by(made_.effect(handle), death, at);
    }
  }
}

// Whether the signal may find the default action brought back. Not if the process does that only
// after it was seen to handle this very signal, or, ignoring it, after it was sent.
bool NetMaker::may_be_undone(StepId handle, StepId sender, EventId sent) {
  const plan::Step& asked = plan_.step(handle);
  for (const StepId undo : handles_[asked.self]) {
    const plan::Step& other = plan_.step(undo);
    const bool is_before = undo < handle && !in_handler_[undo] && !in_handler_[handle];
    if (other.action != SignalAction::Default || other.signal != asked.signal || is_before) {
      continue;
    }
    const bool sent_once = !in_handler_[sender] && !parent_deaths_.contains(sender);
    if (!sent_once) {
      return true;
    }
    if (asked.action == SignalAction::Ignore) {
      const Lemma is_sent{
          .kind = Lemma::Kind::Sent, .victim = asked.self, .step = sender, .other = undo};
      if (blocks_.contains({asked.self, asked.signal}) ||
          !is_proven(is_sent, sent, made_.call(undo))) {
        return true;
      }
      continue;
    }
    const auto got = made_.got_.find(handle);
    const Lemma handled{
        .kind = Lemma::Kind::Handled, .victim = asked.self, .step = handle, .other = undo};
    const Lemma caused{
        .kind = Lemma::Kind::Caused, .victim = asked.self, .step = sender, .other = handle};
    if (got == made_.got_.end() || !is_proven(handled, got->second, made_.call(undo)) ||
        !is_proven(caused, sent, got->second)) {
      return true;
    }
  }
  return false;
}

bool NetMaker::is_proven(const Lemma& lemma, EventId cause, EventId at) {
  if (proven_.contains(lemma)) {
    return true;
  }
  conjectures_.push_back({lemma, cause, at});
  return false;
}

}  // namespace procession::causes
