// SPDX-License-Identifier: MIT
#pragma once
// Results: what the reports turn into bytes. One ScenarioResult for each scenario instance that was
// selected, whatever became of it; together with the circumstances they are a SessionResult. Made
// by the command line; every report is a pure function of these values.

#include "harness/base/time.h"
#include "harness/verify/graph.h"
#include "harness/verify/verdict.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace procession::report {

enum class Outcome : std::uint8_t {
  AsExpected,    // every verdict came out as the file wants it
  Broken,        // otherwise: the worst of those that did not, in this order
  Invalid,       //
  Inconclusive,  //
  Skipped,       // `reason` says what this machine lacks
  Unreadable,    // the file is wrong: `diagnostics`
  Failed,        // the machine or the harness could not: `reason`
  Stopped,       // not played to its end: `reason`
};
inline constexpr std::size_t kOutcomeCount = 8;

[[nodiscard]] std::string_view to_string(Outcome outcome);  // "as expected", "broken", …

struct ScenarioResult {
  static constexpr std::size_t kMostRunWalls = 1000;

  std::string id;    // file[matrix]
  std::string file;  // empty for none
  std::string title;
  std::vector<std::string> tags;
  std::vector<std::string> lines;  // the file's text, to show what a verdict is about
  Outcome outcome = Outcome::AsExpected;
  std::string reason;
  std::vector<std::string> diagnostics;  // rendered, ready to print
  std::uint32_t runs = 0;                // played
  std::uint32_t runs_wanted = 0;
  base::Duration wall{};
  std::vector<base::Duration> run_walls;  // of the first kMostRunWalls runs, each
  std::vector<std::pair<std::string, std::string>> placement;  // process, the CPUs it keeps to
  std::optional<verify::Graph> graph;  // none: too large to be looked at, or it was not played
  verify::Judgement judgement;
};

struct SessionResult {
  std::vector<ScenarioResult> scenarios;
  base::Duration wall{};
  std::string started;      // ISO 8601, UTC
  std::string command;      // how to do it again
  std::uint32_t seed = 0;   // of the order of scenarios and of each `order: random`
  std::uint32_t round = 1;  // of --repeat, from 1
  std::vector<std::pair<std::string, std::string>> machine;  // kernel, cpus, containment …
};

// What the verdicts of one scenario come to: AsExpected, Broken, Invalid or Inconclusive. A verdict
// that held although the file wants another one breaks the scenario.
[[nodiscard]] Outcome outcome_of(const verify::Judgement& judgement);

// "a < b: contradicted in run 1": of the first verdict that is not as expected; empty if all
// are.
[[nodiscard]] std::string first_unexpected(const verify::Judgement& judgement);

// True for what makes a session fail: a skipped or stopped scenario does not.
[[nodiscard]] bool is_failure(Outcome outcome);

// How many scenarios came to each outcome; indexed by Outcome.
using Counts = std::array<std::size_t, kOutcomeCount>;
[[nodiscard]] Counts count_outcomes(const SessionResult& session);

}  // namespace procession::report
