// SPDX-License-Identifier: MIT
#pragma once
// Reading: the text of a file → its Scenarios (one for each matrix instance), or every problem it
// has. The only door to YAML: nothing outside this folder sees a tree or yaml-cpp.
//
// Pure but for `read_file`, which reads the file. Limits: 1 MiB of text, 64 levels, 10,000 items,
// 1,000 matrix instances, 500,000 items in all instances together.

#include "harness/base/result.h"
#include "harness/scenario/diagnostics.h"
#include "harness/scenario/model.h"

#include <string>
#include <string_view>
#include <vector>

namespace procession::scenario {

struct Reading {
  std::vector<Scenario> scenarios;  // empty when there are diagnostics
  Diagnostics diagnostics;
  std::vector<std::string> lines;
};

// Unreadable, too large or no regular file: the reading has one diagnostic that says so, at 0:0.
[[nodiscard]] Reading read_file(const std::string& file);
[[nodiscard]] Reading read_text(std::string_view text, const std::string& file);

}  // namespace procession::scenario
