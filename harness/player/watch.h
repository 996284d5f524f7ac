// SPDX-License-Identifier: MIT
#pragma once
// Watched ends: who starts a process whose end is judged by the clock (plan::Instance::watched)
// puts its slot into a list in the arena and wakes the warden, which opens a pidfd of it and stamps
// its end (run/watched_ends.h). For all other processes nothing is done.
//
// The list is pushed to by whoever starts and taken as a whole by the warden, so nobody waits for
// anybody and nothing is lost; only who finds it empty needs to wake the warden.

#include "harness/player/abstract_address.h"
#include "harness/trace/arena.h"

#include <cstdint>

namespace procession::player {

// The process of this slot (by its number in the arena) has been made; its number is in the slot.
void have_end_watched(const trace::Arena& arena, std::uint32_t slot);

// The datagram socket at which the warden is woken.
[[nodiscard]] AbstractAddress watcher_address(const trace::Arena& arena);

}  // namespace procession::player
