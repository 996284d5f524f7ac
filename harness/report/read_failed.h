// SPDX-License-Identifier: MIT
#pragma once
// Which scenarios failed, as a JSON result (json.h) tells: for `--rerun-failed`. Pure.

#include "harness/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace procession::report {

// Their ids, in the order of the result; of a file that could not be read its name. A skipped or
// stopped scenario has not failed. BadInput: no JSON, another format, or a newer version.
[[nodiscard]] base::Result<std::vector<std::string>> read_failed(std::string_view json);

}  // namespace procession::report
