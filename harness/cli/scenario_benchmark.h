// SPDX-License-Identifier: MIT
#pragma once
// ScenarioBenchmark: one scenario instance as Google Benchmark sees it. An iteration is a run; its
// time is that from the run's begin to its end, as recorded, without planning or judging. Each time
// that the library asks for so many iterations, as many runs are played in a row and judged
// together. One that does not come out as its file wants is an error of its benchmark: its times
// mean nothing.
//
// Made and registered by the command bench; owns the scenario and its plan.

#include "harness/base/result.h"
#include "harness/base/time.h"
#include "harness/cli/bench_progress.h"
#include "harness/cli/prepare.h"
#include "harness/report/result.h"
#include "harness/run/play.h"

#include <cstdint>
#include <optional>
#include <string>

namespace benchmark {
class State;
}

namespace procession::cli {

struct BenchOptions {
  run::Options playing;
  std::optional<std::uint32_t> runs;      // instead of what each file says
  std::optional<base::Duration> timeout;  // of one run, likewise
};

class ScenarioBenchmark {
 public:
  ScenarioBenchmark(Prepared prepared, const BenchOptions& options);

  // "a/echo.yaml/clients:10": its id as the library spells arguments.
  [[nodiscard]] std::string name() const;
  // How many runs it takes, if the file or the user has said so; else the library finds out.
  [[nodiscard]] std::optional<std::uint32_t> runs() const;
  // `stop`: that the user has ended it all, set here as well; nothing is played after that.
  void measure(benchmark::State& state, std::optional<base::Error>& stop, BenchProgress& progress);
  // None unless it was measured. Of the last time, or of the first that failed: after that it is
  // not played again.
  [[nodiscard]] const std::optional<report::ScenarioResult>& result() const { return result_; }

 private:
  void play_and_judge(benchmark::State& state, std::optional<base::Error>& stop,
                      BenchProgress& progress);
  void skip(benchmark::State& state, report::Outcome outcome, std::string reason);

  Prepared prepared_;
  BenchOptions options_;
  std::optional<report::ScenarioResult> result_;
};

}  // namespace procession::cli
