// SPDX-License-Identifier: MIT
// serve: one process per connection. Accepts until what it waits for has come, then takes what is
// still in the queue, stops listening, joins its talkers and goes on.
#include "harness/player/children.h"
#include "harness/player/gate.h"
#include "harness/player/sockets.h"
#include "harness/player/start.h"
#include "harness/player/steps.h"

#include <cerrno>
#include <optional>
#include <sys/socket.h>

namespace procession::player {

namespace {

using plan::InstanceId;

// A connection that breaks before it is accepted is its client's affair (accept(2)).
bool is_passing(int error) { return error == EINTR || error == ECONNABORTED || error == EPROTO; }

class Server {
 public:
  explicit Server(const plan::Step& step)
      : step_(step),
        socket_(listening_socket(step.channel)),
        talkers_(the_plan().ids(the_plan().listeners()[step.channel].talkers)) {}

  [[nodiscard]] bool is_open() const { return socket_ >= 0; }
  [[nodiscard]] pollfd readiness() const { return {socket_, POLLIN, 0}; }

  // Accepts and serves all connections that are there. It is the child, or fails, or has done.
  Outcome serve_waiting() {
    for (;;) {
      os::UniqueFd connection(::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC));
      if (!connection) {
        if (is_passing(errno)) {
          continue;
        }
        return errno == EAGAIN ? Outcome{} : Outcome::failed(errno);
      }
      reap_ended();
      const Outcome outcome = serve_one(std::move(connection));
      if (outcome.is_child || outcome.error != 0) {
        return outcome;
      }
    }
  }

  void join_talkers() const {
    for (InstanceId child = first_child(); child != plan::kNone; child = next_child(child)) {
      if (the_plan().instance(child).kind == plan::Instance::Kind::Talker) {
        (void)join_child(child, Deadline::never());
      }
    }
  }

 private:
  // The next talker serves it. A connection beyond the last one is closed.
  Outcome serve_one(os::UniqueFd connection) {
    while (next_ < talkers_.size()) {
      const InstanceId talker = talkers_[next_++];
      const Outcome outcome = start_process(talker, step_.method, connection.get());
      if (outcome.is_child) {
        (void)connection.release();
        return outcome;
      }
      // Another server of the same listener has taken it.
      if (outcome.error != scenario::kAlreadyStarted) {
        return outcome;
      }
    }
    return {};
  }

  static void reap_ended() {
    bool none_left = false;
    while (reap_any(none_left) != plan::kNone) {
    }
  }

  const plan::Step& step_;
  int socket_;
  std::span<const InstanceId> talkers_;
  std::size_t next_ = 0;
};

Outcome serve_for_ever(Server& server) {
  for (;;) {
    pollfd entry = server.readiness();
    (void)poll_until({&entry, 1}, Deadline::never());
    const Outcome outcome = server.serve_waiting();
    if (outcome.is_child || outcome.error != 0) {
      return outcome;
    }
  }
}

// Success: the gate has opened.
Outcome serve_at_gate(Server& server, GateWait& wait) {
  for (;;) {
    switch (wait.look()) {
      case GateWait::View::Open:
        return {.after_end_of = wait.opened_by_end_of()};
      case GateWait::View::Gone:
        return Outcome::failed(scenario::kGone);
      case GateWait::View::Closed:
        break;
    }
    pollfd entry = server.readiness();
    do {
      (void)wait.sleep(Deadline::never(), &entry);
      if (entry.revents != 0) {
        const Outcome outcome = server.serve_waiting();
        if (outcome.is_child || outcome.error != 0) {
          return outcome;
        }
      }
    } while (entry.revents != 0);
  }
}

Outcome serve_until(Server& server, const plan::Step& step) {
  GateWait wait(the_plan().gates()[step.gate]);
  if (wait.error() != 0) {
    return Outcome::failed(wait.error());
  }
  const Outcome opened = serve_at_gate(server, wait);
  if (opened.is_child || opened.error != 0) {
    return opened;
  }
  // Who had connected before is served.
  const Outcome drained = server.serve_waiting();
  return drained.is_child || drained.error != 0 ? drained : opened;
}

}  // namespace

Outcome serve(const plan::Step& step) {
  Server server(step);
  if (!server.is_open()) {
    return Outcome::failed(EBADF);
  }
  if (step.gate == plan::kNone) {
    return serve_for_ever(server);
  }
  const Outcome served = serve_until(server, step);
  if (!served.is_child && served.error == 0) {
    stop_listening(step.channel);
    server.join_talkers();
  }
  return served;
}

}  // namespace procession::player
