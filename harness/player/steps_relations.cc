// SPDX-License-Identifier: MIT
// block, unblock, setsid, setpgid, subreaper, parent_death_signal: what a process lets come to it,
// and how it stands to others.
#include "harness/os/signals.h"
#include "harness/player/steps.h"

#include <cerrno>
#include <sys/prctl.h>
#include <unistd.h>

namespace procession::player {

Outcome block_signal(const plan::Step& step) {
  os::block(step.signal);
  return {};
}

// What has waited is delivered before the system call returns (sigprocmask(2)).
Outcome unblock_signal(const plan::Step& step) {
  os::unblock(step.signal);
  return {};
}

Outcome lead_session() { return Outcome::of_errno(::setsid() < 0 ? errno : 0); }

Outcome lead_group() { return Outcome::of_errno(::setpgid(0, 0) == 0 ? 0 : errno); }

Outcome adopt_orphans() {
  return Outcome::of_errno(::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 ? 0 : errno);
}

// The kernel takes it back in every child, fork(2).
Outcome arm_parent_death(const plan::Step& step) {
  return Outcome::of_errno(::prctl(PR_SET_PDEATHSIG, step.signal) == 0 ? 0 : errno);
}

}  // namespace procession::player
