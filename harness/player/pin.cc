// SPDX-License-Identifier: MIT
#include "harness/player/pin.h"

#include "harness/base/time.h"
#include "harness/os/proc_entry.h"
#include "harness/player/deadline.h"
#include "harness/player/self.h"

#include <cerrno>

namespace procession::player {

namespace {

using trace::Slot;

constexpr std::int64_t kWhileComing = 100'000;

bool is_marked_dead(const Slot& slot) {
  return slot.state.load(std::memory_order_acquire) >= Slot::Dead;
}

// Where the kernel may have reaped it, its number may be another process's by now.
bool is_another(const os::UniqueFd& process, const Slot& slot) {
  if (!the_plan().loses_ends() || slot.proc_started == 0) {
    return false;
  }
  os::ProcEntry::Stat stat;
  const os::ProcEntry entry = os::ProcEntry::of(process);
  return entry && (!entry.read(stat) || stat.started != slot.proc_started);
}

Pin hold(const Slot& slot, pid_t pid) {
  os::UniqueFd process = os::open_pidfd(pid);
  const int error = process ? 0 : errno;
  if (is_marked_dead(slot) || error == ESRCH || (error == 0 && is_another(process, slot))) {
    return {.state = Pin::State::Dead};
  }
  if (error != 0) {
    return {.state = Pin::State::NoRoom, .error = error};
  }
  return {.state = Pin::State::Held, .process = std::move(process)};
}

// Whoever had reserved it has ended in between, and nobody will make it. The first who sees that
// its maker has ended notes when.
bool is_abandoned(Slot& slot) {
  const std::uint32_t maker = slot.maker.load(std::memory_order_acquire);
  const plan::InstanceId makes = maker - 1 - slot_index(0);
  if (maker != 0 && pin_living(makes).state != Pin::State::Dead) {
    return false;
  }
  std::int64_t since = 0;
  const std::int64_t now = base::now().ns;
  return !slot.abandoned.compare_exchange_strong(since, now, std::memory_order_acq_rel) &&
         base::Duration(now - since) > Slot::kStartGrace;
}

}  // namespace

Pin pin(plan::InstanceId instance) {
  Slot& slot = slot_of(instance);
  const std::uint32_t state = slot.state.load(std::memory_order_acquire);
  if (state == Slot::Free) {
    return {.state = Pin::State::Unmade};
  }
  if (state >= Slot::Dead) {
    return {.state = Pin::State::Dead};
  }
  if ((slot.flags.load(std::memory_order_acquire) & Slot::kStartFailed) != 0) {
    return {.state = Pin::State::Failed};
  }
  const pid_t pid = slot.pid.load(std::memory_order_acquire);
  if (pid != 0) {
    return hold(slot, pid);
  }
  return {.state = is_abandoned(slot) ? Pin::State::Failed : Pin::State::Coming};
}

Pin pin_once_made(plan::InstanceId instance) {
  Pin pinned = pin(instance);
  while (pinned.state == Pin::State::Coming) {
    pause_for(kWhileComing);
    pinned = pin(instance);
  }
  return pinned;
}

Pin pin_living(plan::InstanceId instance) {
  Pin pinned = pin(instance);
  if (pinned.state == Pin::State::Held && os::has_ended(pinned.process)) {
    return {.state = Pin::State::Dead};
  }
  return pinned;
}

}  // namespace procession::player
