// SPDX-License-Identifier: MIT
// Bytes: pipes, pipe(7), and connections, tcp(7).
#include "harness/testing/turn.h"

#include <algorithm>
#include <cerrno>

namespace procession::testing {

using plan::InstanceId;
using plan::kNone;

namespace {

// How far a server is that waits for the end of what it serves, to fail then.
constexpr std::uint8_t kAbandons = 2;

}  // namespace

void Turn::pipe(const plan::Step& step) {
  succeed([&](Move& move) {
    set(me(move).read_ends, bit(step.channel));
    set(me(move).write_ends, bit(step.channel));
  });
}

void Turn::send(const plan::Step& step) {
  if ((process_.write_ends & bit(step.channel)) == 0) {
    fail(EBADF);
  } else if (!is_held(&Process::read_ends, step.channel)) {
    fail(EPIPE);
  } else {
    succeed([&](Move& move) {
      for (const plan::Piece& piece : plan_.pieces(step.text)) {
        std::uint8_t& bytes = move.next.bytes[step.channel];
        bytes = static_cast<std::uint8_t>(bytes + piece.literal.size);
      }
    });
  }
}

// Reads until it has as many bytes as it wants (0: whatever one read brings) or the pipe's end.
// A read takes what is there, up to what is wanted.
void Turn::receive(const plan::Step& step) {
  if ((process_.read_ends & bit(step.channel)) == 0) {
    fail(EBADF);
    return;
  }
  const auto wanted = static_cast<std::uint32_t>(step.number);
  const std::uint32_t has = top().progress;
  const std::uint32_t there = now_.bytes[step.channel];
  if (there > 0) {
    const std::uint32_t taken = wanted == 0 ? there : std::min(there, wanted - has);
    const auto take = [&](Move& move) {
      move.next.bytes[step.channel] = static_cast<std::uint8_t>(there - taken);
    };
    if (has + taken >= wanted) {
      succeed(take);
    } else {
      move([&](Move& move) {
        take(move);
        top(move).progress = static_cast<std::uint8_t>(has + taken);
      });
    }
  } else if (!is_held(&Process::write_ends, step.channel)) {
    succeed();
  }
  if (step.timeout_ns >= 0) {
    fail(scenario::kTimedOut);
  }
}

void Turn::close_end(const plan::Step& step) {
  const auto ends = step.write_end ? &Process::write_ends : &Process::read_ends;
  if ((process_.*ends & bit(step.channel)) == 0) {
    fail(EBADF);
    return;
  }
  succeed([&](Move& move) { clear(me(move).*ends, bit(step.channel)); });
}

bool Turn::is_held(std::uint8_t Process::*open, std::uint32_t which) const {
  return std::ranges::any_of(now_.processes,
                             [&](const Process& one) { return (one.*open & bit(which)) != 0; });
}

void Turn::listen(const plan::Step& step) {
  const Listener& listener = now_.listeners[step.channel];
  if (listener.phase != Listener::Never) {
    fail(EADDRINUSE);
  }
  if (listener.phase != Listener::Open) {
    succeed([&](Move& move) {
      move.next.listeners[step.channel].phase = Listener::Open;
      move.next.listeners[step.channel].owner = static_cast<std::uint8_t>(self_);
    });
  }
}

// Serves; once `until` has come: closes, and waits for the end of what is served.
void Turn::serve(const plan::Step& step) {
  if (!scenario::has_talkers(step.served_by)) {
    answer();
  }
  if (top().progress > 0) {
    drain(step);
    return;
  }
  if (step.served_by == scenario::Handler::Prefork && make_next_worker(step)) {
    return;
  }
  if (step.served_by != scenario::Handler::Prefork) {
    accept(step);
  }
  if (step.gate == kNone) {
    return;
  }
  const plan::Gate& gate = plan_.gates()[step.gate];
  if (is_open(gate)) {
    progress([&](Move& move) { move.next.listeners[step.channel].phase = Listener::Closed; });
  } else if (is_gone(gate) && step.served_by == scenario::Handler::Process) {
    fail(scenario::kGone);
  } else if (is_gone(gate)) {
    move([&](Move& move) {
      move.next.listeners[step.channel].phase = Listener::Closed;
      top(move).progress = kAbandons;
    });
  }
}

// Before it serves, a preforked server makes its processes, one after the other.
bool Turn::make_next_worker(const plan::Step& step) {
  for (const InstanceId worker : plan_.ids(plan_.listeners()[step.channel].talkers)) {
    if (now_.processes[worker].life == Process::Unmade) {
      move([&](Move& move) { make(move.next, worker, step.method); });
      return true;
    }
  }
  return false;
}

// The next one that waits: by a process of its own, or by who accepts it.
void Turn::accept(const plan::Step& step) {
  const Listener& listener = now_.listeners[step.channel];
  const bool makes_talker =
      step.verb == scenario::Verb::Serve && step.served_by == scenario::Handler::Process;
  if (listener.accepted == listener.connected ||
      (makes_talker && !has_talker_for(listener.accepted, step.channel))) {
    return;
  }
  move([&](Move& move) {
    Listener& next = move.next.listeners[step.channel];
    const InstanceId talker =
        makes_talker ? plan_.ids(plan_.listeners()[step.channel].talkers)[next.accepted] : self_;
    for (std::size_t i = 0; i < State::kConnections; ++i) {
      Connection& connection = move.next.connections[i];
      if (connection.phase == Connection::Waiting && connection.place == next.accepted &&
          meaning_.listener_of_[i] == step.channel) {
        connection.phase = Connection::Accepted;
        connection.talker = static_cast<std::uint8_t>(talker);
      }
    }
    ++next.accepted;
    if (makes_talker) {
      reap_dead_children(move.next);
      make(move.next, talker, step.method);
    }
  });
}

void Turn::drain(const plan::Step& step) {
  for (const InstanceId talker : plan_.ids(plan_.listeners()[step.channel].talkers)) {
    if (lives(now_.processes[talker]) || now_.processes[talker].life == Process::Dying) {
      return;
    }
  }
  if (serves_any()) {
    return;
  }
  if (top().progress == kAbandons) {
    fail(scenario::kGone);
  } else {
    succeed([&](Move& move) { reap_dead_children(move.next); });
  }
}

// While the socket listens, the kernel completes connections by itself. When who listened is
// gone, a copy of the socket may still listen in a child.
void Turn::connect(const plan::Step& step) {
  if (const InstanceId program = plan_.listeners()[step.channel].program; program != kNone) {
    connect_to_program(program);
    return;
  }
  const Listener& listener = now_.listeners[step.channel];
  if (listener.phase != Listener::Open) {
    fail(ECONNREFUSED);
  }
  if (listener.phase != Listener::Never) {
    succeed([&](Move& move) {
      const std::uint8_t connection = meaning_.connections_[current()];
      Listener& next = move.next.listeners[step.channel];
      move.next.connections[connection].phase = Connection::Waiting;
      move.next.connections[connection].place = next.connected++;
      set(me(move).connections, bit(connection));
    });
  }
}

void Turn::request(const plan::Step& step) {
  if (plan_.listeners()[step.channel].program != kNone) {
    ask_program(step);
    return;
  }
  if (!is_connected()) {
    return;
  }
  const std::uint8_t index = meaning_.connections_[current()];
  const Connection& connection = now_.connections[index];
  if (may_be_lost(connection, step)) {
    fail(top().progress == 0 ? EPIPE : scenario::kTruncated);
    fail(ECONNRESET);
  }
  if (top().progress == 0) {
    progress([&](Move& move) { ++move.next.connections[index].requests; });
    return;
  }
  if (connection.replies > 0) {
    succeed([&](Move& move) { --move.next.connections[index].replies; });
  }
  if (step.timeout_ns >= 0) {
    fail(scenario::kTimedOut);
  }
}

// Whether somebody will serve the connection of this place.
bool Turn::has_talker_for(std::uint32_t place, std::uint32_t channel) const {
  const auto talkers = plan_.ids(plan_.listeners()[channel].talkers);
  const bool one_each =
      !talkers.empty() && plan_.step(plan_.instance(talkers.front()).steps.first).served_by ==
                              scenario::Handler::Process;
  return !one_each || place < talkers.size();
}

// One for which there is no talker left is closed.
bool Turn::may_be_lost(const Connection& connection, const plan::Step& step) const {
  if (!has_talker_for(connection.place, step.channel)) {
    return true;
  }
  return connection.phase == Connection::Accepted
             ? !lives(now_.processes[connection.talker])
             : now_.listeners[step.channel].phase == Listener::Closed;
}

void Turn::disconnect() {
  if (!is_connected()) {
    return;
  }
  succeed([&](Move& move) {
    const std::uint8_t connection = meaning_.connections_[current()];
    move.next.connections[connection].shut = 1;
    clear(me(move).connections, bit(connection));
  });
}

bool Turn::is_connected() {
  if ((process_.connections & bit(meaning_.connections_[current()])) == 0) {
    fail(ENOTCONN);
    return false;
  }
  return true;
}

// Answers any of those who have asked on connections that this process serves itself.
void Turn::answer() {
  for (std::size_t i = 0; i < State::kConnections; ++i) {
    if (is_served_here(i) && now_.connections[i].requests > 0) {
      move([&](Move& move) {
        --move.next.connections[i].requests;
        ++move.next.connections[i].replies;
      });
    }
  }
}

bool Turn::is_served_here(std::size_t connection) const {
  return now_.connections[connection].phase == Connection::Accepted &&
         now_.connections[connection].talker == self_;
}

// Whether a client of it has not ended: it may say more, or one that holds its socket.
bool Turn::serves_any() const {
  for (std::size_t i = 0; i < State::kConnections; ++i) {
    if (is_served_here(i) && now_.connections[i].shut == 0 &&
        is_held(&Process::connections, static_cast<std::uint32_t>(i))) {
      return true;
    }
  }
  return false;
}

// Until its clients have ended; a worker also accepts them, until its server closes or is dead.
void Turn::talk(const plan::Step& step) {
  answer();
  bool is_over = true;
  if (step.served_by == scenario::Handler::Prefork) {
    accept(step);
    is_over = now_.listeners[step.channel].phase == Listener::Closed ||
              !lives(now_.processes[plan_.instance(self_).starter]);
  }
  if (is_over && !serves_any()) {
    succeed();
  }
}

}  // namespace procession::testing
