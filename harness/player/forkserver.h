// SPDX-License-Identifier: MIT
#pragma once
// The forkserver, as its clients see it: a process that whoever first needs it spawns, and that
// forks the children of that method. One request is one connection to a sequenced-packet socket
// named after the run: {instance} and perhaps a descriptor; the answer is {errno}. The first client
// opens the socket and hands it to the forkserver, so that it can be asked before it has begun.

#include "harness/plan/plan.h"

#include <cstdint>

namespace procession::player {

struct StartRequest {
  plan::InstanceId instance = plan::kNone;
};
struct StartReply {
  std::int32_t error = 0;
};

// Has the forkserver make the process of `instance`, which has been reserved, and gives it the
// descriptor in its Slot::handoff. 0, errno, or `gone` if the forkserver has ended.
[[nodiscard]] int ask_forkserver(plan::InstanceId instance);

}  // namespace procession::player
