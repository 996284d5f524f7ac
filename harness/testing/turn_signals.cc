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

bool is_dropped(std::uint8_t disposition, std::uint8_t signal) {
  const bool ignored_by_default = signal == kChild || signal == kContinue;
  return disposition == Process::kIgnore ||
         (disposition == Process::kDefault && ignored_by_default);
}

}  // namespace

std::uint8_t index_of_signal(int signal) { return known(signal); }
bool is_known_signal(int signal) { return std::ranges::count(kKnown, signal) != 0; }

// signal(7): what is ignored is dropped at once, unless it is blocked; SIGCONT continues when it is
// sent, and it and the stop signals drop each other.
bool Turn::generate(State& state, InstanceId target, std::uint8_t signal) const {
  Process& process = state.processes[target];
  if (!lives(process)) {
    return false;
  }
  const bool continues = signal == kContinue && process.stopped != 0;
  if (signal == kContinue) {
    if (continues) {
      tell_parent_of(state, target);
    }
    process.stopped = 0;
    clear(process.pending, bit(kStop));
  }
  if (signal == kStop) {
    clear(process.pending, bit(kContinue));
  }
  if (!is_dropped(process.disposition[signal], signal) || (process.blocked & bit(signal)) != 0) {
    set(process.pending, bit(signal));
  }
  return continues;
}

// SIGCHLD, to whoever can wait for the process.
void Turn::tell_parent_of(State& state, InstanceId child) const {
  const std::uint8_t parent = state.processes[child].parent;
  if (parent != Process::kWarden && parent != Process::kZygote) {
    generate(state, parent, kChild);
  }
}

void Turn::take_signals() {
  for (std::uint8_t signal = 0; signal < Process::kSignals; ++signal) {
    if (is_on_its_way(signal) && (process_.stopped == 0 || signal == kKill)) {
      take_signal(signal);
    }
  }
}

bool Turn::is_on_its_way(std::uint8_t signal) const {
  return (process_.pending & bit(signal)) != 0 && (process_.blocked & bit(signal)) == 0;
}

void Turn::take_signal(std::uint8_t signal) {
  if (signal == kStop) {
    move([&](Move& move) { stop(move); });
  } else if (is_dropped(process_.disposition[signal], signal)) {
    move([&](Move& move) { clear(me(move).pending, bit(signal)); });
  } else if (process_.disposition[signal] == Process::kDefault) {
    move([&](Move& move) { die(move); });
  } else {
    enter_handler(signal);
  }
}

// Whoever waits for the stop sees it.
void Turn::stop(Move& move) const {
  clear(me(move).pending, bit(kStop));
  me(move).stopped = 1;
  tell_parent_of(move.next, self_);
  for (const Process& other : move.next.processes) {
    for (const Frame& frame : std::span(other.frames).first(other.depth)) {
      const plan::Step& step = plan_.step(frame.step);
      if (step.verb == Verb::Suspend && step.target == self_ && frame.progress > 0) {
        happens(move, meaning_.stop(frame.step));
      }
    }
  }
}

// Whatever the interrupted line does, it does nothing until the handler's steps are over. The
// signal itself is blocked meanwhile; who makes a process blocks all.
void Turn::enter_handler(std::uint8_t signal) {
  for (std::size_t i = 0; i < process_.depth; ++i) {
    const Frame& frame = process_.frames[i];
    const bool makes_process = frame.progress > 0 && plan_.step(frame.step).verb == Verb::Start;
    if (makes_process) {
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
                             .blocked = me.blocked};
      ++me.depth;
      set(me.blocked, bit(signal));
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
    progress([&](Move& move) {
      happens(move, meaning_.of_step(Event::Effect, current()));
      generate(move.next, step.target, kStop);
      if (target.stopped != 0) {
        happens(move, meaning_.stop(current()));
      }
    });
    return;
  }
  succeed([&](Move& move) {
    for (InstanceId id = 0; id < plan_.instances().size(); ++id) {
      const bool is_meant = step.group_signal ? now_.processes[id].group == target.group &&
                                                    now_.processes[id].life != Process::Unmade
                                              : id == step.target;
      if (is_meant && generate(move.next, id, index_of_signal(step.signal)) && id == step.target) {
        happens(move, meaning_.stop(current()));
      }
    }
  });
}

// `suspend` returns when the stop is reported; a process that has died meanwhile never stops. Who
// suspends itself returns when it runs again.
void Turn::wait_for_stop(const plan::Step& step) {
  const Process& target = now_.processes[step.target];
  const bool is_over = step.target == self_ ? !is_on_its_way(kStop)
                                            : target.stopped != 0 || target.life == Process::Dead;
  if (is_over) {
    move([&](Move& move) { enter(move, Frame::Acted); });
  }
}

// By who has waited for it; or at any time, if its parent is the forkserver or the reaper, waits
// for all its children since it ends, or has ended: then somebody else is the parent.
bool Turn::may_be_reaped(InstanceId id) const {
  const plan::Instance& instance = plan_.instance(id);
  if (now_.processes[id].reaped != 0 || instance.starter == kNone ||
      instance.method == scenario::StartMethod::Forkserver ||
      instance.method == scenario::StartMethod::Daemonize) {
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
  me(move).disposition[signal] = step.action == scenario::SignalAction::Ignore ? Process::kIgnore
                                 : step.action == scenario::SignalAction::Default
                                     ? Process::kDefault
                                     : static_cast<std::uint8_t>(Process::kHandled + current());
  if (is_dropped(me(move).disposition[signal], signal)) {
    clear(me(move).pending, bit(signal));
  }
}

// What has waited comes before the step returns.
void Turn::unblock(const plan::Step& step) {
  const std::uint8_t signal = index_of_signal(step.signal);
  if (top().progress == 0) {
    progress([&](Move& move) { clear(me(move).blocked, bit(signal)); });
  } else if (!is_on_its_way(signal)) {
    succeed();
  }
}

}  // namespace procession::testing
