// SPDX-License-Identifier: MIT
#pragma once
// Comparable: what of a scenario's result can be compared: numbers of which one knows whether more
// or less of them is better. `run.wall` is how long a run took; FIGURE.p50 and FIGURE.p99 are a
// figure's (all are times); LOAD.rate is a throughput. Counts are none: nobody knows what is good.
// Pure.

#include "harness/measure/comparison.h"
#include "harness/report/comparison.h"
#include "harness/report/result.h"

#include <span>
#include <string>
#include <vector>

namespace procession::cli {

struct Comparable {
  std::string name;
  std::string unit;
  measure::Better better = measure::Better::Lower;
  std::vector<double> values;  // one, or one for each run
  std::string unfit;           // why they must not be compared; empty: they may
};

// One value of each, over all runs. What has too few samples for a value is not there.
[[nodiscard]] std::vector<Comparable> comparable_of(const report::ScenarioResult& result);

// The values of each run.
[[nodiscard]] std::vector<Comparable> comparable_by_run(const report::ScenarioResult& result);

// What has this name; nullptr: nothing.
[[nodiscard]] const Comparable* find(std::span<const Comparable> all, const std::string& name);

// What is judged of two that are called so in both arms: as many values as both have, in order. One
// of them may be missing.
[[nodiscard]] report::ComparedFigure compared(const std::string& scenario, const Comparable* base,
                                              const Comparable* changed);

// No patterns: all names.
[[nodiscard]] bool is_wanted(std::span<const std::string> patterns, const std::string& name);

}  // namespace procession::cli
