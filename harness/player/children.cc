// SPDX-License-Identifier: MIT
#include "harness/player/children.h"

#include "harness/os/pidfd.h"
#include "harness/player/bell.h"
#include "harness/player/death.h"
#include "harness/player/pin.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <sys/wait.h>

namespace procession::player {

namespace {

using plan::InstanceId;
using trace::Slot;

// What CPython answers for a child whose forkserver has gone (multiprocessing/popen_forkserver.py).
constexpr int kForkserverGone = 255;

// In the chain 0 stands for nobody.
InstanceId linked(std::uint32_t instance) { return instance == 0 ? plan::kNone : instance; }

bool is_of_forkserver(InstanceId child) {
  return (slot_of(child).flags.load(std::memory_order_relaxed) & Slot::kByForkserver) != 0;
}

Outcome ended(InstanceId child) { return {.answer = slot_of(child).status, .after_end_of = child}; }

// The kernel has reaped it itself, for SIGCHLD is ignored (waitid(2), ECHILD): its status is lost.
Outcome lost(InstanceId child) {
  Slot& slot = slot_of(child);
  slot.flags.fetch_or(Slot::kStatusLost, std::memory_order_relaxed);
  mark_dead(slot);
  mark_reaped(self().arena, self().run, slot, 0, slot_index(self().instance));
  return {.error = ECHILD, .after_end_of = child};
}

// An own child by fork or spawn. The plain way costs two system calls and no descriptor.
Outcome reap_own(InstanceId child, int options) {
  const bool reaped = record_death(self().arena, self().run, child, slot_of(child).pid.load(),
                                   slot_index(self().instance), options);
  // A handler may have reaped it while we waited.
  if (reaped || is_reaped(child)) {
    return ended(child);
  }
  return errno == ECHILD ? lost(child) : Outcome::answered(kNoAnswer);
}

Outcome reap_own_until(InstanceId child, Deadline deadline) {
  const Pin held = pin(child);
  if (held.state == Pin::State::NoRoom) {
    return Outcome::failed(held.error);
  }
  if (held.state == Pin::State::Held) {
    (void)wait_ready(held.process.get(), POLLIN, deadline);
  }
  return reap_own(child, WNOHANG);
}

bool forkserver_gone() {
  const Pin forkserver = pin_living(the_plan().header().forkserver);
  return forkserver.state == Pin::State::Dead;
}

Outcome status_from_forkserver(InstanceId child) {
  // In this order: the forkserver may reap the child and end in between.
  const bool gone = forkserver_gone();
  if (is_reaped(child)) {
    return ended(child);
  }
  return Outcome::answered(gone ? trace::exited_status(kForkserverGone) : kNoAnswer);
}

// The forkserver rings when it has reaped the child; if the forkserver ends, so does the waiting.
Outcome wait_for_forkserver(InstanceId child, Deadline deadline) {
  Bell bell;
  if (bell.error() != 0) {
    return Outcome::failed(bell.error());
  }
  const Pin forkserver = pin(the_plan().header().forkserver);
  for (;;) {
    bell.quiet();
    const Outcome outcome = status_from_forkserver(child);
    if (outcome.answer != kNoAnswer || deadline.has_passed()) {
      return outcome;
    }
    std::array entries = {pollfd{bell.fd(), POLLIN, 0},
                          pollfd{forkserver.process.get(), POLLIN, 0}};
    (void)poll_until(entries, Deadline::earlier(deadline, Deadline::in(kLookAnyway)));
  }
}

void terminate(InstanceId child) {
  const Pin held = pin_once_made(child);
  if (held.state == Pin::State::Held) {
    (void)os::send_signal(held.process, SIGTERM);
  }
}

}  // namespace

void add_child(InstanceId child) {
  Slot& own = self().slot();
  (own.first_child == 0 ? own.first_child : slot_of(own.last_child).next_child) = child;
  own.last_child = child;
}

InstanceId first_child() { return linked(self().slot().first_child); }
InstanceId next_child(InstanceId child) { return linked(slot_of(child).next_child); }

bool is_own(InstanceId instance) { return the_plan().is_child_of(instance, self().instance); }

bool was_started(InstanceId instance) {
  const Slot& slot = slot_of(instance);
  return slot.state.load(std::memory_order_acquire) != Slot::Free &&
         (slot.flags.load(std::memory_order_acquire) & Slot::kStartFailed) == 0;
}

bool is_reaped(InstanceId instance) {
  return slot_of(instance).state.load(std::memory_order_acquire) == Slot::Reaped;
}

Outcome join_child(InstanceId child, Deadline deadline) {
  if (is_reaped(child)) {
    return ended(child);
  }
  if (is_of_forkserver(child)) {
    return wait_for_forkserver(child, deadline);
  }
  return deadline.is_never() ? reap_own(child, 0) : reap_own_until(child, deadline);
}

Outcome poll_child(InstanceId child) {
  if (is_reaped(child)) {
    return ended(child);
  }
  return is_of_forkserver(child) ? status_from_forkserver(child) : reap_own(child, WNOHANG);
}

InstanceId reap_any(bool& none_left) {
  const Reaped reaped =
      reap_child(self().arena, self().run, plan::kNone, 0, slot_index(self().instance), WNOHANG);
  none_left = reaped.error == ECHILD;
  return reaped.instance;
}

void end_children() {
  for (InstanceId child = first_child(); child != plan::kNone; child = next_child(child)) {
    if (the_plan().instance(child).daemon && poll_child(child).answer == kNoAnswer) {
      terminate(child);
    }
  }
  for (InstanceId child = first_child(); child != plan::kNone; child = next_child(child)) {
    (void)join_child(child, Deadline::never());
  }
}

}  // namespace procession::player
