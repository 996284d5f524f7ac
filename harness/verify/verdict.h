// SPDX-License-Identifier: MIT
#pragma once
// Verdicts: what is to be said of a scenario's expectations, with evidence. Made by the Judge
// (judge.h); turned into text, JSON and JUnit by the reports. Plain values.

#include "harness/base/time.h"
#include "harness/measure/figure.h"
#include "harness/scenario/model.h"
#include "harness/verify/course.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace procession::verify {

struct Verdict {
  std::string key;   // of `expect`: order, exit, …; `left` for the check that is always on
  std::string text;  // the expectation as the file has it: "child.end < main.print"
  scenario::Position at;
  scenario::VerdictKind kind = scenario::VerdictKind::Held;
  scenario::VerdictKind wanted = scenario::VerdictKind::Held;  // by the file's `verdict`
  std::string message;  // one line: "guaranteed (posix): child.end → main.join(child)"
  std::vector<std::string> evidence;  // further lines: times, the way round, the file's lines

  [[nodiscard]] bool as_expected() const { return kind == wanted; }
};

// One outcome that was seen, with how often; for `outcomes`.
struct SeenOutcome {
  std::vector<std::pair<std::string, std::string>> values;  // observable → value
  std::uint64_t count = 0;
  std::string listed;  // "required", "allowed", "forbidden", or empty: in no list
};

// A line that a process printed, for reports of failures.
struct PrintedLine {
  std::string process;  // path
  std::string text;
  base::Duration at{};  // since the run began
};

// All that is said of one scenario instance.
struct Judgement {
  std::vector<Verdict> verdicts;
  std::vector<SeenOutcome> outcomes;
  std::vector<measure::Figure> figures;  // of all runs together, in the file's order; then of loads
  std::vector<measure::Number> numbers;  // of loads
  // Of the first run that was not as expected, else of the last run.
  std::uint32_t shown_run = 0;
  std::vector<PrintedLine> printed;
  std::optional<Course> course;         // none if nothing was played
  std::vector<Throughput> throughputs;  // one for each label of a load
  std::vector<std::string> story;  // on a timeout: what every living process is doing since when
};

}  // namespace procession::verify
