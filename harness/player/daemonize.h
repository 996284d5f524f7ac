// SPDX-License-Identifier: MIT
#pragma once
// The start method `daemonize`: a process that leaves its family, as daemon(7) has it of old. Its
// starter forks an intermediate process, which opens a session of its own and forks the daemon; the
// intermediate ends, the starter reaps it, and the daemon belongs to whoever adopts orphans.
//
// The intermediate is no process of the run: it has no slot and no exit signal, so that nobody is
// told of its end but its starter, who waits for it. If that one is killed meanwhile, the reaper
// knows the intermediate by Slot::intermediate.

#include "harness/player/outcome.h"

namespace procession::player {

// Makes the process of `instance`, which has been reserved. By then the intermediate has been
// reaped. The daemon comes back too, see Outcome::is_child, and is nobody's child by then.
[[nodiscard]] Outcome daemonize(plan::InstanceId instance);

}  // namespace procession::player
