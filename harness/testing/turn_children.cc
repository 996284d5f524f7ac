// SPDX-License-Identifier: MIT
// Children: made, joined, asked about, and waited for at an orderly end.
#include "harness/testing/turn.h"

#include <csignal>
#include <utility>

namespace procession::testing {

using plan::InstanceId;
using plan::StepId;
using scenario::Verb;

void Turn::start(const plan::Step& step) {
  const Process& target = now_.processes[step.target];
  if (top().progress > 0) {
    wait_until_made(step);
    return;
  }
  if (target.life != Process::Unmade) {
    fail(scenario::kAlreadyStarted);
    return;
  }
  if (is_program(step.target)) {
    execute(step);
    return;
  }
  if (step.method == scenario::StartMethod::Forkserver) {
    ask_forkserver(step);
    return;
  }
  if (step.method == scenario::StartMethod::Daemonize) {
    daemonize(step);
    return;
  }
  succeed([&](Move& move) { make(move.next, step.target, step.method); });
}

// The child has what its starter has open, but over exec only its pipes.
void Turn::make(State& state, InstanceId child, scenario::StartMethod method) const {
  Process& made = state.processes[child];
  made.life = Process::Made;
  made.parent = static_cast<std::uint8_t>(self_);
  made.group = process_.group;
  made.session = process_.session;
  made.read_ends = process_.read_ends;
  made.write_ends = process_.write_ends;
  if (method == scenario::StartMethod::Fork || method == scenario::StartMethod::Daemonize) {
    made.connections = process_.connections;
  }
}

// Whoever needs it first makes the forkserver. It makes the child by itself, even if who asked is
// dead by then.
void Turn::ask_forkserver(const plan::Step& step) {
  const InstanceId forkserver = plan_.header().forkserver;
  if (now_.processes[forkserver].life == Process::Unmade) {
    move([&](Move& move) {
      Process& made = move.next.processes[forkserver];
      made.life = Process::Made;
      made.parent = static_cast<std::uint8_t>(self_);
      made.group = process_.group;
      made.session = process_.session;
    });
    return;
  }
  if (!lives(now_.processes[forkserver])) {
    fail(scenario::kGone);
    return;
  }
  progress([&](Move& move) {
    Process& child = move.next.processes[step.target];
    child.life = Process::Requested;
    child.asked_by = static_cast<std::uint8_t>(current());
  });
}

// From here on an intermediate process has what its starter had, and makes the daemon by itself,
// even if the starter is dead by then. The daemon is of another session and group.
void Turn::daemonize(const plan::Step& step) {
  progress([&](Move& move) {
    make(move.next, step.target, step.method);
    move.next.processes[step.target].life = Process::Requested;
    move.next.processes[step.target].asked_by = static_cast<std::uint8_t>(current());
  });
}

void Turn::be_made() {
  const InstanceId forkserver = plan_.header().forkserver;
  const bool by_forkserver = plan_.instance(self_).method == scenario::StartMethod::Forkserver;
  if (by_forkserver && now_.processes[forkserver].life != Process::Begun) {
    return;
  }
  move([&](Move& move) {
    me(move).life = Process::Made;
    if (by_forkserver) {
      me(move).parent = static_cast<std::uint8_t>(forkserver);
      me(move).group = now_.processes[forkserver].group;
      me(move).session = now_.processes[forkserver].session;
    } else {
      me(move).parent = reaper_from(now_, process_.parent);
      me(move).group = static_cast<std::uint8_t>(Process::kOfDaemon + self_);
      me(move).session = me(move).group;
    }
    const StepId start = std::exchange(me(move).asked_by, std::uint8_t{0});
    happens(move, meaning_.of_step(Event::Effect, start));
    // The starter may be dead by now, or still wait for the answer.
    const InstanceId starter = plan_.instance(self_).starter;
    Process& waiting = move.next.processes[starter];
    for (std::size_t i = 0; i < waiting.depth; ++i) {
      Frame& frame = waiting.frames[i];
      if (frame.step == start && frame.progress > 0) {
        frame.stage = Frame::Acted;
        frame.arrived = 0;
        frame.progress = 0;
      }
    }
  });
}

void Turn::wait_until_made(const plan::Step& step) {
  if (step.method != scenario::StartMethod::Forkserver) {
    return;
  }
  const Process& forkserver = now_.processes[plan_.header().forkserver];
  if (now_.processes[step.target].life == Process::Requested && !lives(forkserver)) {
    fail(scenario::kGone);
  }
}

// Whom it starts, but not whom it daemonizes.
bool Turn::is_parent_of(InstanceId child) const {
  return plan_.instance(child).starter == self_ &&
         plan_.instance(child).method != scenario::StartMethod::Daemonize;
}

bool Turn::is_own_child(const plan::Step& step) {
  if (!is_parent_of(step.target)) {
    fail(scenario::kNotMyChild);
    return false;
  }
  return true;
}

// A forkserver's child cannot be waited for; its end is known by the forkserver's word, or by the
// forkserver's end.
bool Turn::is_known_ended(InstanceId child) const {
  if (now_.processes[child].life == Process::Dead) {
    return true;
  }
  return plan_.instance(child).method == scenario::StartMethod::Forkserver &&
         now_.processes[child].life >= Process::Made &&
         now_.processes[plan_.header().forkserver].life == Process::Dead;
}

void Turn::join(const plan::Step& step) {
  if (!is_own_child(step)) {
    return;
  }
  if (now_.processes[step.target].life == Process::Unmade) {
    fail(scenario::kNotStarted);
    return;
  }
  if (step.timeout_ns >= 0 || is_known_ended(step.target)) {
    succeed([&](Move& move) { reap_if_dead(move.next, step.target); });
  }
}

void Turn::reap_if_dead(State& state, InstanceId child) {
  if (state.processes[child].life == Process::Dead) {
    state.processes[child].reaped = 1;
  }
}

void Turn::reap_dead_children(State& state) const {
  for (InstanceId child = 0; child < plan_.instances().size(); ++child) {
    if (is_parent_of(child)) {
      reap_if_dead(state, child);
    }
  }
}

void Turn::close(const plan::Step& step) {
  if (!is_own_child(step)) {
    return;
  }
  const Process& child = now_.processes[step.target];
  if (child.life == Process::Unmade || child.life == Process::Dead) {
    succeed([&](Move& move) { reap_if_dead(move.next, step.target); });
  } else {
    fail(scenario::kStillRunning);
  }
}

// multiprocessing's: daemons are asked to end, then all children are waited for.
void Turn::end_in_order() {
  if (plan_.instance(self_).kind == plan::Instance::Kind::Forkserver) {
    exit_as_forkserver();
    return;
  }
  std::uint8_t skip = top().progress;
  for (InstanceId child = 0; child < plan_.instances().size(); ++child) {
    const plan::Instance& instance = plan_.instance(child);
    if (is_parent_of(child) && instance.daemon && skip-- == 0) {
      progress([&](Move& move) { generate(move.next, child, index_of_signal(SIGTERM)); });
      return;
    }
  }
  for (InstanceId child = 0; child < plan_.instances().size(); ++child) {
    if (is_parent_of(child) && now_.processes[child].life != Process::Unmade &&
        !is_known_ended(child)) {
      return;
    }
  }
  if (top().stage == Frame::Acted) {
    move([&](Move& move) { succeed_and_return(move); });
  } else {
    succeed([&](Move& move) { reap_dead_children(move.next); });
  }
}

// It goes when main has ended and nobody whom it has made lives.
void Turn::exit_as_forkserver() {
  for (InstanceId id = 0; id < plan_.instances().size(); ++id) {
    const Process& other = now_.processes[id];
    const bool is_waited_for =
        id == 0 || (plan_.instance(id).method == scenario::StartMethod::Forkserver &&
                    other.life != Process::Unmade);
    if (is_waited_for && other.life != Process::Dead) {
      return;
    }
  }
  succeed();
}

}  // namespace procession::testing
