// SPDX-License-Identifier: MIT
// serve: accepts until what it waits for has come, then takes what is still in the queue, stops
// listening, waits for the end of what it serves and goes on.
#include "harness/load/epoll_engine.h"
#include "harness/load/thread_engine.h"
#include "harness/load/upper.h"
#include "harness/load/uring_engine.h"
#include "harness/player/gate.h"
#include "harness/player/server.h"
#include "harness/player/sockets.h"
#include "harness/player/steps.h"

#include <cerrno>

namespace procession::player {

namespace {

using scenario::Handler;

// By an engine in this process.
class EngineServer final : public Server {
 public:
  EngineServer(load::Engine& engine, const plan::Step& step) : engine_(engine), step_(step) {}

  Outcome open() override {
    return Outcome::of_errno(engine_.open(listening_socket(step_.channel), answer_of(step_)));
  }
  Outcome serve(const load::Wake& wake) override { return Outcome::of_errno(engine_.serve(wake)); }
  Outcome take_waiting() override { return Outcome::of_errno(engine_.take_waiting()); }
  Outcome drain() override { return Outcome::of_errno(engine_.drain()); }
  void abandon() override { (void)engine_.drain(); }

 private:
  load::Engine& engine_;
  const plan::Step& step_;
};

bool is_over(const Outcome& outcome) { return outcome.is_child || outcome.error != 0; }

Outcome serve_for_ever(Server& server) {
  for (;;) {
    const Outcome outcome = server.serve({});
    if (is_over(outcome)) {
      return outcome;
    }
  }
}

// Success: the gate has opened.
Outcome serve_at_gate(Server& server, const plan::Gate& gate) {
  GateWait wait(gate);
  if (wait.error() != 0) {
    return Outcome::failed(wait.error());
  }
  for (;;) {
    switch (wait.look()) {
      case GateWait::View::Open:
        return {.after_end_of = wait.opened_by_end_of()};
      case GateWait::View::Gone:
        return Outcome::failed(scenario::kGone);
      case GateWait::View::Closed:
        break;
    }
    const Outcome outcome = server.serve(wait.wake());
    if (is_over(outcome)) {
      return outcome;
    }
  }
}

Outcome serve_until(Server& server, const plan::Step& step) {
  Outcome outcome = server.open();
  if (is_over(outcome)) {
    return outcome;
  }
  const Outcome opened = step.gate == plan::kNone
                             ? serve_for_ever(server)
                             : serve_at_gate(server, the_plan().gates()[step.gate]);
  outcome = opened;
  if (!is_over(outcome)) {
    outcome = server.take_waiting();  // who had connected before is served
  }
  if (!is_over(outcome)) {
    stop_listening(step.channel);
    outcome = server.drain();
  }
  return is_over(outcome) ? outcome : opened;
}

Outcome serve_by(Server& server, const plan::Step& step) {
  const Outcome outcome = serve_until(server, step);
  if (outcome.error != 0) {
    server.abandon();
  }
  return outcome;
}

Outcome serve_by(load::Engine& engine, const plan::Step& step) {
  EngineServer server(engine, step);
  return serve_by(server, step);
}

}  // namespace

load::Answer answer_of(const plan::Step& step) {
  return step.service == scenario::Service::Echo ? load::unchanged : load::to_upper;
}

Outcome serve(const plan::Step& step) {
  if (listening_socket(step.channel) < 0) {
    return Outcome::failed(EBADF);
  }
  switch (step.served_by) {
    case Handler::Process: {
      ProcessServer server(step);
      return serve_by(server, step);
    }
    case Handler::Prefork: {
      PreforkServer server(step);
      return serve_by(server, step);
    }
    case Handler::Thread: {
      load::ThreadEngine engine;
      return serve_by(engine, step);
    }
    case Handler::Epoll: {
      load::EpollEngine engine;
      return serve_by(engine, step);
    }
    case Handler::IoUring: {
#ifdef PROCESSION_URING
      load::UringEngine engine;
      return serve_by(engine, step);
#else
      break;  // the tool has refused to play it
#endif
    }
  }
  return Outcome::failed(ENOSYS);
}

}  // namespace procession::player
