// SPDX-License-Identifier: MIT
#pragma once
// Processes: from the map `processes` to Processes of the model, in the file's order.

#include "harness/scenario/fields.h"

#include <vector>

namespace procession::scenario {

[[nodiscard]] std::vector<Process> decode_processes(const Node& node, Diagnostics& problems);

}  // namespace procession::scenario
