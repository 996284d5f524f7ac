// SPDX-License-Identifier: MIT
#pragma once
// Making processes: by fork, spawn (vfork is the same with another line), the forkserver or as a
// daemon. The slot is reserved before the process is made, so that no process exists of which no
// slot knows.

#include "harness/player/outcome.h"

namespace procession::player {

// Makes the process of `instance`. `handoff` is a descriptor that it gets for its job, −1 = none.
// By fork and daemonize the caller comes back twice: see Outcome::is_child.
[[nodiscard]] Outcome start_process(plan::InstanceId instance, scenario::StartMethod method,
                                    int handoff);

// Reserves the slot of an instance that this process is about to make; false if it is not free.
[[nodiscard]] bool reserve(plan::InstanceId instance);
// No process came of it.
void give_up(plan::InstanceId instance);

// Runs `procession-player DOOR ARENA_FD RUN [INSTANCE]` as the process of `instance`, which has
// been reserved and inherits the descriptor in Slot::handoff. errno or 0.
enum class Door { Play, Forkserver };
[[nodiscard]] int spawn_player(Door door, plan::InstanceId instance);

}  // namespace procession::player
