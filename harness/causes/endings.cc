// SPDX-License-Identifier: MIT
// How a process may end: at the end of its line, by an error that it does not expect, by a signal,
// or as a daemon when its parent ends. Every way that is not the end of the line makes it `broken`.
#include "harness/causes/net_maker.h"

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace procession::causes {

using plan::InstanceId;
using plan::kNone;
using plan::StepId;
using scenario::Verb;

namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// What an honest server answers; none if only the server can tell.
std::optional<std::string> reply_to(const plan::Plan& plan, const plan::Step& request) {
  std::string text;
  for (const plan::Piece& piece : plan.pieces(request.text)) {
    if (piece.kind != plan::Piece::Kind::Literal || !is_ascii(plan.text(piece.literal))) {
      return std::nullopt;
    }
    text += plan.text(piece.literal);
  }
  if (request.service == scenario::Service::Upper) {
    std::ranges::transform(text, text.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
  }
  return text;
}

bool expects_another_reply(const plan::Plan& plan, const plan::Step& request) {
  if (request.expect.count == 0) {
    return false;
  }
  const auto reply = reply_to(plan, request);
  const auto pieces = plan.pieces(request.expect);
  return !reply || pieces.size() != 1 || pieces.front().kind != plan::Piece::Kind::Literal ||
         plan.text(pieces.front().literal) != *reply;
}

}  // namespace

bool ends_a_line(const plan::Step& step) {
  return step.verb == Verb::Exit || step.verb == Verb::ExitNow || step.verb == Verb::Raise ||
         (step.verb == Verb::EndBy && (step.signal == SIGPIPE || ends_a_process(step.signal)));
}

void NetMaker::endings() {
  for (StepId id = 0; id < plan_.steps().size(); ++id) {
    deaths_by(id);
    if (plan_.step(id).known_error == 0) {
      errors_of(id);
    }
  }
  errors();
  known_failures();
  for (InstanceId id = 0; id < plan_.instances().size(); ++id) {
    failures_of(id);
    end_of(id);
  }
  for (const OrderlyEnd& end : orderly_ends_) {
    const plan::Step& asked = plan_.step(end.step);
    if (asked.verb == Verb::Raise) {
      made_.net.needs(end.event, made_.errors_.at({asked.self, asked.raised}));
    }
    joins(end);
  }
}

// In the order of the line; a handler's may come at any time, so they come first.
void NetMaker::failures_of(InstanceId id) {
  std::vector<Failure>& failures = failed_by_[id];
  for (Failure& failure : failures) {
    failure.step = in_handler_[failure.step] ? 0 : failure.step;
  }
  std::ranges::sort(failures, {}, &Failure::step);
  Ids ways;
  for (const Failure& failure : failures) {
    ways.push_back(failure.event);
  }
  gate(failed(id), 1, ways);
}

// An orderly end waits for every child that was started before it. None but an earlier failure
// leads to it past the start.
void NetMaker::joins(const OrderlyEnd& end) {
  const InstanceId self = plan_.step(end.step).self;
  std::span<const Failure> failures = failed_by_[self];
  Ids passed;  // one event for all failures so far, if there are any
  for (StepId step = plan_.instance(self).steps.first; step < end.step; ++step) {
    while (!failures.empty() && failures.front().step <= step) {
      passed.push_back(failures.front().event);
      failures = failures.subspan(1);
    }
    const plan::Step& start = plan_.step(step);
    if (start.verb != Verb::Start || start.known_error != 0 || start.has_fails ||
        !plan_.is_child_of(start.target, self)) {
      continue;
    }
    if (passed.size() > 1) {
      passed = {any_of(passed)};
    }
    Ids ways = passed;
    ways.push_back(end_or_forkserver_end(start.target));
    gate(end.event, 1, ways, Warrant::Harness);
  }
}

void NetMaker::end_of(InstanceId id) {
  const plan::Instance& instance = plan_.instance(id);
  if (instance.daemon && instance.starter != kNone) {
    const Ids ends = orderly_ends_of(instance.starter);
    killed_by_[id].insert(killed_by_[id].end(), ends.begin(), ends.end());
  }
  if (hang_up_) {
    killed_by_[id].push_back(*hang_up_);
  }
  if (instance.kind == plan::Instance::Kind::Program) {
    killed_by_[id].push_back(made_.begin(id));  // it may end by itself at any time
  }
  gate(killed(id), 1, killed_by_[id]);
  gate(made_.broken(id), 1, {killed(id), failed(id)});
  orphaned(id);
  if (const Ids starts = effects_of(starts_[id]); !starts.empty()) {
    gate(made_.end(id), 1, starts);
  }
  if (accepted_.contains(id)) {
    made_.net.needs(made_.end(id), accepted_.at(id));
  }
  if (is_started_by_step(id) && starts_[id].empty()) {
    made_.net.never(made_.end(id));
  }
  if (instance.kind == plan::Instance::Kind::Forkserver) {
    return;
  }
  gate(made_.end(id), 1, ways_to_end(id));
}

// With each of these it runs no more, and what it had open is closed; its end comes later.
NetMaker::Ids NetMaker::ways_to_end(InstanceId id) {
  Ids ways = line_ends_[id];
  ways.push_back(killed(id));
  return ways;
}

// It ends the victim before the end of its line.
void NetMaker::threat(const Threat& threat, EventId at) {
  const EventId event = avertable(threat, at);
  if (threat.symbol == 0) {
    killed_by_[threat.victim].push_back(event);
  } else {
    failed_by_[threat.victim].push_back({threat.step, event});
    made_.failures_[event] = {threat.step, threat.symbol};
  }
}

// As an event of its own, so that it can be taken out of the net.
EventId NetMaker::avertable(const Threat& threat, EventId at) {
  const EventId event = new_event();
  made_.net.needs(event, at);
  threats_[{threat, at}] = {event, at, {}};
  return event;
}

void NetMaker::guarded_by(EventId guard, const Threat& threat, EventId at) {
  threats_.at({threat, at}).guards.push_back(guard);
}

std::vector<Guarded> NetMaker::guarded() const {
  std::vector<Guarded> guarded;
  for (const auto& [threat, known] : threats_) {
    if (!known.guards.empty()) {
      guarded.push_back(known);
    }
  }
  return guarded;
}

bool NetMaker::lists(StepId id, scenario::Symbol symbol) const {
  const auto fails = plan_.symbols(plan_.step(id).fails);
  return std::ranges::count(fails, symbol) != 0;
}

// The step may fail with `symbol`, whenever it is called or once one of `one_of` has happened. If
// none of them can happen before the step has succeeded, it cannot.
void NetMaker::breaks(StepId id, scenario::Symbol symbol, const Ids& one_of) {
  const InstanceId self = plan_.step(id).self;
  EventId lost = made_.call(id);
  if (!one_of.empty()) {
    lost = new_event();
    made_.net.needs(lost, made_.call(id));
    gate(lost, 1, one_of);
  }
  may_fail_[{self, symbol}].push_back({id, lost});
  if (lists(id, symbol)) {
    return;
  }
  const Threat error{self, id, symbol, false};
  threat(error, lost);
  if (!one_of.empty() && !in_handler_[id]) {
    guarded_by(made_.success(id), error, lost);
  }
}

// Likewise, unless `guard` comes before the call in any case.
void NetMaker::breaks_unless(StepId id, scenario::Symbol symbol, EventId guard) {
  const InstanceId self = plan_.step(id).self;
  may_fail_[{self, symbol}].push_back({id, made_.call(id)});
  const Threat error{self, id, symbol, true};
  if (!lists(id, symbol)) {
    threat(error, made_.call(id));
    guarded_by(guard, error, made_.call(id));
  }
}

void NetMaker::errors_of(StepId id) {
  const plan::Step& asked = plan_.step(id);
  if (asked.has_fails && !asked.may_succeed) {
    failed_by_[asked.self].push_back({id, made_.success(id)});  // succeeding is the error
  }
  if (asked.timeout_ns >= 0 && asked.verb != Verb::Join) {
    breaks(id, scenario::kTimedOut);
  }
  if (!comes_as_planned(id)) {
    breaks_as_unplanned(id);
  }
  switch (asked.verb) {
    case Verb::Setsid:
    case Verb::Setpgid:
      if (in_handler_[id] || moves_in_handler(asked.self)) {
        breaks(id, EPERM);
      }
      break;
    case Verb::Await:
    case Verb::Barrier:
      vain_wait(id);
      break;
    case Verb::Serve:
      if (asked.gate != kNone) {
        vain_wait(id);
      }
      break;
    case Verb::Raise:
      may_fail_[{asked.self, asked.raised}].push_back({id, made_.effect(id)});
      break;
    case Verb::Start:
      if (asked.method == scenario::StartMethod::Forkserver) {
        breaks(id, scenario::kGone, {made_.end(0), made_.broken(plan_.header().forkserver)});
      }
      break;
    case Verb::Close:
      if (!starts_[asked.target].empty() && !is_joined_before(id)) {
        breaks(id, scenario::kStillRunning);
      }
      break;
    case Verb::Send:
    case Verb::Receive:
    case Verb::CloseEnd:
      errors_of_pipe(id);
      break;
    case Verb::Load:
      breaks_load(id);
      break;
    case Verb::Listen:
    case Verb::Connect:
    case Verb::Request:
    case Verb::Disconnect:
      errors_of_connection(id);
      break;
    case Verb::Signal:
    case Verb::Terminate:
    case Verb::Kill:
    case Verb::Interrupt:
    case Verb::Suspend:
    case Verb::Resume:
      errors_of_signal(id);
      break;
    default:
      break;
  }
}

// Its connections may wait too long, be too many for the machine, or all be lost.
void NetMaker::breaks_load(StepId id) {
  const plan::Step& asked = plan_.step(id);
  for (const scenario::Symbol symbol :
       {int{scenario::kTimedOut}, EMFILE, ENFILE, ENOMEM, EADDRNOTAVAIL}) {
    breaks(id, symbol);
  }
  if (plan_.listeners()[asked.channel].program != kNone) {
    breaks(id, ECONNREFUSED);
    breaks(id, ECONNRESET);
  } else {
    breaks(id, ECONNRESET, {talkers_lost(asked.channel)});
    breaks(id, ECONNREFUSED, {server_lost(asked.channel)});
    breaks_unless(id, ECONNREFUSED, made_.effect(listens_.at(asked.channel).front()));
  }
  if (asked.gate != kNone) {
    vain_wait(id);
  }
}

// An earlier step of the line matches. When a handler's step comes is not known.
template <class Matches>
bool NetMaker::comes_before(StepId id, Matches matches) const {
  const plan::Range line = plan_.instance(plan_.step(id).self).steps;
  for (StepId step = line.first; step < id && !in_handler_[id]; ++step) {
    if (matches(plan_.step(step))) {
      return true;
    }
  }
  return false;
}

bool NetMaker::is_joined_before(StepId id) const {
  return comes_before(id, [&](const plan::Step& other) {
    return other.verb == Verb::Join && other.target == plan_.step(id).target &&
           other.timeout_ns < 0 && !other.has_fails;
  });
}

void NetMaker::errors_of_pipe(StepId id) {
  const plan::Step& asked = plan_.step(id);
  const bool writes = asked.verb == Verb::Send || (asked.verb == Verb::CloseEnd && asked.write_end);
  if (may_lack_end(id, writes)) {
    breaks(id, EBADF);
  }
  if (asked.verb == Verb::Send && may_lack_end(id, false)) {
    breaks(id, EPIPE);
  }
}

void NetMaker::errors_of_connection(StepId id) {
  const plan::Step& asked = plan_.step(id);
  if (asked.verb == Verb::Listen) {
    if (listens_[asked.channel].size() > 1 || in_handler_[id]) {
      breaks(id, EADDRINUSE);
    }
    return;
  }
  if (plan_.listeners()[asked.channel].program != kNone && asked.verb != Verb::Disconnect) {
    breaks_at_program(id);
    return;
  }
  if (asked.verb == Verb::Connect) {
    breaks(id, ECONNREFUSED, {server_lost(asked.channel)});
    breaks_unless(id, ECONNREFUSED, made_.effect(listens_.at(asked.channel).front()));
    return;
  }
  if (may_lack_connection(id)) {
    breaks(id, ENOTCONN);
  }
  if (asked.verb == Verb::Request) {
    for (const scenario::Symbol symbol : {ECONNRESET, EPIPE, int{scenario::kTruncated}}) {
      breaks(id, symbol, {talkers_lost(asked.channel)});
    }
    if (expects_another_reply(plan_, asked)) {
      breaks(id, scenario::kWrongReply);
    }
  }
}

void NetMaker::errors_of_signal(StepId id) {
  const plan::Step& asked = plan_.step(id);
  const bool own = plan_.instance(asked.target).starter == asked.self;
  if (!own && asked.target != asked.self && asked.target != 0) {
    if (const Ids starts = effects_of(starts_[asked.target]); !starts.empty()) {
      breaks_unless(id, scenario::kNotStarted, any_of(starts));
    } else {
      breaks(id, scenario::kNotStarted);
    }
  }
  if (asked.verb == Verb::Signal && asked.target != asked.self && may_be_reaped_before(id)) {
    breaks(id, ESRCH, {made_.end(asked.target)});
  }
}

// Its target: by another process, by a handler, or by an earlier step of the line.
bool NetMaker::may_be_reaped_before(StepId id) const {
  const plan::Step& asked = plan_.step(id);
  const plan::Instance& target = plan_.instance(asked.target);
  const auto reaps = [&](const plan::Step& other) {
    return other.verb == Verb::ActiveChildren || other.verb == Verb::Print ||
           other.verb == Verb::Serve ||
           (other.target == asked.target &&
            (other.verb == Verb::Join || other.verb == Verb::IsAlive ||
             other.verb == Verb::Exitcode || other.verb == Verb::Close));
  };
  return target.starter != asked.self || in_handler_[id] || !handles_[asked.self].empty() ||
         target.method == scenario::StartMethod::Forkserver ||
         target.method == scenario::StartMethod::Daemonize || comes_before(id, reaps);
}

// What a program does with a connection is its own affair.
void NetMaker::breaks_at_program(StepId id) {
  if (plan_.step(id).verb == Verb::Connect) {
    breaks(id, ECONNREFUSED);
    return;
  }
  if (may_lack_connection(id)) {
    breaks(id, ENOTCONN);
  }
  for (const scenario::Symbol symbol :
       {ECONNRESET, EPIPE, int{scenario::kTruncated}, int{scenario::kWrongReply}}) {
    breaks(id, symbol);
  }
}

// Nobody listens any more.
EventId NetMaker::server_lost(std::uint32_t listener) {
  if (!servers_lost_.contains(listener)) {
    const auto serve = serves_.find(listener);
    const StepId serving = serve != serves_.end() ? serve->second : listens_.at(listener).front();
    Ids ways = ways_to_end(plan_.step(serving).self);
    if (closings_.contains(serving)) {
      ways.push_back(closings_.at(serving));
    }
    servers_lost_[listener] = any_of(ways);
  }
  return servers_lost_.at(listener);
}

// Somebody who talks, or might have, does not.
EventId NetMaker::talkers_lost(std::uint32_t listener) {
  if (!talkers_lost_.contains(listener)) {
    Ids ways = {server_lost(listener)};
    for (const InstanceId talker : plan_.ids(plan_.listeners()[listener].talkers)) {
      ways.push_back(made_.broken(talker));
    }
    talkers_lost_[listener] = any_of(ways);
  }
  return talkers_lost_.at(listener);
}

// Whether the connection may have failed, or may have been ended before.
bool NetMaker::may_lack_connection(StepId id) const {
  const plan::Step& asked = plan_.step(id);
  const auto steps = plan::steps_of(plan_, asked.self);
  return in_handler_[id] || std::ranges::any_of(steps, [&](StepId other) {
           const plan::Step& step = plan_.step(other);
           return step.connection == asked.connection &&
                  ((step.verb == Verb::Connect && (step.has_fails || in_handler_[other])) ||
                   (step.verb == Verb::Disconnect && (other < id || in_handler_[other])));
         });
}

// At its place in the line, as does the start of its target.
bool NetMaker::comes_as_planned(StepId id) const {
  const plan::Step& asked = plan_.step(id);
  return !in_handler_[id] &&
         (asked.target == kNone || std::ranges::none_of(starts_[asked.target], [&](StepId start) {
            return in_handler_[start];
          }));
}

// What planning knows of the steps of a line, it cannot know of a handler's, nor of a child that a
// handler starts.
void NetMaker::breaks_as_unplanned(StepId id) {
  const plan::Step& asked = plan_.step(id);
  if (asked.target == kNone) {
    return;
  }
  const bool own = plan_.instance(asked.target).starter == asked.self;
  switch (asked.verb) {
    case Verb::Start:
      breaks(id, scenario::kAlreadyStarted);
      break;
    case Verb::Connect:
    case Verb::Load:
    case Verb::SetName:
    case Verb::SetDaemon:
      break;
    default:
      if (own) {
        breaks(id, scenario::kNotStarted);
      }
      if (asked.signal == 0 && !plan_.is_child_of(asked.target, asked.self)) {
        breaks(id, scenario::kNotMyChild);
      }
  }
}

// A wait is in vain when a process that should arrive has ended without doing so. A straight line
// ends behind all its steps, so only a process that is cut short can do that, or one whose arrival
// may be left out: a handler's step, one behind an exit, a step that may fail, a barrier that it
// does not come to.
void NetMaker::vain_wait(StepId id) {
  const plan::Step& asked = plan_.step(id);
  const Ids causes = losses_at(asked.gate).of_others(asked.self);
  if (!causes.empty()) {
    breaks(id, plan_.gates()[asked.gate].barrier ? scenario::kBrokenBarrier : scenario::kGone,
           causes);
  }
}

const NetMaker::Losses& NetMaker::losses_at(plan::GateId id) {
  const auto [known, is_new] = losses_.try_emplace(id);
  if (!is_new) {
    return known->second;
  }
  const plan::Gate& waited = plan_.gates()[id];
  std::vector<Loss> losses;
  for (const plan::Feed& feed : plan_.feeds(waited.feeds)) {
    losses.push_back({feed.by, cut(feed.by)});
  }
  for (const Arrival& arrival : arrivals_[id]) {
    const bool may_skip =
        arrival.step != kNone &&
        (may_be_left_out(arrival.step) ||
         (plan_.step(arrival.step).has_fails && arrival.point != plan::Feed::Point::Begin &&
          arrival.point != plan::Feed::Point::Call && arrival.point != plan::Feed::Point::Return));
    if (may_skip) {
      losses.push_back({arrival.by, made_.end(arrival.by)});
    }
  }
  if (waited.feeds.count > arrivals_[id].size()) {
    for (const plan::Feed& feed : plan_.feeds(waited.feeds)) {
      losses.push_back({kNone, made_.end(feed.by)});
    }
  }
  for (const InstanceId ended : plan_.ids(waited.ends)) {
    Ids never_started;
    add_never_started(ended, never_started);
    for (const EventId event : never_started) {
      losses.push_back({plan_.instance(ended).starter, event});
    }
  }
  known->second = chained(std::move(losses));
  return known->second;
}

// Chained from both ends, so that n parties who each fear for all the others are linear in n.
NetMaker::Losses NetMaker::chained(std::vector<Loss> losses) {
  std::ranges::sort(losses);
  const auto twice = std::ranges::unique(losses);
  losses.erase(twice.begin(), twice.end());
  const auto with = [&](Ids events, EventId one_more) -> Ids {
    events.push_back(one_more);
    return {any_of(events)};
  };
  Losses chained;
  chained.up_to.resize(losses.size() + 1);
  chained.from.resize(losses.size() + 1);
  for (std::size_t i = 0; i < losses.size(); ++i) {
    chained.by.push_back(losses[i].by);
    chained.up_to[i + 1] = with(chained.up_to[i], losses[i].event);
  }
  for (std::size_t i = losses.size(); i-- > 0;) {
    chained.from[i] = with(chained.from[i + 1], losses[i].event);
  }
  return chained;
}

NetMaker::Ids NetMaker::Losses::of_others(InstanceId self) const {
  const auto own = std::ranges::equal_range(by, self);
  Ids events = up_to[static_cast<std::size_t>(own.begin() - by.begin())];
  const Ids& behind = from[static_cast<std::size_t>(own.end() - by.begin())];
  events.insert(events.end(), behind.begin(), behind.end());
  return events;
}

// Whether its process may end in order without playing it.
bool NetMaker::may_be_left_out(StepId id) const {
  return in_handler_[id] || id > first_exit_[plan_.step(id).self];
}

// Who starts it has ended without doing so: cut short, or leaving the start out. Nothing makes a
// server accept a connection that nobody makes.
void NetMaker::add_never_started(InstanceId id, Ids& causes) {
  const plan::Instance& instance = plan_.instance(id);
  if (instance.starter == kNone) {
    return;
  }
  causes.push_back(cut(instance.starter));
  const auto may_fail = [&](StepId start) { return plan_.step(start).has_fails; };
  if (instance.kind == plan::Instance::Kind::Talker || starts_[id].empty() ||
      may_be_left_out(starts_[id].front()) || may_fail(starts_[id].front())) {
    causes.push_back(made_.end(instance.starter));
  }
}

EventId NetMaker::cut(InstanceId id) {
  const auto known = cuts_.find(id);
  if (known != cuts_.end()) {
    return known->second;
  }
  const EventId event = new_event();
  cuts_[id] = event;
  const EventId ended = new_event();
  made_.net.needs(ended, made_.broken(id));
  made_.net.needs(ended, made_.end(id));
  Ids ways = {ended};
  add_never_started(id, ways);
  gate(event, 1, ways);
  return event;
}

// A step that is sure to fail: the line goes on if the file lists the error, else it ends there.
// Both come after the error, if no other step of the process can fail so: else it is not known
// which did.
void NetMaker::known_failures() {
  for (StepId id = 0; id < plan_.steps().size(); ++id) {
    const plan::Step& asked = plan_.step(id);
    if (asked.known_error == 0) {
      continue;
    }
    const bool only = may_fail_.at({asked.self, asked.known_error}).size() == 1;
    const EventId error = only ? made_.errors_.at({asked.self, asked.known_error}) : made_.call(id);
    if (lists(id, asked.known_error)) {
      made_.net.needs(made_.returned(id), error);
    } else {
      made_.net.never(made_.returned(id));
      failed_by_[asked.self].push_back({id, error});
    }
  }
}

void NetMaker::errors() {
  for (StepId id = 0; id < plan_.steps().size(); ++id) {
    const plan::Step& asked = plan_.step(id);
    if (asked.known_error != 0) {
      may_fail_[{asked.self, asked.known_error}].push_back({id, made_.call(id)});
    }
    // Whatever the file lists may happen, though nothing here says when.
    for (const scenario::Symbol symbol : plan_.symbols(asked.fails)) {
      std::vector<Failure>& ways = may_fail_[{asked.self, symbol}];
      if (std::ranges::count(ways, id, &Failure::step) == 0) {
        ways.push_back({id, made_.call(id)});
      }
    }
  }
  const auto add = [&](InstanceId id, scenario::Symbol symbol) {
    const EventId error = new_event();
    made_.errors_[{id, symbol}] = error;
    made_.named_[error] = {plan::Event::Kind::Error, id, kNone, symbol};
    return error;
  };
  for (const auto& [where, failures] : may_fail_) {
    Ids ways;
    for (const Failure& failure : failures) {
      ways.push_back(failure.event);
    }
    gate(add(where.first, where.second), 1, ways);
  }
  for (InstanceId id = 0; id < plan_.instances().size(); ++id) {
    made_.net.needs(add(id, 0), made_.begin(id));
  }
  for (StepId id = 0; id < plan_.steps().size(); ++id) {
    goes_on_after(id);
  }
}

// A step with `fails` returns with one of these errors, or, if it may, without. The error is its
// own, and so one of its process.
void NetMaker::goes_on_after(StepId id) {
  const plan::Step& asked = plan_.step(id);
  if (!asked.has_fails || asked.known_error != 0) {
    return;
  }
  Ids errors;
  Ids own;
  if (asked.may_succeed) {
    errors.push_back(made_.success(id));
    own.push_back(made_.success(id));
  }
  for (const scenario::Symbol symbol : plan_.symbols(asked.fails)) {
    errors.push_back(made_.errors_.at({asked.self, symbol}));
    for (const Failure& failure : may_fail_.at({asked.self, symbol})) {
      if (failure.step == id) {
        own.push_back(failure.event);
      }
    }
  }
  gate(made_.returned(id), 1, errors);
  gate(made_.returned(id), 1, own);
}

}  // namespace procession::causes
