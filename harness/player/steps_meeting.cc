// SPDX-License-Identifier: MIT
// await and barrier. The parties of a barrier have arrived at its gate by their call, before this.
#include "harness/player/gate.h"
#include "harness/player/steps.h"

namespace procession::player {

namespace {

scenario::Symbol error_of_gone(const plan::Gate& gate) {
  return gate.barrier ? scenario::kBrokenBarrier : scenario::kGone;
}

bool needs_no_wait(const plan::Gate& gate) {
  return gate.ends.count == 0 && arrivals_complete(gate);
}

}  // namespace

Outcome await(const plan::Step& step) {
  const plan::Gate& gate = the_plan().gates()[step.gate];
  if (needs_no_wait(gate)) {
    return {};
  }
  const Deadline deadline = Deadline::in(step.timeout_ns);
  GateWait wait(gate);
  if (wait.error() != 0) {
    return Outcome::failed(wait.error());
  }
  for (;;) {
    switch (wait.look()) {
      case GateWait::View::Open:
        return {.after_end_of = wait.opened_by_end_of()};
      case GateWait::View::Gone:
        return Outcome::failed(error_of_gone(gate));
      case GateWait::View::Closed:
        break;
    }
    if (!wait.sleep(deadline)) {
      return Outcome::failed(scenario::kTimedOut);
    }
  }
}

}  // namespace procession::player
