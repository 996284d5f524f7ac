// SPDX-License-Identifier: MIT
#pragma once
// Reading what a load has counted: its area → a value of its own. Done by the tool when nobody
// writes there any more. An area that was written by a process that was killed is valid.

#include "harness/trace/load_area.h"
#include "harness/trace/record.h"

namespace procession::trace {

[[nodiscard]] Load read_load(const LoadArea& area);

}  // namespace procession::trace
