// SPDX-License-Identifier: MIT
#pragma once
// Requirements: what a scenario says that it needs, held against this machine.

#include "harness/scenario/diagnostics.h"
#include "harness/scenario/model.h"

#include <optional>
#include <string>

namespace procession::cli {

// Features that no machine has, because there is no such feature.
void find_unknown_features(const scenario::Requires& requirements, scenario::Diagnostics& found);

// "needs 4 CPUs, may use 2; needs the program nginx": all that is lacking, or none. CPUs are needed
// by `requires` and by the positions that processes name; io_uring by servers, too.
[[nodiscard]] std::optional<std::string> unmet(const scenario::Scenario& scenario);

}  // namespace procession::cli
