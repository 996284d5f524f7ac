// SPDX-License-Identifier: MIT
#pragma once
// How a death gets into a slot: what `record_death` (launch.h) is made of. Only a process's parent,
// or whoever has adopted it, does this.

#include "harness/plan/plan.h"
#include "harness/trace/arena.h"

#include <cstdint>

namespace procession::player {

// The process is dead and its number still its own: stored before it is reaped.
void mark_dead(trace::Slot& slot);
// It has been reaped; `by` as in Slot::reaper.
void mark_reaped(const trace::Arena& arena, std::uint32_t run, trace::Slot& slot,
                 std::int32_t status, std::uint32_t by);

struct Reaped {
  int pid = 0;                              // 0 = no child was reaped
  plan::InstanceId instance = plan::kNone;  // none if no step of the run started it
  int error = 0;                            // ECHILD: there is no such child
};

// As record_death, and says whom it has reaped.
[[nodiscard]] Reaped reap_child(const trace::Arena& arena, std::uint32_t run,
                                plan::InstanceId instance, int pid, std::uint32_t by, int options);

}  // namespace procession::player
