// SPDX-License-Identifier: MIT
#pragma once
// The children of this process: what it has started, in the order of starting, as a chain through
// their slots, so that ten thousand of them cost no table. Children by `forkserver` are among them:
// the forkserver is who reaps those, and their slots are where their starter learns of it. What was
// daemonized is not.

#include "harness/player/deadline.h"
#include "harness/player/outcome.h"
#include "harness/player/self.h"

namespace procession::player {

// A child just started. Signals must be blocked, or this is a handler that cannot be interrupted.
void add_child(plan::InstanceId child);

// The chain; kNone at its end.
[[nodiscard]] plan::InstanceId first_child();
[[nodiscard]] plan::InstanceId next_child(plan::InstanceId child);

// True if a step of this process starts it as a child, whether or not it has.
[[nodiscard]] bool is_own(plan::InstanceId instance);
[[nodiscard]] bool was_started(plan::InstanceId instance);
[[nodiscard]] bool is_reaped(plan::InstanceId instance);

// An own child that was started: waits for its end and reaps it. The answer is its status, or
// kNoAnswer if it still lives at the deadline. ECHILD if nobody can tell: its signal is ignored.
[[nodiscard]] Outcome join_child(plan::InstanceId child, Deadline deadline);
// As above without waiting: what multiprocessing's polls do, which reap too.
[[nodiscard]] Outcome poll_child(plan::InstanceId child);

// A child of this process that has ended is reaped; kNone if there is none. `none_left` tells
// whether any child is left.
[[nodiscard]] plan::InstanceId reap_any(bool& none_left);

// What an orderly exit does: ends the daemons, joins all.
void end_children();

}  // namespace procession::player
