// SPDX-License-Identifier: MIT
#pragma once
// From an instance to a pidfd that is surely its process, without one held per process: open by the
// number in the slot, *then* look at the slot. Its reaper stores Dead before it reaps, and only
// then can the number come to mean another process; so a slot not yet Dead proves that the
// descriptor is the right one. Where a process ignores SIGCHLD the kernel reaps without a word, and
// the time at which the process was made is compared instead (proc_pid_stat(5), starttime).

#include "harness/os/pidfd.h"
#include "harness/plan/plan.h"

namespace procession::player {

struct Pin {
  enum class State {
    Unmade,  // nobody has begun to make it
    Failed,  // its start failed, or its starter was killed in it: it never will be
    Coming,  // its starter is making it; its number is not known yet
    Held,    // `process` is it: alive, or dead and not reaped
    Dead,
    NoRoom,  // `error` says what this process has run out of
  };
  State state = State::Unmade;
  os::UniqueFd process;
  int error = 0;
};

[[nodiscard]] Pin pin(plan::InstanceId instance);
// As above; waits while it is Coming, which its starter soon ends, or that one's death.
[[nodiscard]] Pin pin_once_made(plan::InstanceId instance);
// As pin, but a process that is dead is Dead, reaped or not.
[[nodiscard]] Pin pin_living(plan::InstanceId instance);

}  // namespace procession::player
