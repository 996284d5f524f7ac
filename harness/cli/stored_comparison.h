// SPDX-License-Identifier: MIT
#pragma once
// Results that were kept, compared: which file is meant, and what of both can be held against each
// other. The unit is the run: the k-th run of one with the k-th of the other. That they were not
// measured side by side cannot be mended; it is said.

#include "harness/base/result.h"
#include "harness/report/comparison.h"
#include "harness/report/result.h"

#include <span>
#include <string>
#include <vector>

namespace procession::cli {

struct StoredPair {
  std::string base;  // where they were found
  std::string changed;
  report::SessionResult base_result;
  report::SessionResult changed_result;
};

// `base` and `changed`: a file, or a folder that holds result.json. `base` may also be a folder of
// baselines: files CLASS.json, of which the one of the other's machine class is taken. BadInput,
// with the file's name: there is none, or it is no result.
[[nodiscard]] base::Result<StoredPair> read_pair(const std::string& base,
                                                 const std::string& changed);

// Figures are matched by the scenario's id and their own name. What one of both lacks, what is of a
// machine of another class, and what comes from a scenario that was not as expected is shown, not
// judged. Pure.
[[nodiscard]] report::ComparisonResult compare_stored(const StoredPair& pair, double margin,
                                                      std::span<const std::string> figures);

}  // namespace procession::cli
