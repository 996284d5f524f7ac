// SPDX-License-Identifier: MIT
// The handler `process`: a process for each connection.
#include "harness/load/connection.h"
#include "harness/player/children.h"
#include "harness/player/server.h"
#include "harness/player/sockets.h"
#include "harness/player/start.h"

namespace procession::player {

namespace {

void reap_ended() {
  bool none_left = false;
  while (reap_any(none_left) != plan::kNone) {
  }
}

}  // namespace

void join_talkers() {
  for (plan::InstanceId child = first_child(); child != plan::kNone; child = next_child(child)) {
    if (the_plan().instance(child).kind == plan::Instance::Kind::Talker) {
      (void)join_child(child, Deadline::never());
    }
  }
}

ProcessServer::ProcessServer(const plan::Step& step)
    : step_(step),
      socket_(listening_socket(step.channel)),
      talkers_(the_plan().ids(the_plan().listeners()[step.channel].talkers)) {}

Outcome ProcessServer::serve(const load::Wake& wake) {
  while (load::wait_for(socket_, wake) != load::Ready::Wake) {
    const Outcome outcome = take_waiting();
    if (outcome.is_child || outcome.error != 0) {
      return outcome;
    }
  }
  return {};
}

Outcome ProcessServer::take_waiting() {
  for (;;) {
    os::UniqueFd connection(load::accept_one(socket_));
    if (!connection) {
      return errno == EAGAIN ? Outcome{} : Outcome::failed(errno);
    }
    reap_ended();
    const Outcome outcome = serve_one(std::move(connection));
    if (outcome.is_child || outcome.error != 0) {
      return outcome;
    }
  }
}

Outcome ProcessServer::drain() {
  join_talkers();
  return {};
}

// The next talker serves it. A connection beyond the last one is closed.
Outcome ProcessServer::serve_one(os::UniqueFd connection) {
  while (next_ < talkers_.size()) {
    const plan::InstanceId talker = talkers_[next_++];
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

}  // namespace procession::player
