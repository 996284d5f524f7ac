// SPDX-License-Identifier: MIT
#pragma once
// Stored results: what `run` and `bench` have written, read back. For the commands that show,
// compare and keep them.

#include "harness/base/result.h"
#include "harness/report/result.h"

#include <string>
#include <vector>

namespace procession::cli {

// Of a file, or of a folder that holds one under its usual name. BadInput says what is wrong with
// it, and names it.
[[nodiscard]] base::Result<report::SessionResult> read_stored_result(const std::string& path);

// Several results as one: their scenarios one after the other. What their circumstances differ in
// is told of each; a scenario that is there already gets a number behind its id.
[[nodiscard]] report::SessionResult together(std::vector<report::SessionResult> sessions);

}  // namespace procession::cli
