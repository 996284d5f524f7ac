// SPDX-License-Identifier: MIT
// Signals: sent, pending, taken; what stops, continues and ends a process, signal(7).
#include "harness/testing/turn.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <span>

namespace procession::testing {

using plan::InstanceId;
using plan::kNone;
using plan::StepId;
using scenario::Verb;

namespace {

constexpr std::array<int, Process::kSignals> kKnown = {SIGTERM, SIGKILL, SIGINT,  SIGUSR1,
                                                       SIGCHLD, SIGSTOP, SIGCONT, SIGHUP};

constexpr std::uint8_t known(int signal) {
  return static_cast<std::uint8_t>(std::ranges::find(kKnown, signal) - kKnown.begin());
}
constexpr std::uint8_t kKill = known(SIGKILL);
constexpr std::uint8_t kChild = known(SIGCHLD);
constexpr std::uint8_t kStop = known(SIGSTOP);
constexpr std::uint8_t kContinue = known(SIGCONT);

}  // namespace

std::uint8_t index_of_signal(int signal) { return known(signal); }
bool is_known_signal(int signal) { return std::ranges::count(kKnown, signal) != 0; }

// signal(7): what is ignored is dropped at once; SIGCONT continues when it is sent, and it and
// the stop signals drop each other.
void Turn::generate(State& state, InstanceId target, std::uint8_t signal) const {
  Process& process = state.processes[target];
  if (!lives(process)) {
    return;
  }
  if (signal == kContinue) {
    if (process.stopped != 0) {
      tell_parent_of(state, target);
    }
    process.stopped = 0;
    clear(process.pending, bit(kStop));
  }
  if (signal == kStop) {
    clear(process.pending, bit(kContinue));
  }
  const std::uint8_t disposition = process.disposition[signal];
  const bool ignored_by_default = signal == kChild || signal == kContinue;
  if (disposition != Process::kIgnore &&
      (disposition != Process::kDefault || !ignored_by_default)) {
    set(process.pending, bit(signal));
  }
}

// SIGCHLD, to whoever can wait for the process.
void Turn::tell_parent_of(State& state, InstanceId child) const {
  const plan::Instance& instance = plan_.instance(child);
  if (instance.method != scenario::StartMethod::Forkserver && instance.starter != kNone) {
    generate(state, instance.starter, kChild);
  }
}

void Turn::take_signals() {
  for (std::uint8_t signal = 0; signal < Process::kSignals; ++signal) {
    if ((process_.pending & bit(signal)) != 0 && (process_.stopped == 0 || signal == kKill)) {
      take_signal(signal);
    }
  }
}

void Turn::take_signal(std::uint8_t signal) {
  if (signal == kStop) {
    move([&](Move& move) {
      clear(me(move).pending, bit(kStop));
      me(move).stopped = 1;
      tell_parent_of(move.next, self_);
    });
  } else if (process_.disposition[signal] == Process::kDefault) {
    move([&](Move& move) { die(move); });
  } else {
    enter_handler(signal);
  }
}

// Whatever the interrupted line does, it does nothing until the handler's steps are over. The
// signal itself is blocked meanwhile; who makes a process blocks all.
void Turn::enter_handler(std::uint8_t signal) {
  for (std::size_t i = 0; i < process_.depth; ++i) {
    const Frame& frame = process_.frames[i];
    const bool is_blocked = i > 0 && frame.signal == signal;
    const bool makes_process = frame.progress > 0 && plan_.step(frame.step).verb == Verb::Start;
    if (is_blocked || makes_process) {
      return;
    }
  }
  if (process_.depth == Process::kFrames) {
    return;
  }
  const StepId handle = process_.disposition[signal] - Process::kHandled;
  move([&](Move& move) {
    Process& me = this->me(move);
    clear(me.pending, bit(signal));
    happens(move, meaning_.got(handle));
    if (plan_.step(handle).handler.count != 0) {
      me.frames[me.depth] = {.step = static_cast<std::uint8_t>(plan_.step(handle).handler.first),
                             .stage = Frame::Next,
                             .signal = signal};
      ++me.depth;
    }
  });
}

void Turn::send_signal(const plan::Step& step) {
  const Process& target = now_.processes[step.target];
  if (top().progress > 0) {
    wait_for_stop(step);
    return;
  }
  if (target.life == Process::Unmade || target.life == Process::Requested) {
    fail(scenario::kNotStarted);
    return;
  }
  if (target.life == Process::Dead && step.verb == Verb::Signal && may_be_reaped(step.target)) {
    fail(ESRCH);
    if (target.reaped != 0) {
      return;
    }
  }
  if (step.verb == Verb::Suspend && target.life != Process::Dead) {
    progress([&](Move& move) { generate(move.next, step.target, kStop); });
    return;
  }
  succeed([&](Move& move) {
    if (!step.group_signal) {
      generate(move.next, step.target, index_of_signal(step.signal));
      return;
    }
    for (InstanceId id = 0; id < plan_.instances().size(); ++id) {
      generate(move.next, id, index_of_signal(step.signal));
    }
  });
}

// `suspend` returns when the stop is reported; a process that has died meanwhile never stops.
void Turn::wait_for_stop(const plan::Step& step) {
  const Process& target = now_.processes[step.target];
  if (target.stopped != 0 || target.life == Process::Dead) {
    succeed();
  }
}

// By who has waited for it; or at any time, if its parent is the forkserver, waits for all its
// children since it ends, or has ended: then somebody else is the parent.
bool Turn::may_be_reaped(InstanceId id) const {
  const plan::Instance& instance = plan_.instance(id);
  if (now_.processes[id].reaped != 0 || instance.starter == kNone ||
      instance.method == scenario::StartMethod::Forkserver) {
    return true;
  }
  const Process& parent = now_.processes[instance.starter];
  const auto ends = [&](const Frame& frame) {
    const Verb verb = plan_.step(frame.step).verb;
    return verb == Verb::Exit || verb == Verb::Raise;
  };
  return parent.life == Process::Dead ||
         std::ranges::any_of(std::span(parent.frames).first(parent.depth), ends);
}

void Turn::handle(Move& move, const plan::Step& step) const {
  const std::uint8_t signal = index_of_signal(step.signal);
  if (step.ignore) {
    me(move).disposition[signal] = Process::kIgnore;
    clear(me(move).pending, bit(signal));
  } else {
    me(move).disposition[signal] = static_cast<std::uint8_t>(Process::kHandled + current());
  }
}

}  // namespace procession::testing
