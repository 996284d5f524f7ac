// SPDX-License-Identifier: MIT
// Load: connections are made one after the other; when all are there, and those of all others who
// play the step, the phases begin, one after the other. What becomes of requests nobody can tell,
// but connections may be lost, and are made again as long as there is somebody to accept them.
#include "harness/testing/turn.h"

#include <cerrno>

namespace procession::testing {

using plan::Feed;
using plan::kNone;

// The step's progress: how many connections there are; then its effect; then each phase.
void Turn::load(const plan::Step& step) {
  const std::uint32_t connections = plan_.loads()[step.load].connections;
  const std::uint32_t progress = top().progress;
  const bool at_program = plan_.listeners()[step.channel].program != kNone;
  if (progress < connections) {
    const Listener& listener = now_.listeners[step.channel];
    if (at_program || listener.phase != Listener::Open) {
      move([&](Move& move) {
        leave(move, step);
        fail_and_return(move, ECONNREFUSED);
      });
    }
    if (at_program) {
      this->progress([](Move&) {});
    } else if (listener.phase != Listener::Never) {
      this->progress([&](Move& move) { make_connection(move, step, progress); });
    }
    move([&](Move& move) {  // a connection may be made very late
      leave(move, step);
      fail_and_return(move, scenario::kTimedOut);
    });
    return;
  }
  if (progress == connections) {
    this->progress([&](Move& move) {
      happens(move, meaning_.of_step(Event::Effect, current()));
      for (const Feed& feed : plan_.feeds(step.feeds)) {
        if (feed.point == Feed::Point::Effect) {
          move.next.arrived |= std::uint64_t{1} << feed.word;
        }
      }
    });
    return;
  }
  if (progress == connections + 1 && step.gate != kNone && !is_open(plan_.gates()[step.gate])) {
    if (is_gone(plan_.gates()[step.gate])) {
      move([&](Move& move) {
        leave(move, step);
        fail_and_return(move, scenario::kBrokenBarrier);
      });
    }
    return;
  }
  lose_connections(step);
  if (progress < connections + 4) {
    begin_phase(step, progress - connections - 1);
  } else {
    succeed([&](Move& move) { leave(move, step); });
  }
}

void Turn::make_connection(Move& move, const plan::Step& step, std::uint32_t which) const {
  const std::uint32_t index = meaning_.connections_[current()] + which;
  Listener& listener = move.next.listeners[step.channel];
  move.next.connections[index] = {};
  move.next.connections[index].phase = Connection::Waiting;
  move.next.connections[index].place = listener.connected++;
  set(me(move).connections, bit(index));
}

void Turn::lose_connections(const plan::Step& step) {
  for (std::uint32_t i = 0; i < plan_.loads()[step.load].connections; ++i) {
    const Connection& connection = now_.connections[meaning_.connections_[current()] + i];
    const bool at_program = plan_.listeners()[step.channel].program != kNone;
    if (!at_program && !may_be_lost(connection, step)) {
      continue;
    }
    const std::uint32_t next = now_.listeners[step.channel].connected;
    if (!at_program && next < State::kConnections && has_talker_for(next, step.channel)) {
      move([&](Move& move) { make_connection(move, step, i); });
    }
    for (const scenario::Symbol error : {ECONNRESET, ECONNREFUSED}) {
      const bool refuses = now_.listeners[step.channel].phase != Listener::Open;
      if (error == ECONNRESET || refuses) {
        move([&](Move& move) {
          leave(move, step);
          fail_and_return(move, error);
        });
      }
    }
  }
}

void Turn::begin_phase(const plan::Step& step, std::uint32_t phase) {
  progress([&](Move& move) {
    if (!plan::has_phase(plan_, step, phase)) {
      return;
    }
    happens(move, meaning_.phase(current(), phase));
    for (const Feed& feed : plan_.feeds(step.feeds)) {
      if (static_cast<std::uint32_t>(feed.point) ==
          static_cast<std::uint32_t>(Feed::Point::Warmup) + phase) {
        move.next.arrived |= std::uint64_t{1} << feed.word;
      }
    }
  });
}

// Its connections are closed.
void Turn::leave(Move& move, const plan::Step& step) const {
  for (std::uint32_t i = 0; i < plan_.loads()[step.load].connections; ++i) {
    const std::uint32_t index = meaning_.connections_[current()] + i;
    move.next.connections[index].shut = 1;
    clear(me(move).connections, bit(index));
  }
}

}  // namespace procession::testing
