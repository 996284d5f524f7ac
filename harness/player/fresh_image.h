// SPDX-License-Identifier: MIT
#pragma once
// What a fresh program image does first: it begins with the state that its exec has left, finds the
// arena behind a descriptor and becomes an instance.

#include "harness/plan/plan.h"

#include <cstdint>

namespace procession::player {

// Stands for the instance that the plan names as its forkserver.
inline constexpr plan::InstanceId kForkserver = plan::kNone;

void enter_fresh_image(int arena_fd, std::uint32_t run, plan::InstanceId instance);

}  // namespace procession::player
