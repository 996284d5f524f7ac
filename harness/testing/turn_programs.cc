// SPDX-License-Identifier: MIT
// Programs: what a process that runs no steps may do. Nobody knows what it does; so it may become
// ready, or not, stop for a while, and end, at any time. It has nothing that its starter has open.
#include "harness/testing/turn.h"

#include <algorithm>
#include <cerrno>

namespace procession::testing {

using plan::InstanceId;
using plan::StepId;
using scenario::Verb;

// Its starter goes on when it has begun.
void Turn::execute(const plan::Step& start) {
  succeed([&](Move& move) {
    const plan::Instance& instance = plan_.instance(start.target);
    make(move.next, start.target, start.method);
    Process& made = move.next.processes[start.target];
    made.read_ends = made.write_ends = made.connections = 0;
    made.life = Process::Begun;
    made.depth = 1;
    happens(move, meaning_.begin(start.target));
    made.frames[0].step = static_cast<std::uint8_t>(instance.steps.first);
    made.frames[0].stage = Frame::Beginning;
    if (instance.begin_feeds.count == 0) {
      happens(move, meaning_.of_step(Event::Call, instance.steps.first));
      made.frames[0].stage = Frame::Called;
    }
  });
}

void Turn::go_on_as_program() {
  move([&](Move& move) { die(move); });
  move([&](Move& move) { tell_parent_of(move.next, self_); });  // it has stopped, or goes on
  if (top().stage == Frame::Done || arrive()) {
    return;
  }
  if (top().stage == Frame::Called) {
    succeed();
  } else {
    move([&](Move& move) { succeed_and_return(move); });
  }
}

// Its port is known once it is being started. Who listens there, and when, is not.
void Turn::connect_to_program(InstanceId program) {
  fail(ECONNREFUSED);
  for (StepId id = 0; id < plan_.steps().size(); ++id) {
    if (plan_.step(id).verb == Verb::Start && plan_.step(id).target == program &&
        now_.happened.contains(meaning_.of_step(Event::Call, id))) {
      succeed(
          [&](Move& move) { set(me(move).connections, bit(meaning_.connections_[current()])); });
      return;
    }
  }
}

void Turn::ask_program(const plan::Step& request) {
  if (!is_connected()) {
    return;
  }
  for (const scenario::Symbol symbol :
       {EPIPE, ECONNRESET, int{scenario::kTruncated}, int{scenario::kWrongReply}}) {
    fail(symbol);
  }
  if (request.timeout_ns >= 0) {
    fail(scenario::kTimedOut);
  }
  succeed();
}

}  // namespace procession::testing
