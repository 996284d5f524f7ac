// SPDX-License-Identifier: MIT
#include "harness/report/progress.h"

#include "harness/base/text.h"
#include "harness/report/printable.h"

#include <fmt/format.h>

#include <algorithm>

namespace procession::report {

namespace {

using std::chrono::duration;

// The first moments say nothing about the rest.
constexpr std::chrono::milliseconds kTooEarly{500};

double runs_per_second(const Progress& progress) {
  return static_cast<double>(progress.runs_played) / duration<double>(progress.elapsed).count();
}

std::string rate_and_time_left(const Progress& progress) {
  if (progress.elapsed < kTooEarly || progress.runs_played == 0) {
    return {};
  }
  const double rate = runs_per_second(progress);
  const double left = static_cast<double>(progress.runs_left) / rate;
  return fmt::format(", {:.{}f} runs/s, {:.0f} s left", rate, rate < 10 ? 1 : 0, left);
}

std::string what_runs(const std::vector<std::string>& running) {
  if (running.empty()) {
    return {};
  }
  const std::string others = running.size() > 1 ? fmt::format(" +{}", running.size() - 1) : "";
  return ": " + printable(running.front()) + others;
}

}  // namespace

std::string progress_line(const Progress& progress, std::size_t columns) {
  const std::string failures =
      progress.failures > 0 ? fmt::format(" {} not as expected", progress.failures) : " all well";
  return cut_to(fmt::format("[{}/{}]{}{}{}", progress.done, progress.total, failures,
                            rate_and_time_left(progress), what_runs(progress.running)),
                columns);
}

}  // namespace procession::report
