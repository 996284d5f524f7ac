// SPDX-License-Identifier: MIT
#pragma once
// Fingerprint: whether two Plans play the same. Where a step stands in the file plays no part, nor
// what is expected, but for `survivors`: these decide when a run is over. Used for saved Records:
// one can be judged by other expectations, never as the Record of other processes. Pure.

#include "harness/plan/plan.h"

#include <cstdint>
#include <optional>
#include <string>

namespace procession::plan {

[[nodiscard]] std::uint64_t fingerprint(const Plan& plan);

// What `asked` has otherwise than `played`, for people; none if the fingerprints agree.
[[nodiscard]] std::optional<std::string> difference(const Plan& played, const Plan& asked);

}  // namespace procession::plan
