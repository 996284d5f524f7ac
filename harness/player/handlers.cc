// SPDX-License-Identifier: MIT
#include "harness/player/handlers.h"

#include "harness/os/signals.h"
#include "harness/player/own_state.h"
#include "harness/player/recorder.h"
#include "harness/player/self.h"
#include "harness/player/steps.h"

#include <cerrno>

namespace procession::player {

namespace {

PROCESSION_OWN_STATE std::uint64_t changed = 0;  // bit s−1: signal s has not its default action
plan::StepId handle_steps[os::kLastSignal + 1];

constexpr std::uint64_t bit_of(int signal) { return std::uint64_t{1} << (signal - 1); }

void on_signal(int signal) {
  const int interrupted_error = errno;
  const plan::StepId handle = handle_steps[signal];
  note(trace::Line::Got, handle, signal);
  const plan::Range steps = the_plan().step(handle).handler;
  for (plan::StepId id = steps.first; id < steps.first + steps.count; ++id) {
    if (play_step(id) == Then::BeginAsChild) {
      live();
    }
  }
  errno = interrupted_error;
}

}  // namespace

int install_handler(plan::StepId handle) {
  const plan::Step& step = the_plan().step(handle);
  if (step.signal < 1 || step.signal > os::kLastSignal) {
    return EINVAL;
  }
  handle_steps[step.signal] = handle;
  changed |= bit_of(step.signal);
  switch (step.action) {
    case scenario::SignalAction::Ignore:
      return os::ignore_signal(step.signal);
    case scenario::SignalAction::Default:
      return drop_handler(step.signal);
    case scenario::SignalAction::Steps:
      break;
  }
  return os::set_handler(step.signal, on_signal);
}

void watch_signal(int signal, void (*handler)(int)) {
  changed |= bit_of(signal);
  os::set_handler(signal, handler);
}

void forget_handlers() {
  while (changed != 0) {
    (void)drop_handler(__builtin_ctzll(changed) + 1);
  }
}

int drop_handler(int signal) {
  changed &= ~bit_of(signal);
  return signal == SIGPIPE ? os::ignore_signal(signal) : os::reset_signal(signal);
}

}  // namespace procession::player
