// SPDX-License-Identifier: MIT
#pragma once
// Steps: from a list of the tree to Steps of the model. A step is a flat map, its verb with the
// operand and the options beside it; a verb that needs no operand may stand as a bare word.

#include "harness/scenario/fields.h"

#include <string_view>
#include <vector>

namespace procession::scenario {

// A step that is wrong is left out; its problems have been reported. `key`: whose value it is.
[[nodiscard]] std::vector<Step> decode_steps(const Node& node, std::string_view key,
                                             Diagnostics& problems);

}  // namespace procession::scenario
