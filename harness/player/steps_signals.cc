// SPDX-License-Identifier: MIT
// signal, terminate, kill, interrupt, suspend, resume: to any process of the run, itself included.
#include "harness/os/proc_entry.h"
#include "harness/player/children.h"
#include "harness/player/pin.h"
#include "harness/player/steps.h"

#include <cerrno>
#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

namespace procession::player {

namespace {

constexpr std::int64_t kUntilStopped = 200'000;

// To the whole group of a process that is held: while it is a member, the number is its group's.
int signal_group(plan::InstanceId member, int signal) {
  const pid_t group = ::getpgid(slot_of(member).pid.load());
  if (group < 0) {
    return errno;
  }
  // kill(2): −1 would mean every process there is.
  if (group <= 1) {
    return EPERM;
  }
  return ::kill(-group, signal) == 0 ? 0 : errno;
}

// multiprocessing's terminate and its kin do nothing to a process that has ended.
Outcome too_late(const plan::Step& step) {
  return step.verb == scenario::Verb::Signal ? Outcome::failed(ESRCH)
                                             : Outcome{.after_end_of = step.target};
}

Outcome send_to(const plan::Step& step, const Pin& target) {
  switch (target.state) {
    case Pin::State::Unmade:
    case Pin::State::Failed:
    case Pin::State::Coming:
      return Outcome::failed(scenario::kNotStarted);
    case Pin::State::Dead:
      return too_late(step);
    case Pin::State::NoRoom:
      return Outcome::failed(target.error);
    case Pin::State::Held:
      break;
  }
  const int error = step.group_signal ? signal_group(step.target, step.signal)
                                      : os::send_signal(target.process, step.signal);
  return error == ESRCH ? too_late(step) : Outcome::of_errno(error);
}

// An own child: the kernel reports the stop, and the report stays for others.
void wait_for_stop_of_child(const Pin& child) {
  siginfo_t found;
  (void)os::wait_child(P_PIDFD, static_cast<id_t>(child.process.get()), found,
                       WSTOPPED | WEXITED | WNOWAIT);
}

// The stop of another's child is reported to nobody but its parent.
void wait_for_stop_of(const Pin& target) {
  const os::ProcEntry entry = os::ProcEntry::of(target.process);
  os::ProcEntry::Stat stat;
  while (!os::has_ended(target.process) && entry && entry.read(stat)) {
    if (stat.state == 'T' || stat.state == 't') {
      return;
    }
    pause_for(kUntilStopped);
  }
}

bool is_made_by_us(plan::InstanceId instance) {
  return is_own(instance) && (slot_of(instance).flags.load(std::memory_order_relaxed) &
                              trace::Slot::kByForkserver) == 0;
}

}  // namespace

Outcome send_signal(const plan::Step& step) { return send_to(step, pin_once_made(step.target)); }

Outcome suspend(const plan::Step& step) {
  const Pin target = pin_once_made(step.target);
  const Outcome sent = send_to(step, target);
  const bool is_sent = sent.error == 0 && target.state == Pin::State::Held;
  // Who has suspended itself goes on here when it has been resumed.
  if (is_sent && step.target != self().instance) {
    if (is_made_by_us(step.target)) {
      wait_for_stop_of_child(target);
    } else {
      wait_for_stop_of(target);
    }
  }
  return sent;
}

}  // namespace procession::player
