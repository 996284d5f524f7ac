// SPDX-License-Identifier: MIT
#pragma once
// Starting a real program (plan::Program) in place of steps. Its starter makes its folder, chooses
// its port, executes it, and says of it what a player would say of itself: that it has begun. What
// comes later (its output, that it is ready, its end, what it leaves behind) is the warden's to see
// (program_watch.h).

#include "harness/plan/plan.h"

namespace procession::player {

// The process of `instance`, which has been reserved. Signals must be blocked. Returns when the
// program has been executed: 0; or could not be: errno. EADDRINUSE: somebody listens at its
// port, or a program of another run has it.
[[nodiscard]] int start_program(plan::InstanceId instance, bool by_vfork);

}  // namespace procession::player
