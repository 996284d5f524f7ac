// SPDX-License-Identifier: MIT
// Gates that follow from the order of a line and from what each verb waits for.
#include "harness/causes/net_maker.h"

#include <algorithm>

namespace procession::causes {

using plan::InstanceId;
using plan::kNone;
using plan::StepId;
using scenario::StartMethod;
using scenario::Verb;

NetMaker::NetMaker(const plan::Plan& plan,
                   const std::optional<std::vector<std::uint32_t>>& talkers_started,
                   const std::set<Lemma>& proven)
    : plan_(plan), talkers_started_(talkers_started), proven_(proven) {
  const auto steps = static_cast<std::uint32_t>(plan_.steps().size());
  const auto instances = static_cast<std::uint32_t>(plan_.instances().size());
  made_.plan_ = plan_;
  made_.net.add_events(4 * steps);
  made_.processes_ = 4 * steps;
  made_.net.add_events(4 * instances);
  made_.unnamed_ = made_.processes_ + 4 * instances;
  index_plan();
}

PlanNet NetMaker::make() {
  parent_deaths();
  stops();
  orphaned_groups();
  lines();
  talkers();
  forkserver();
  endings();
  made_.net.seal();
  return std::move(made_);
}

void NetMaker::index_plan() {
  const auto instances = plan_.instances().size();
  in_handler_.resize(plan_.steps().size(), false);
  starts_.resize(instances);
  moves_.resize(instances);
  subreaps_.resize(instances);
  handles_.resize(instances);
  signals_to_.resize(instances);
  killed_by_.resize(instances);
  failed_by_.resize(instances);
  line_ends_.resize(instances);
  first_exit_.resize(instances, kNone);
  arrivals_.resize(plan_.gates().size());
  for (StepId id = 0; id < plan_.steps().size(); ++id) {
    const plan::Step& step = plan_.step(id);
    for (StepId inner = step.handler.first; inner < step.handler.first + step.handler.count;
         ++inner) {
      in_handler_[inner] = true;
    }
    for (const plan::Feed& feed : plan_.feeds(step.feeds)) {
      arrivals_[feed.gate].push_back({id, feed.by, feed.point});
    }
    if (step.signal != 0 && step.target != kNone) {
      (step.group_signal ? group_signals_ : signals_to_[step.target]).push_back(id);
    }
    if (stops_a_process(step.signal) && (step.target != kNone || step.verb == Verb::EndBy)) {
      stoppers_.push_back(id);
    }
    index_by_verb(id);
    if (ends_a_line(step) && !in_handler_[id]) {
      first_exit_[step.self] = std::min(first_exit_[step.self], id);
    }
  }
  for (InstanceId id = 0; id < instances; ++id) {
    for (const plan::Feed& feed : plan_.feeds(plan_.instance(id).begin_feeds)) {
      arrivals_[feed.gate].push_back({kNone, feed.by, feed.point});
    }
  }
}

void NetMaker::index_by_verb(StepId id) {
  const plan::Step& step = plan_.step(id);
  switch (step.verb) {
    case Verb::Start:
      if (step.known_error == 0) {
        starts_[step.target].push_back(id);
      }
      break;
    case Verb::Send:
      sends_[step.channel].push_back(id);
      break;
    case Verb::Listen:
      listens_[step.channel].push_back(id);
      break;
    case Verb::Serve:
      serves_[step.channel] = id;
      break;
    case Verb::Connect:
    case Verb::Load:
      connects_[step.channel].push_back(id);
      break;
    case Verb::Handle:
      handles_[step.self].push_back(id);
      break;
    case Verb::Block:
      blocks_[{step.self, step.signal}].push_back(id);
      break;
    case Verb::Unblock:
      unblocks_[{step.self, step.signal}].push_back(id);
      break;
    case Verb::Setsid:
    case Verb::Setpgid:
      if (step.known_error == 0) {
        moves_[step.self].push_back(id);
        has_own_groups_ = true;
      }
      break;
    case Verb::Subreaper:
      subreaps_[step.self].push_back(id);
      break;
    case Verb::ParentDeathSignal:
      arms_.push_back(id);
      break;
    case Verb::Pipe:
      made_at_[step.channel] = id;
      break;
    case Verb::CloseEnd:
      closings_of_[step.channel].push_back(id);
      break;
    default:
      break;
  }
}

void NetMaker::lines() {
  for (InstanceId id = 0; id < plan_.instances().size(); ++id) {
    line(id);
  }
}

void NetMaker::line(InstanceId id) {
  // Several, if a handler starts it too.
  if (const Ids starts = effects_of(starts_[id]); !starts.empty()) {
    const bool by_forkserver = plan_.instance(id).method == StartMethod::Forkserver;
    gate(made_.begin(id), 1, starts, by_forkserver ? Warrant::Harness : Warrant::Posix);
  }
  if (is_started_by_step(id) && starts_[id].empty()) {
    made_.net.never(made_.begin(id));
  }
  EventId before = made_.begin(id);
  const plan::Range steps = plan_.instance(id).steps;
  for (StepId next = steps.first; next < steps.first + steps.count; ++next) {
    const bool last = next + 1 == steps.first + steps.count;
    // An error ends the process in order too: by way of the implicit exit.
    step(next, last ? any_of({before, failed(id)}) : before);
    before = made_.returned(next);
    if (plan_.step(next).verb == Verb::Handle) {
      handler(next);
    }
  }
}

void NetMaker::step(StepId id, EventId before) {
  const plan::Step& asked = plan_.step(id);
  made_.net.needs(made_.call(id), before);
  made_.net.needs(made_.effect(id), made_.call(id));
  made_.net.needs(made_.success(id), made_.effect(id));
  if (asked.known_error != 0) {
    made_.net.never(made_.effect(id));
    return;  // whether the line goes on is decided with the errors
  }
  if (!asked.has_fails) {
    made_.net.needs(made_.returned(id), made_.success(id));
  }
  own_gates(id);
}

void NetMaker::own_gates(StepId id) {
  const plan::Step& asked = plan_.step(id);
  switch (asked.verb) {
    case Verb::Start:
      start(id);
      break;
    case Verb::Join:
      join(id);
      break;
    case Verb::Await:
    case Verb::Barrier:
      await(id);
      break;
    case Verb::Serve:
      serve(id);
      break;
    case Verb::Connect:
      connect(id);
      break;
    case Verb::Load:
      connect(id);
      load(id);
      break;
    case Verb::Request:
      request(id);
      break;
    case Verb::Receive:
      receive(id);
      break;
    case Verb::Signal:
    case Verb::Terminate:
    case Verb::Kill:
    case Verb::Interrupt:
    case Verb::Suspend:
    case Verb::Resume:
      if (asked.target != 0) {
        gate(made_.effect(id), 1, effects_of(starts_[asked.target]));
      }
      suspend(id);
      resume(id);
      break;
    case Verb::Unblock:
      unblock(id);
      break;
    case Verb::Sleep:
      if (asked.duration_ns < 0) {
        made_.net.never(made_.success(id));
      }
      break;
    case Verb::Exit:
    case Verb::ExitNow:
    case Verb::Raise:
    case Verb::EndBy:
      if (ends_a_line(asked)) {
        exit(id);
      }
      break;
    default:
      break;
  }
}

NetMaker::Ids NetMaker::effects_of(std::span<const StepId> steps) const {
  Ids effects;
  for (const StepId step : steps) {
    effects.push_back(made_.effect(step));
  }
  return effects;
}

// Some step of the process fails as the file does not expect. The line goes on at its last step.
EventId NetMaker::failed(InstanceId id) {
  if (!failed_.contains(id)) {
    failed_[id] = new_event();
  }
  return failed_.at(id);
}

// Something ends the process wherever its line stands: a signal, an exit in a handler.
EventId NetMaker::killed(InstanceId id) {
  if (!killed_.contains(id)) {
    killed_[id] = new_event();
  }
  return killed_.at(id);
}

EventId NetMaker::any_of(const Ids& events) {
  if (events.size() == 1) {
    return events.front();
  }
  const EventId first = new_event();
  gate(first, 1, events);
  return first;
}

// The status of the forkserver's child comes through the forkserver: its end is an answer as well.
EventId NetMaker::end_or_forkserver_end(InstanceId id) {
  return plan_.instance(id).method == StartMethod::Forkserver
             ? any_of({made_.end(id), made_.end(plan_.header().forkserver)})
             : made_.end(id);
}

// main, talkers and the forkserver are not.
bool NetMaker::is_started_by_step(InstanceId id) const {
  const plan::Instance::Kind kind = plan_.instance(id).kind;
  return (kind == plan::Instance::Kind::Player && id != 0) || kind == plan::Instance::Kind::Program;
}

// The starter of a program knows that it has been executed.
void NetMaker::start(StepId id) {
  const InstanceId target = plan_.step(id).target;
  if (plan_.instance(target).kind == plan::Instance::Kind::Program) {
    made_.net.needs(made_.success(id), made_.begin(target));
  }
}

void NetMaker::join(StepId id) {
  const plan::Step& asked = plan_.step(id);
  if (asked.timeout_ns < 0) {
    made_.net.needs(made_.success(id), end_or_forkserver_end(asked.target));
  }
}

void NetMaker::await(StepId id) { wait_at(made_.success(id), plan_.step(id).gate); }

// All who wait at it wait for the same.
const NetMaker::Meeting& NetMaker::meeting_at(plan::GateId id) {
  const auto [known, is_new] = meetings_.try_emplace(id);
  if (!is_new) {
    return known->second;
  }
  const plan::Gate& waited = plan_.gates()[id];
  Ids members;
  for (const Arrival& arrival : arrivals_[id]) {
    switch (arrival.point) {
      case plan::Feed::Point::Begin:
        members.push_back(made_.begin(arrival.by));
        break;
      case plan::Feed::Point::Call:
        members.push_back(made_.call(arrival.step));
        break;
      case plan::Feed::Point::Effect:
        members.push_back(made_.effect(arrival.step));
        break;
      case plan::Feed::Point::Warmup:
      case plan::Feed::Point::Measure:
      case plan::Feed::Point::Drain:
        members.push_back(
            phase(arrival.step, static_cast<scenario::Symbol>(arrival.point) -
                                    static_cast<scenario::Symbol>(plan::Feed::Point::Warmup)));
        break;
      case plan::Feed::Point::Return:
        // A step that ends its process arrives as it does so.
        members.push_back(ends_a_line(plan_.step(arrival.step)) ? made_.effect(arrival.step)
                                                                : made_.returned(arrival.step));
        break;
    }
  }
  Ids ends;
  for (const InstanceId ended : plan_.ids(waited.ends)) {
    ends.push_back(made_.end(ended));
  }
  if (waited.any) {
    members.insert(members.end(), ends.begin(), ends.end());
  }
  known->second = {made_.net.add_pool(members), made_.net.add_pool(ends)};
  return known->second;
}

void NetMaker::wait_at(EventId event, plan::GateId id) {
  const plan::Gate& waited = plan_.gates()[id];
  const Meeting& meeting = meeting_at(id);
  const std::uint32_t ends = waited.ends.count;
  if (waited.any) {
    made_.net.add_gate(event, 1, meeting.arrivals, ends == 0 ? Warrant::Harness : Warrant::Linux);
    return;
  }
  // A barrier's party that never comes to it has an arrival that belongs to no step.
  if (waited.feeds.count != 0) {
    made_.net.add_gate(event, waited.feeds.count, meeting.arrivals, Warrant::Harness);
  }
  if (ends != 0) {
    made_.net.add_gate(event, ends, meeting.ends, Warrant::Linux);
  }
}

// A server returns when its `until` has come and all its talkers have ended.
void NetMaker::serve(StepId id) {
  const plan::Step& asked = plan_.step(id);
  if (asked.gate == kNone) {
    made_.net.never(made_.success(id));
    return;
  }
  const EventId closing = new_event();
  closings_[id] = closing;
  made_.net.needs(closing, made_.call(id));
  wait_at(closing, asked.gate);
  made_.net.needs(made_.success(id), closing);
  const auto served = plan_.ids(plan_.listeners()[asked.channel].talkers);
  const std::size_t started = talkers_started_ ? (*talkers_started_)[asked.channel] : served.size();
  for (std::size_t k = 0; k < started; ++k) {
    made_.net.needs(made_.success(id), made_.end(served[k]), Warrant::Harness);
  }
}

// Connected is queued by the kernel, not accepted. The effect of a load is that all its connections
// are there. Of a program it is only known that its port is told when it is started: who listens
// there, and when, is its own affair.
void NetMaker::connect(StepId id) {
  const InstanceId program = plan_.listeners()[plan_.step(id).channel].program;
  Ids listening;
  if (program != kNone) {
    for (const StepId start : starts_[program]) {
      listening.push_back(made_.call(start));
    }
  }
  for (const StepId listen : listens_[plan_.step(id).channel]) {
    listening.push_back(made_.effect(listen));
  }
  gate(made_.effect(id), 1, listening);
}

EventId NetMaker::phase(StepId load, scenario::Symbol phase) {
  const auto [known, is_new] = made_.phases_.try_emplace({load, phase}, 0);
  if (is_new) {
    known->second = new_event();
    made_.named_[known->second] = {plan::Event::Kind::Phase, plan_.step(load).self, load, phase};
  }
  return known->second;
}

// Its phases begin one after the other, behind the start line. What comes of its requests is data.
void NetMaker::load(StepId id) {
  const plan::Step& asked = plan_.step(id);
  EventId before = made_.effect(id);
  for (scenario::Symbol phase = 0; phase < 3; ++phase) {
    if (!plan::has_phase(plan_, asked, static_cast<std::uint32_t>(phase))) {
      continue;
    }
    const EventId begin = this->phase(id, phase);
    made_.net.needs(begin, before);
    if (before == made_.effect(id) && asked.gate != kNone) {
      wait_at(begin, asked.gate);
    }
    before = begin;
  }
  made_.net.needs(made_.success(id), before);
}

void NetMaker::request(StepId id) {
  const plan::Step& asked = plan_.step(id);
  if (plan_.listeners()[asked.channel].program != kNone) {
    return;
  }
  const auto serve = serves_.find(asked.channel);
  if (serve == serves_.end()) {
    made_.net.never(made_.success(id));
    return;
  }
  made_.net.needs(made_.success(id), made_.call(serve->second));
  if (scenario::has_talkers(plan_.step(serve->second).served_by)) {
    made_.net.needs(made_.success(id), some_talker_begins(asked.channel));
  }
}

// One event for all requests of a listener: each gate of its own would be of all talkers.
EventId NetMaker::some_talker_begins(std::uint32_t channel) {
  const auto [known, is_new] = talking_.try_emplace(channel, 0);
  if (is_new) {
    Ids begins;
    for (const InstanceId talker : plan_.ids(plan_.listeners()[channel].talkers)) {
      begins.push_back(made_.begin(talker));
    }
    known->second = any_of(begins);
  }
  return known->second;
}

// What `raise` raises is there before the children are waited for.
void NetMaker::exit(StepId id) {
  const plan::Step& asked = plan_.step(id);
  made_.net.never(made_.success(id));
  if (in_handler_[id]) {
    killed_by_[asked.self].push_back(made_.effect(id));
    return;
  }
  EventId last = made_.effect(id);
  if (asked.verb == Verb::Raise) {
    last = new_event();
    made_.net.needs(last, made_.effect(id));
  }
  line_ends_[asked.self].push_back(last);
  if (asked.verb != Verb::Exit && asked.verb != Verb::Raise) {
    return;
  }
  orderly_ends_.push_back({id, last});
}

// Of a process for each connection, the k-th begins when k have connected: all connections are of
// steps, as planning lets no program know of such a server. Those that share them begin with their
// server's step.
void NetMaker::talkers() {
  for (std::uint32_t channel = 0; channel < plan_.listeners().size(); ++channel) {
    const auto served = plan_.ids(plan_.listeners()[channel].talkers);
    // A load makes several connections, the first of them before its effect, and makes one anew
    // when it has lost it: who has called it may have made any number of them.
    Ids connected;
    bool any_number = false;
    for (const StepId connect : connects_[channel]) {
      const bool is_load = plan_.step(connect).verb == Verb::Load;
      any_number = any_number || is_load;
      connected.push_back(is_load ? made_.call(connect) : made_.effect(connect));
    }
    const PoolId connects = made_.net.add_pool(connected);
    for (std::uint32_t k = 0; k < served.size(); ++k) {
      const EventId accepted = new_event();
      accepted_[served[k]] = accepted;
      made_.net.needs(accepted, made_.call(serves_.at(channel)));
      if (plan_.step(serves_.at(channel)).served_by == scenario::Handler::Process) {
        made_.net.add_gate(accepted, any_number ? 1 : k + 1, connects);
      }
      made_.net.needs(made_.begin(served[k]), accepted);
    }
  }
}

// It begins with the first process that needs it and ends when main has ended.
void NetMaker::forkserver() {
  const InstanceId id = plan_.header().forkserver;
  if (id == kNone) {
    return;
  }
  Ids needed_by;
  for (InstanceId child = 0; child < plan_.instances().size(); ++child) {
    if (plan_.instance(child).method == StartMethod::Forkserver) {
      for (const StepId start : starts_[child]) {
        needed_by.push_back(made_.call(start));
      }
      if (accepted_.contains(child)) {
        needed_by.push_back(accepted_.at(child));
      }
    }
  }
  gate(made_.begin(id), 1, needed_by, Warrant::Harness);
  gate(made_.end(id), 1, {made_.end(0), made_.broken(id)}, Warrant::Harness);
}

}  // namespace procession::causes
