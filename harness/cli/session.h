// SPDX-License-Identifier: MIT
#pragma once
// Session: plays prepared scenarios, judges each as its Records come in, and shows every result as
// soon as it is known. Made and played once by the run command; owns the scenarios, their plans and
// their judges while they are needed.

#include "harness/base/result.h"
#include "harness/base/time.h"
#include "harness/cli/display.h"
#include "harness/cli/prepare.h"
#include "harness/cli/recording.h"
#include "harness/report/result.h"
#include "harness/run/play.h"
#include "harness/trace/record.h"
#include "harness/verify/judge.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace procession::cli {

struct SessionOptions {
  run::Options playing;
  std::optional<std::uint32_t> runs;       // instead of what each file says
  std::optional<base::Duration> timeout;   // of one run, likewise
  std::optional<base::Duration> deadline;  // of the whole session
  bool fail_fast = false;
  std::optional<RecordOptions> record;
  trace::RecordHead circumstances;  // of each Record file; what is of the scenario is filled in
};

// What is known of a scenario's result before it is played.
[[nodiscard]] report::ScenarioResult result_of(const scenario::Scenario& scenario);

// One more run was played.
void add_run(report::ScenarioResult& result, const trace::Record& run);

// The graph of what was planned, unless it is too large to be looked at.
[[nodiscard]] std::optional<verify::Graph> graph_for(const Prepared& prepared);

class Session final : public run::Observer {
 public:
  Session(std::vector<Prepared> scenarios, SessionOptions options, Display& display);

  // Errors are those of run::play.
  base::Result<> play();
  [[nodiscard]] bool deadline_passed() const { return deadline_passed_; }
  // The first Record file that could not be written.
  [[nodiscard]] const base::Result<>& recorded() const { return recorded_; }
  // One for each scenario, in their order; also of those that were not played.
  [[nodiscard]] std::vector<report::ScenarioResult> take_results() { return std::move(results_); }

 private:
  enum class State : std::uint8_t { Waiting, Playing, Done };

  std::optional<run::Work> next_work();
  bool record(std::size_t work, trace::Record record) override;
  void done(std::size_t work, base::Result<> how) override;
  void tick() override;

  void begin_recording(std::size_t scenario);
  void finish_recording(std::size_t scenario);
  void conclude(std::size_t scenario, report::Outcome outcome, std::string reason);
  void stop_the_rest(const base::Result<>& played);
  void show_progress();
  [[nodiscard]] report::Progress progress() const;

  std::vector<Prepared> scenarios_;
  SessionOptions options_;
  Display& display_;

  // By scenario.
  std::vector<report::ScenarioResult> results_;
  std::vector<State> states_;
  std::vector<std::optional<verify::Judge>> judges_;
  std::vector<std::optional<Recording>> recordings_;
  std::vector<base::Instant> begun_;

  std::vector<std::size_t> scenario_of_work_;
  std::vector<base::Duration> walls_;  // of those that were played to their end
  std::size_t next_ = 0;
  base::Result<> recorded_;
  bool stopping_ = false;  // by --fail-fast
  bool deadline_passed_ = false;
  base::Instant started_;
};

}  // namespace procession::cli
