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

bool is_stop(char state) { return state == 'T' || state == 't'; }

// An own child: the kernel reports the stop, and the report stays for others. True if it has
// stopped, false if it has ended.
bool wait_for_stop_of_child(const Pin& child) {
  siginfo_t found;
  const int error = os::wait_child(P_PIDFD, static_cast<id_t>(child.process.get()), found,
                                   WSTOPPED | WEXITED | WNOWAIT);
  return error == 0 && found.si_code == CLD_STOPPED;
}

// The stop of another's child is reported to nobody but its parent.
bool wait_for_stop_of(const Pin& target) {
  const os::ProcEntry entry = os::ProcEntry::of(target.process);
  os::ProcEntry::Stat stat;
  while (!os::has_ended(target.process) && entry && entry.read(stat)) {
    if (is_stop(stat.state)) {
      return true;
    }
    pause_for(kUntilStopped);
  }
  return false;
}

bool is_made_by_us(plan::InstanceId instance) {
  return is_own(instance) && (slot_of(instance).flags.load(std::memory_order_relaxed) &
                              trace::Slot::kByForkserver) == 0;
}

// Whether it is stopped now.
bool is_stopped(const Pin& target, plan::InstanceId instance) {
  if (target.state != Pin::State::Held || instance == self().instance) {
    return false;
  }
  if (is_made_by_us(instance)) {
    siginfo_t found;
    return os::wait_child(P_PIDFD, static_cast<id_t>(target.process.get()), found,
                          WSTOPPED | WNOHANG | WNOWAIT) == 0 &&
           found.si_pid != 0;
  }
  os::ProcEntry::Stat stat;
  const os::ProcEntry entry = os::ProcEntry::of(target.process);
  return entry && entry.read(stat) && is_stop(stat.state);
}

}  // namespace

// The answer tells whether the process was stopped and goes on now.
Outcome send_signal(const plan::Step& step) {
  const Pin target = pin_once_made(step.target);
  const bool continues = step.signal == SIGCONT && is_stopped(target, step.target);
  Outcome sent = send_to(step, target);
  if (sent.error == 0 && continues) {
    sent.answer = 1;
  }
  return sent;
}

// The answer tells whether the process has stopped; if not, it has ended.
Outcome suspend(const plan::Step& step) {
  const Pin target = pin_once_made(step.target);
  const bool is_self = step.target == self().instance;
  const bool is_child = is_made_by_us(step.target);
  const bool is_held = target.state == Pin::State::Held;
  if (is_held && !is_self && !is_child && !os::ProcEntry::of(target.process) &&
      !os::has_ended(target.process)) {
    return Outcome::failed(ENOENT);  // without /proc nobody could tell when it stops
  }
  Outcome sent = send_to(step, target);
  if (sent.error != 0 || !is_held) {
    return sent;
  }
  // Who has suspended itself goes on here when it has been resumed.
  const bool has_stopped =
      is_self || (is_child ? wait_for_stop_of_child(target) : wait_for_stop_of(target));
  sent.answer = has_stopped ? 1 : 0;
  return sent;
}

}  // namespace procession::player
