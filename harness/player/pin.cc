// SPDX-License-Identifier: MIT
#include "harness/player/pin.h"

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

Pin hold(const Slot& slot, pid_t pid) {
  os::UniqueFd process = os::open_pidfd(pid);
  const int error = process ? 0 : errno;
  if (is_marked_dead(slot) || error == ESRCH) {
    return {.state = Pin::State::Dead};
  }
  if (error != 0) {
    return {.state = Pin::State::NoRoom, .error = error};
  }
  return {.state = Pin::State::Held, .process = std::move(process)};
}

}  // namespace

Pin pin(plan::InstanceId instance) {
  const Slot& slot = slot_of(instance);
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
  return pid == 0 ? Pin{.state = Pin::State::Coming} : hold(slot, pid);
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
