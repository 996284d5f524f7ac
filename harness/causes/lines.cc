// SPDX-License-Identifier: MIT
// Gates that follow from the order of a line and from what each verb waits for.
#include "harness/causes/net_maker.h"

#include <csignal>

namespace procession::causes {

using plan::InstanceId;
using plan::kNone;
using plan::StepId;
using scenario::StartMethod;
using scenario::Verb;

NetMaker::NetMaker(const plan::Plan& plan,
                   const std::optional<std::vector<std::uint32_t>>& talkers_started,
                   std::span<const Threat> struck)
    : plan_(plan), talkers_started_(talkers_started), struck_(struck) {
  const auto steps = static_cast<std::uint32_t>(plan_.steps().size());
  const auto instances = static_cast<std::uint32_t>(plan_.instances().size());
  made_.plan_ = plan_;
  made_.net.add_events(4 * steps);
  made_.processes_ = 4 * steps;
  made_.net.add_events(3 * instances);
  made_.unnamed_ = made_.processes_ + 3 * instances;
  index_plan();
}

PlanNet NetMaker::make() {
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
  handles_.resize(instances);
  broken_by_.resize(instances);
  line_ends_.resize(instances);
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
        connects_[step.channel].push_back(id);
        break;
      case Verb::Handle:
        handles_[step.self].push_back(id);
        break;
      default:
        break;
    }
  }
  for (InstanceId id = 0; id < instances; ++id) {
    for (const plan::Feed& feed : plan_.feeds(plan_.instance(id).begin_feeds)) {
      arrivals_[feed.gate].push_back({kNone, feed.by, feed.point});
    }
  }
}

void NetMaker::lines() {
  for (InstanceId id = 0; id < plan_.instances().size(); ++id) {
    line(id);
  }
}

void NetMaker::line(InstanceId id) {
  for (const StepId start : starts_[id]) {
    const bool by_forkserver = plan_.instance(id).method == StartMethod::Forkserver;
    made_.net.needs(made_.begin(id), made_.effect(start),
                    by_forkserver ? Warrant::Harness : Warrant::Posix);
  }
  const bool is_started = plan_.instance(id).kind == plan::Instance::Kind::Player && id != 0;
  if (is_started && starts_[id].empty()) {
    made_.net.never(made_.begin(id));
  }
  EventId before = made_.begin(id);
  const plan::Range steps = plan_.instance(id).steps;
  for (StepId next = steps.first; next < steps.first + steps.count; ++next) {
    const bool last = next + 1 == steps.first + steps.count;
    // An error ends the process in order too: by way of the implicit exit.
    step(next, last ? any_of({before, made_.broken(id)}) : before);
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
  made_.net.needs(made_.returned(id), asked.has_fails ? made_.call(id) : made_.success(id));
  own_gates(id);
}

// A handler's steps are a line of their own: nothing in the line that it interrupts waits for them.
void NetMaker::handler(StepId handle) {
  const plan::Step& asked = plan_.step(handle);
  const EventId got = new_event();
  const plan::Event name{plan::Event::Kind::Got, asked.self, handle, 0};
  made_.got_[handle] = got;
  made_.named_[got] = name;
  made_.net.needs(got, made_.effect(handle));
  Ids senders;
  for (StepId id = 0; id < plan_.steps().size(); ++id) {
    const plan::Step& sender = plan_.step(id);
    const bool sends = sender.signal == asked.signal && sender.target != kNone;
    if (sends && (sender.target == asked.self || sender.group_signal)) {
      senders.push_back(made_.effect(id));
    }
  }
  for (InstanceId id = 0; asked.signal == SIGCHLD && id < plan_.instances().size(); ++id) {
    if (plan_.instance(id).starter == asked.self) {
      senders.push_back(made_.end(id));
    }
  }
  // A daemon is sent SIGTERM when its parent ends in order.
  const InstanceId starter = plan_.instance(asked.self).starter;
  if (asked.signal == SIGTERM && plan_.instance(asked.self).daemon && starter != kNone) {
    const plan::Range steps = plan_.instance(starter).steps;
    for (StepId id = steps.first; id < steps.first + steps.count; ++id) {
      if (plan_.step(id).verb == Verb::Exit || plan_.step(id).verb == Verb::Raise) {
        senders.push_back(made_.call(id));
      }
    }
    senders.push_back(made_.broken(starter));
  }
  gate(got, 1, senders);
  EventId before = got;
  for (StepId id = asked.handler.first; id < asked.handler.first + asked.handler.count; ++id) {
    step(id, before);
    before = made_.returned(id);
  }
}

void NetMaker::own_gates(StepId id) {
  const plan::Step& asked = plan_.step(id);
  switch (asked.verb) {
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
    case Verb::Request:
      request(id);
      break;
    case Verb::Receive:
      receive(id);
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
      exit(id);
      break;
    default:
      break;
  }
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

void NetMaker::join(StepId id) {
  const plan::Step& asked = plan_.step(id);
  if (asked.timeout_ns < 0) {
    made_.net.needs(made_.success(id), end_or_forkserver_end(asked.target));
  }
}

void NetMaker::await(StepId id) { wait_at(made_.success(id), plan_.step(id).gate); }

void NetMaker::wait_at(EventId event, plan::GateId id) {
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
      case plan::Feed::Point::Return:
        members.push_back(made_.returned(arrival.step));
        break;
    }
  }
  Ids ends;
  for (const InstanceId ended : plan_.ids(waited.ends)) {
    ends.push_back(made_.end(ended));
  }
  if (waited.any) {
    const Warrant warrant = ends.empty() ? Warrant::Harness : Warrant::Linux;
    members.insert(members.end(), ends.begin(), ends.end());
    gate(event, 1, members, warrant);
    return;
  }
  // A barrier's party that never comes to it has an arrival that belongs to no step.
  if (waited.feeds.count != 0) {
    gate(event, waited.feeds.count, members, Warrant::Harness);
  }
  if (!ends.empty()) {
    gate(event, static_cast<std::uint32_t>(ends.size()), ends, Warrant::Linux);
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

// Connected is queued by the kernel, not accepted.
void NetMaker::connect(StepId id) {
  Ids listening;
  for (const StepId listen : listens_[plan_.step(id).channel]) {
    listening.push_back(made_.effect(listen));
  }
  gate(made_.effect(id), 1, listening);
}

void NetMaker::request(StepId id) {
  const plan::Step& asked = plan_.step(id);
  const auto serve = serves_.find(asked.channel);
  if (serve == serves_.end()) {
    made_.net.never(made_.success(id));
    return;
  }
  made_.net.needs(made_.success(id), made_.call(serve->second));
  Ids talking;
  for (const InstanceId talker : plan_.ids(plan_.listeners()[asked.channel].talkers)) {
    talking.push_back(made_.begin(talker));
  }
  gate(made_.success(id), 1, talking);
}

// The k-th message that a process takes from a pipe needs k sends at least, whoever sends; end of
// file needs every holder of the writing end to have given it up.
void NetMaker::receive(StepId id) {
  const plan::Step& asked = plan_.step(id);
  const std::uint32_t so_far = ++receives_[{asked.self, asked.channel}];
  Ids sent;
  bool may_repeat = in_handler_[id];
  for (const StepId send : sends_[asked.channel]) {
    sent.push_back(made_.effect(send));
    may_repeat = may_repeat || in_handler_[send];
  }
  const EventId message = new_event();
  gate(message, may_repeat ? 1 : so_far, sent);
  const EventId end_of_file = new_event();
  const auto holds = [&](InstanceId holder) {
    Ids ways;
    for (const StepId step : plan::steps_of(plan_, holder)) {
      const plan::Step& other = plan_.step(step);
      if (other.verb == Verb::CloseEnd && other.channel == asked.channel && other.write_end) {
        ways.push_back(made_.effect(step));
      }
      const bool ends = other.verb == Verb::Exit || other.verb == Verb::ExitNow ||
                        other.verb == Verb::Raise || other.verb == Verb::EndBy;
      if (ends && holder != asked.self) {
        ways.push_back(made_.effect(step));
      }
    }
    if (holder != asked.self) {
      ways.push_back(cut(holder));
    }
    gate(end_of_file, 1, ways);
  };
  const InstanceId maker = plan_.pipes()[asked.channel].maker;
  holds(maker);
  // Inheritors: what the maker starts after making it, and all that these start.
  std::vector<bool> inherits(plan_.instances().size(), false);
  StepId made_at = kNone;
  for (const StepId step : plan::steps_of(plan_, maker)) {
    if (plan_.step(step).verb == Verb::Pipe && plan_.step(step).channel == asked.channel) {
      made_at = step;
    }
  }
  for (InstanceId heir = 0; heir < plan_.instances().size(); ++heir) {
    const plan::Instance& instance = plan_.instance(heir);
    if (instance.kind != plan::Instance::Kind::Player || starts_[heir].empty() ||
        instance.method == StartMethod::Forkserver) {
      continue;
    }
    inherits[heir] =
        instance.starter == maker ? starts_[heir].front() > made_at : inherits[instance.starter];
    if (inherits[heir]) {
      holds(heir);
    }
  }
  gate(made_.success(id), 1, {message, end_of_file});
}

// An orderly exit waits for every child that was started before it; after an error, for those that
// had been started by then.
void NetMaker::exit(StepId id) {
  const plan::Step& asked = plan_.step(id);
  made_.net.never(made_.success(id));
  if (in_handler_[id]) {
    broken_by_[asked.self].push_back(made_.effect(id));
    return;
  }
  line_ends_[asked.self].push_back(made_.effect(id));
  if (asked.verb != Verb::Exit && asked.verb != Verb::Raise) {
    return;
  }
  const plan::Range line = plan_.instance(asked.self).steps;
  for (StepId step = line.first; step < id; ++step) {
    const plan::Step& start = plan_.step(step);
    if (start.verb == Verb::Start && start.known_error == 0 && !start.has_fails) {
      gate(made_.effect(id), 1, {end_or_forkserver_end(start.target), made_.broken(asked.self)},
           Warrant::Harness);
    }
  }
}

void NetMaker::talkers() {
  for (std::uint32_t channel = 0; channel < plan_.listeners().size(); ++channel) {
    const auto served = plan_.ids(plan_.listeners()[channel].talkers);
    Ids connected;
    for (const StepId connect : connects_[channel]) {
      connected.push_back(made_.effect(connect));
    }
    for (std::uint32_t k = 0; k < served.size(); ++k) {
      const EventId accepted = new_event();
      accepted_[served[k]] = accepted;
      made_.net.needs(accepted, made_.call(serves_.at(channel)));
      gate(accepted, k + 1, connected);
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
