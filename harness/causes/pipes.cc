// SPDX-License-Identifier: MIT
// Pipes: who holds which end of one, and what a receive needs, pipe(7).
#include "harness/causes/net_maker.h"

#include <algorithm>

namespace procession::causes {

using plan::InstanceId;
using plan::kNone;
using plan::StepId;

namespace {

// What one receive takes at most, when it takes whatever one read brings.
constexpr std::size_t kOneRead = 4096;

bool fits_one_read(const plan::Plan& plan, const plan::Step& send) {
  std::size_t size = 0;
  for (const plan::Piece& piece : plan.pieces(send.text)) {
    size += piece.kind == plan::Piece::Kind::Literal ? piece.literal.size : 20;
  }
  return size <= kOneRead;
}

}  // namespace

void NetMaker::receive(StepId id) {
  gate(made_.success(id), 1,
       {message(id), end_of_file(plan_.step(id).self, plan_.step(id).channel)});
}

// The k-th message that a process takes from a pipe needs k sends at least, whoever sends. Only
// receives that are sure to have taken one count.
EventId NetMaker::message(StepId id) {
  const plan::Step& asked = plan_.step(id);
  std::uint32_t& so_far = receives_[{asked.self, asked.channel}];
  const Traffic& traffic = traffic_of(asked.channel);
  const EventId message = new_event();
  const bool counts = traffic.once_each && !in_handler_[id];
  made_.net.add_gate(message, counts ? so_far + 1 : 1, traffic.sent);
  so_far += in_handler_[id] || asked.has_fails ? 0 : 1;
  return message;
}

const NetMaker::Traffic& NetMaker::traffic_of(std::uint32_t pipe) {
  const auto [known, is_new] = traffic_.try_emplace(pipe);
  if (is_new) {
    Ids sent;
    bool once_each = true;
    for (const StepId send : sends_[pipe]) {
      sent.push_back(made_.effect(send));
      once_each = once_each && !in_handler_[send] && fits_one_read(plan_, plan_.step(send));
    }
    known->second = {made_.net.add_pool(sent), once_each};
  }
  return known->second;
}

// Every holder of the writing end must have given it up: the maker, and all to whom it came down.
EventId NetMaker::end_of_file(InstanceId reader, std::uint32_t pipe) {
  const auto [known, is_new] = ends_of_file_.try_emplace({reader, pipe}, 0);
  if (!is_new) {
    return known->second;
  }
  const EventId event = new_event();
  known->second = event;
  gives_up(event, plan_.pipes()[pipe].maker, reader, pipe);
  for (InstanceId heir = 0; heir < plan_.instances().size(); ++heir) {
    if (inherits(heir, pipe, true)) {
      gives_up(event, heir, reader, pipe);
    }
  }
  return event;
}

void NetMaker::gives_up(EventId event, InstanceId holder, InstanceId reader, std::uint32_t pipe) {
  Ids ways;
  for (const StepId closing : closings_of_[pipe]) {
    if (plan_.step(closing).self == holder && plan_.step(closing).write_end) {
      ways.push_back(made_.effect(closing));
    }
  }
  if (holder != reader) {
    ways.push_back(runs_no_more(holder, reader));
  }
  gate(event, 1, ways);
}

// Its descriptors are closed, or it will never have any: by the end of its line, by what cuts it
// short, or because the same has befallen its starter. `reader` itself is there to read; who that
// is makes a difference to its descendants only.
EventId NetMaker::runs_no_more(InstanceId id, InstanceId reader) {
  reader = may_be_within(id, reader) ? reader : kNone;
  const auto [known, is_new] = runs_no_more_.try_emplace({id, reader}, 0);
  if (!is_new) {
    return known->second;
  }
  const EventId event = new_event();
  known->second = event;
  Ids ways = {killed(id)};
  for (const StepId step : plan::steps_of(plan_, id)) {
    if (ends_a_line(plan_.step(step))) {
      ways.push_back(made_.effect(step));
    }
  }
  const InstanceId starter = plan_.instance(id).starter;
  if (starter != kNone && starter != reader) {
    ways.push_back(runs_no_more(starter, reader));
  }
  gate(event, 1, ways);
  return event;
}

// A close in a handler may happen at any time.
bool NetMaker::may_close(InstanceId holder, StepId before, std::uint32_t pipe,
                         bool write_end) const {
  const auto closings = closings_of_.find(pipe);
  return closings != closings_of_.end() &&
         std::ranges::any_of(closings->second, [&](StepId closing) {
           const plan::Step& step = plan_.step(closing);
           return step.self == holder && step.write_end == write_end &&
                  (closing < before || in_handler_[closing]);
         });
}

// Whether the process is sure to have this end when it begins: it and all between the maker and it
// were started with it.
bool NetMaker::inherits(InstanceId id, std::uint32_t pipe, bool write_end) const {
  const plan::Instance& instance = plan_.instance(id);
  if (instance.kind != plan::Instance::Kind::Player || starts_[id].empty() ||
      instance.method == scenario::StartMethod::Forkserver) {
    return false;
  }
  const StepId start = starts_[id].front();
  if (in_handler_[start] || plan_.step(start).has_fails ||
      may_close(instance.starter, start, pipe, write_end)) {
    return false;
  }
  return instance.starter == plan_.pipes()[pipe].maker
             ? !in_handler_[made_at_.at(pipe)] && made_at_.at(pipe) < start
             : inherits(instance.starter, pipe, write_end);
}

// Whether a step may find this end closed.
bool NetMaker::may_lack_end(StepId id, bool write_end) const {
  const plan::Step& asked = plan_.step(id);
  if (in_handler_[id] || may_close(asked.self, id, asked.channel, write_end)) {
    return true;
  }
  return asked.self == plan_.pipes()[asked.channel].maker
             ? in_handler_[made_at_.at(asked.channel)]
             : !inherits(asked.self, asked.channel, write_end);
}

}  // namespace procession::causes
