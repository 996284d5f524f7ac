// SPDX-License-Identifier: MIT
#pragma once
// Figures of benchmarks: how each of them says what it has measured, so that ci/bench can put all
// of them into one table. A benchmark compares two sides in rounds, one after the other; a figure
// is the median of the rounds' ratios, with its quartiles, and the bound that it is held against.
// Header only: for programs that link Google Benchmark, used by *_bench.cc alone.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace procession::testing {

[[nodiscard]] inline double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + 0.5)];
}
[[nodiscard]] inline double median(const std::vector<double>& values) {
  return quantile(values, 0.5);
}

[[nodiscard]] inline std::vector<double> ratios(const std::vector<double>& ours,
                                                const std::vector<double>& theirs) {
  std::vector<double> result;
  for (std::size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i) {
    result.push_back(ours[i] / theirs[i]);
  }
  return result;
}

// The names of these counters are what ci/bench reads.
enum class Aim { AtMost, AtLeast };
inline void report_figure(benchmark::State& state, const std::vector<double>& rounds, Aim aim,
                          double bound, const std::string& unit) {
  state.counters["figure"] = median(rounds);
  state.counters["q1"] = quantile(rounds, 0.25);
  state.counters["q3"] = quantile(rounds, 0.75);
  state.counters["rounds"] = static_cast<double>(rounds.size());
  state.counters[aim == Aim::AtMost ? "at_most" : "at_least"] = bound;
  state.SetLabel(unit);
}

}  // namespace procession::testing
