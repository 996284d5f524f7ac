// SPDX-License-Identifier: MIT
#pragma once
// Results: what the reports turn into bytes. One ScenarioResult for each scenario instance that was
// selected, whatever became of it; together with the circumstances they are a SessionResult. Made
// by the command line; every report is a pure function of these values.

#include "harness/base/time.h"
#include "harness/verify/verdict.h"

#include <cstdint>
#include <string>
#include <vector>

namespace procession::report {

enum class Outcome : std::uint8_t {
  AsExpected,  // every verdict came out as the file wants it
  Broken,      // the worst verdict that did not
  Invalid,
  Inconclusive,
  Skipped,     // `reason` says why
  Unreadable,  // the file is wrong: `diagnostics`
  Failed,      // the machine or the harness could not: `reason`
  Stopped,     // the user ended it before it was done
};

[[nodiscard]] std::string_view to_string(Outcome outcome);

struct ScenarioResult {
  std::string id;  // file[matrix]
  std::string file;
  std::string title;
  std::vector<std::string> tags;
  Outcome outcome = Outcome::AsExpected;
  std::string reason;
  std::vector<std::string> diagnostics;  // rendered, ready to print
  std::uint32_t runs = 0;                // played
  std::uint32_t runs_wanted = 0;
  base::Duration wall{};
  verify::Judgement judgement;
};

struct SessionResult {
  std::vector<ScenarioResult> scenarios;
  base::Duration wall{};
  std::string started;  // ISO 8601, UTC
  std::string command;  // how to do it again
  std::uint64_t seed = 0;
  std::vector<std::pair<std::string, std::string>> machine;  // kernel, cpus, containment …
};

}  // namespace procession::report
