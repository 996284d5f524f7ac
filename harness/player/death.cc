// SPDX-License-Identifier: MIT
#include "harness/player/death.h"

#include "harness/base/time.h"
#include "harness/os/pidfd.h"
#include "harness/player/launch.h"

#include <cerrno>
#include <sys/wait.h>

namespace procession::player {

namespace {

using plan::InstanceId;
using trace::Slot;

// Which children are meant, apart from how they end; the second wait must mean the same.
constexpr int kWhichChildren = __WALL | __WCLONE | __WNOTHREAD;

bool is_process(const Slot& slot, int pid) {
  const std::uint32_t state = slot.state.load(std::memory_order_acquire);
  return (state == Slot::Reserved || state == Slot::Began) &&
         slot.pid.load(std::memory_order_acquire) == pid;
}

// Children tend to end in the order of their numbers, so the search begins behind the last one
// found; a reaper of many then looks at few.
InstanceId find_by_pid(const trace::Arena& arena, std::uint32_t run, int pid) {
  static InstanceId guess = 0;
  const std::uint32_t count = arena.header().slots_per_run;
  for (std::uint32_t k = 0; k < count; ++k) {
    const InstanceId instance = (guess + k) % count;
    if (is_process(arena.slot_of(run, instance), pid)) {
      guess = instance + 1;
      return instance;
    }
  }
  return plan::kNone;
}

// Only who adopts orphans ever finds one that no step has started. What a program has started is
// its own.
void count_foreign(trace::Run& run) {
  if (run.programs.load(std::memory_order_acquire) != 0) {
    return;
  }
  ++run.foreign;
  run.flags.fetch_or(trace::Run::kForeign, std::memory_order_relaxed);
}

std::int32_t status_of(const siginfo_t& found) {
  return found.si_code == CLD_EXITED
             ? trace::exited_status(found.si_status)
             : trace::signal_status(found.si_status, found.si_code == CLD_DUMPED);
}

}  // namespace

void mark_dead(trace::Slot& slot) {
  std::uint32_t state = slot.state.load(std::memory_order_relaxed);
  if (state >= Slot::Dead) {
    return;
  }
  slot.dead_seen = base::now().ns;
  // A handler may come in between and reap the same child: what it has stored stays.
  while (state < Slot::Dead &&
         !slot.state.compare_exchange_weak(state, Slot::Dead, std::memory_order_release,
                                           std::memory_order_relaxed)) {
  }
}

void mark_reaped(const trace::Arena& arena, std::uint32_t run, trace::Slot& slot,
                 std::int32_t status, std::uint32_t by) {
  slot.status = status;
  slot.reaper = by;
  // A handler may have said the same in between: it is counted once.
  if (slot.state.exchange(Slot::Reaped, std::memory_order_acq_rel) != Slot::Reaped) {
    arena.run(run).slots_reaped.fetch_add(1, std::memory_order_acq_rel);
  }
}

Reaped reap_child(const trace::Arena& arena, std::uint32_t run, InstanceId instance, int pid,
                  std::uint32_t by, int options) {
  siginfo_t found;
  const idtype_t which = pid == 0 ? P_ALL : P_PID;
  const int error =
      os::wait_child(which, static_cast<id_t>(pid), found, options | WEXITED | WNOWAIT);
  if (error != 0 || found.si_pid == 0) {
    return {.error = error};
  }
  const int dead = found.si_pid;
  const InstanceId whose = instance != plan::kNone ? instance : find_by_pid(arena, run, dead);
  if (whose != plan::kNone) {
    mark_dead(arena.slot_of(run, whose));
  }
  // Fails with ECHILD if a handler that came in between has reaped it.
  const int reaping = os::wait_child(P_PID, static_cast<id_t>(dead), found,
                                     (options & kWhichChildren) | WEXITED | WNOHANG);
  if (reaping != 0) {
    return {.error = reaping};
  }
  if (whose == plan::kNone) {
    count_foreign(arena.run(run));
  } else {
    mark_reaped(arena, run, arena.slot_of(run, whose), status_of(found), by);
  }
  return {.pid = dead, .instance = whose};
}

bool record_death(const trace::Arena& arena, std::uint32_t run, InstanceId instance, int pid,
                  std::uint32_t by, int options) {
  const Reaped reaped = reap_child(arena, run, instance, pid, by, options);
  if (reaped.pid == 0) {
    errno = reaped.error;
  }
  return reaped.pid != 0;
}

}  // namespace procession::player
