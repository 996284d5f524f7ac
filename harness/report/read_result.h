// SPDX-License-Identifier: MIT
#pragma once
// Reads back what json.h has written: the same result, whatever wrote it and when. For the commands
// that show, compare and keep results. Pure.

#include "harness/base/result.h"
#include "harness/report/result.h"

#include <string_view>

namespace procession::report {

// BadInput: no JSON (cut off, perhaps), no result, a version that is not known, or a value that it
// cannot have: "…scenarios[3].runs must be a number". The message goes on after a file's name.
// Nothing is believed before it was looked at: indices are in range, columns of equal length.
[[nodiscard]] base::Result<SessionResult> read_result(std::string_view json);

}  // namespace procession::report
