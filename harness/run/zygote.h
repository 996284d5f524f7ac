// SPDX-License-Identifier: MIT
#pragma once
// The zygote: what a shell is to its jobs, the parent of every `main`. A fork of the warden, small,
// without an exit signal, so that a plain waitid(2) of the warden's does not count it; in a session
// of its own, since a reaper in the session of its orphans would keep the kernel from sending them
// SIGHUP. Plays a batch alone and wakes nobody as long as runs leave nothing behind.
//
// Has all signals blocked, for ever: it needs none, and so need not block them round each fork.

#include "harness/trace/arena.h"

namespace procession::run {

// In a process just forked from the warden. `channel` leads to the warden; ends with it.
[[noreturn]] void run_zygote(const trace::Arena& arena, int channel);

}  // namespace procession::run
