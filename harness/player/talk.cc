// SPDX-License-Identifier: MIT
// talk: what a process that serves does: one connection until its client has ended it, or, of a
// preforked server, all that it accepts.
#include "harness/load/talk.h"

#include "harness/os/unique_fd.h"
#include "harness/player/self.h"
#include "harness/player/server.h"
#include "harness/player/steps.h"

namespace procession::player {

namespace {

char buffer[load::kBufferSize];

}  // namespace

Outcome talk(const plan::Step& step) {
  if (step.served_by == scenario::Handler::Prefork) {
    return work(step);
  }
  const os::UniqueFd connection(self().slot().handoff);
  load::talk(connection.get(), buffer, answer_of(step));
  return {};
}

}  // namespace procession::player
