// SPDX-License-Identifier: MIT
#pragma once
// Story: of a run that hung, what every process that still lived was doing and since when, and for
// what they wait: in a circle, or for something that never came. Pure.

#include "harness/verify/timeline.h"

#include <string>
#include <vector>

namespace procession::verify {

[[nodiscard]] std::vector<std::string> story_of(const plan::Plan& plan, const Timeline& run);

}  // namespace procession::verify
