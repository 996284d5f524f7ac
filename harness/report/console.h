// SPDX-License-Identifier: MIT
#pragma once
// Console: results as people read them. One line for each scenario; under a failed one its
// verdicts, each with message, evidence and the line of the file, what the processes printed, and
// on a timeout what each was doing. A summary at the end repeats what failed. Pure.

#include "harness/report/result.h"

#include <string>

namespace procession::report {

enum class Colour : bool { No, Yes };

// Ends with a line feed.
[[nodiscard]] std::string console_scenario(const ScenarioResult& result, Colour colour);
[[nodiscard]] std::string console_summary(const SessionResult& session, Colour colour);

}  // namespace procession::report
