// SPDX-License-Identifier: MIT
// How a process may end: at the end of its line, by an error that it does not expect, by a signal,
// or as a daemon when its parent ends. Every way that is not the end of the line makes it `broken`.
#include "harness/causes/net_maker.h"

#include <algorithm>
#include <csignal>

namespace procession::causes {

using plan::InstanceId;
using plan::kNone;
using plan::StepId;
using scenario::Verb;

namespace {

// By default action, signal(7); SIGPIPE is ignored in every player.
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
    end_of(id);
  }
}

void NetMaker::end_of(InstanceId id) {
  const plan::Instance& instance = plan_.instance(id);
  if (instance.daemon && instance.starter != kNone) {
    const plan::Range steps = plan_.instance(instance.starter).steps;
    for (StepId step = steps.first; step < steps.first + steps.count; ++step) {
      if (plan_.step(step).verb == Verb::Exit || plan_.step(step).verb == Verb::Raise) {
        broken_by_[id].push_back(made_.call(step));
      }
    }
    broken_by_[id].push_back(made_.broken(instance.starter));
  }
  gate(made_.broken(id), 1, broken_by_[id]);
  for (const StepId start : starts_[id]) {
    made_.net.needs(made_.end(id), made_.effect(start));
  }
  if (accepted_.contains(id)) {
    made_.net.needs(made_.end(id), accepted_.at(id));
  }
  if (instance.kind == plan::Instance::Kind::Player && id != 0 && starts_[id].empty()) {
    made_.net.never(made_.end(id));
  }
  if (instance.kind == plan::Instance::Kind::Forkserver) {
    return;
  }
  Ids ways = line_ends_[id];
  ways.push_back(made_.broken(id));
  gate(made_.end(id), 1, ways);
}

// Signals. One that the victim is sure to handle, or to ignore, before it can be sent does no harm.
void NetMaker::deaths_by(StepId id) {
  const plan::Step& sender = plan_.step(id);
  if (sender.target == kNone || sender.verb == Verb::Handle || !ends_a_process(sender.signal)) {
    return;
  }
  for (InstanceId victim = 0; victim < plan_.instances().size(); ++victim) {
    if (victim != sender.target && !sender.group_signal) {
      continue;
    }
    const Threat death{victim, id, 0, false};
    threat(death, made_.effect(id));
    for (const StepId handle : handles_[victim]) {
      if (plan_.step(handle).signal == sender.signal && sender.signal != SIGKILL) {
        guarded_by(made_.effect(handle), death, made_.effect(id));
      }
    }
  }
}

bool NetMaker::is_struck(const Threat& threat) const {
  return std::ranges::count(struck_, threat) != 0;
}

void NetMaker::threat(const Threat& threat, EventId at) {
  if (!is_struck(threat)) {
    broken_by_[threat.victim].push_back(at);
  }
}

void NetMaker::guarded_by(EventId guard, const Threat& threat, EventId at) {
  if (!is_struck(threat)) {
    by_guard_[guard].push_back({threat, at});
  }
}

bool NetMaker::lists(StepId id, scenario::Symbol symbol) const {
  const auto fails = plan_.symbols(plan_.step(id).fails);
  return std::ranges::count(fails, symbol) != 0;
}

// The step may fail with `symbol`, whenever it is called or once one of `one_of` has happened. If
// none of them can happen before the step has succeeded, it cannot.
void NetMaker::breaks(StepId id, scenario::Symbol symbol, const Ids& one_of) {
  const InstanceId self = plan_.step(id).self;
  may_fail_[{self, symbol}].push_back(made_.call(id));
  const Threat error{self, id, symbol, false};
  if (lists(id, symbol) || is_struck(error)) {
    return;
  }
  if (one_of.empty()) {
    threat(error, made_.call(id));
    return;
  }
  const EventId lost = new_event();
  made_.net.needs(lost, made_.call(id));
  gate(lost, 1, one_of);
  threat(error, lost);
  if (!in_handler_[id]) {
    guarded_by(made_.success(id), error, lost);
  }
}

// Likewise, unless `guard` comes before the call in any case.
void NetMaker::breaks_unless(StepId id, scenario::Symbol symbol, EventId guard) {
  const InstanceId self = plan_.step(id).self;
  may_fail_[{self, symbol}].push_back(made_.call(id));
  const Threat error{self, id, symbol, true};
  if (!lists(id, symbol)) {
    threat(error, made_.call(id));
    guarded_by(guard, error, made_.call(id));
  }
}

void NetMaker::errors_of(StepId id) {
  const plan::Step& asked = plan_.step(id);
  if (asked.has_fails && !asked.may_succeed) {
    broken_by_[asked.self].push_back(made_.call(id));  // succeeding is the error
  }
  if (asked.timeout_ns >= 0 && asked.verb != Verb::Join) {
    breaks(id, scenario::kTimedOut);
  }
  const auto comes_before = [&](auto matches) {
    const plan::Range line = plan_.instance(asked.self).steps;
    for (StepId step = line.first; step < id && step < line.first + line.count; ++step) {
      if (matches(plan_.step(step))) {
        return true;
      }
    }
    return false;
  };
  switch (asked.verb) {
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
      may_fail_[{asked.self, asked.raised}].push_back(made_.call(id));
      break;
    case Verb::Send:
    case Verb::Receive: {
      const auto closes = [&](bool write_end) {
        return in_handler_[id] || comes_before([&](const plan::Step& other) {
                 return other.verb == Verb::CloseEnd && other.channel == asked.channel &&
                        other.write_end == write_end;
               });
      };
      if (closes(asked.verb == Verb::Send)) {
        breaks(id, EBADF);
      }
      if (asked.verb == Verb::Send && closes(false)) {
        breaks(id, EPIPE);
      }
      break;
    }
    case Verb::Close: {
      const bool joined = comes_before([&](const plan::Step& other) {
        return other.verb == Verb::Join && other.target == asked.target && other.timeout_ns < 0 &&
               !other.has_fails;
      });
      if (!joined && !starts_[asked.target].empty()) {
        breaks(id, scenario::kStillRunning);
      }
      break;
    }
    case Verb::Listen:
      if (listens_[asked.channel].size() > 1 || in_handler_[id]) {
        breaks(id, EADDRINUSE);
      }
      break;
    case Verb::Connect:
    case Verb::Request: {
      const auto serve = serves_.find(asked.channel);
      const auto& listens = listens_[asked.channel];
      const InstanceId server = serve != serves_.end() ? plan_.step(serve->second).self
                                                       : plan_.step(listens.front()).self;
      Ids lost = {made_.end(server)};
      if (serve != serves_.end() && closings_.contains(serve->second)) {
        lost.push_back(closings_.at(serve->second));
      }
      if (asked.verb == Verb::Connect) {
        breaks(id, ECONNREFUSED, lost);
        breaks_unless(id, ECONNREFUSED, made_.effect(listens.front()));
        break;
      }
      for (const InstanceId talker : plan_.ids(plan_.listeners()[asked.channel].talkers)) {
        lost.push_back(made_.broken(talker));
      }
      breaks(id, ECONNRESET, lost);
      if (expects_another_reply(plan_, asked)) {
        breaks(id, scenario::kWrongReply);
      }
      break;
    }
    case Verb::Signal:
    case Verb::Terminate:
    case Verb::Kill:
    case Verb::Interrupt:
    case Verb::Suspend:
    case Verb::Resume: {
      const bool own = plan_.instance(asked.target).starter == asked.self;
      if (!own && asked.target != asked.self && !starts_[asked.target].empty()) {
        breaks_unless(id, scenario::kNotStarted, made_.effect(starts_[asked.target].front()));
      }
      const bool reaped = !own || comes_before([&](const plan::Step& other) {
        return other.target == asked.target &&
               (other.verb == Verb::Join || other.verb == Verb::IsAlive ||
                other.verb == Verb::Exitcode);
      });
      if (asked.verb == Verb::Signal && reaped && asked.target != asked.self) {
        breaks(id, ESRCH);
      }
      break;
    }
    default:
      break;
  }
}

// A wait is in vain when a process that should arrive has ended without doing so. A straight line
// ends behind all its steps, so only a process that is cut short can do that, or one whose arrival
// may be left out: a handler's step, a step that may fail, a barrier that it does not come to.
void NetMaker::vain_wait(StepId id) {
  const plan::Step& asked = plan_.step(id);
  const plan::Gate& waited = plan_.gates()[asked.gate];
  Ids causes;
  for (const plan::Feed& feed : plan_.feeds(waited.feeds)) {
    if (feed.by != asked.self) {
      causes.push_back(cut(feed.by));
    }
  }
  for (const Arrival& arrival : arrivals_[asked.gate]) {
    const bool may_skip =
        arrival.step != kNone &&
        (in_handler_[arrival.step] ||
         (plan_.step(arrival.step).has_fails && arrival.point == plan::Feed::Point::Effect));
    if (may_skip && arrival.by != asked.self) {
      causes.push_back(made_.end(arrival.by));
    }
  }
  if (waited.feeds.count > arrivals_[asked.gate].size()) {
    for (const plan::Feed& feed : plan_.feeds(waited.feeds)) {
      causes.push_back(made_.end(feed.by));
    }
  }
  for (const InstanceId ended : plan_.ids(waited.ends)) {
    const InstanceId starter = plan_.instance(ended).starter;
    if (starter != kNone && starter != asked.self) {
      causes.push_back(cut(starter));
    }
  }
  if (!causes.empty()) {
    breaks(id, waited.barrier ? scenario::kBrokenBarrier : scenario::kGone, causes);
  }
}

EventId NetMaker::cut(InstanceId id) {
  const auto known = cuts_.find(id);
  if (known != cuts_.end()) {
    return known->second;
  }
  const EventId event = new_event();
  cuts_[id] = event;
  Ids ways = {made_.broken(id)};
  const plan::Instance& instance = plan_.instance(id);
  if (instance.starter != kNone) {
    ways.push_back(cut(instance.starter));
  }
  // Nothing makes a server accept a connection that nobody makes.
  if (instance.kind == plan::Instance::Kind::Talker) {
    ways.push_back(made_.end(instance.starter));
  }
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
      broken_by_[asked.self].push_back(error);
    }
  }
}

void NetMaker::errors() {
  for (StepId id = 0; id < plan_.steps().size(); ++id) {
    const plan::Step& asked = plan_.step(id);
    if (asked.known_error != 0) {
      may_fail_[{asked.self, asked.known_error}].push_back(made_.call(id));
    }
    for (const scenario::Symbol symbol : plan_.symbols(asked.fails)) {
      may_fail_[{asked.self, symbol}].push_back(made_.call(id));
    }
  }
  const auto add = [&](InstanceId id, scenario::Symbol symbol) {
    const EventId error = new_event();
    made_.errors_[{id, symbol}] = error;
    made_.named_[error] = {plan::Event::Kind::Error, id, kNone, symbol};
    return error;
  };
  for (auto& [where, calls] : may_fail_) {
    const EventId error = add(where.first, where.second);
    std::ranges::sort(calls);
    calls.erase(std::ranges::unique(calls).begin(), calls.end());
    gate(error, 1, calls);
  }
  for (InstanceId id = 0; id < plan_.instances().size(); ++id) {
    made_.net.needs(add(id, 0), made_.begin(id));
  }
}

}  // namespace procession::causes
