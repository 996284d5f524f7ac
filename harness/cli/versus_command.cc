// SPDX-License-Identifier: MIT
#include "harness/cli/versus_command.h"

#include "harness/cli/circumstances.h"
#include "harness/cli/command_line.h"
#include "harness/cli/held_signals.h"
#include "harness/cli/opponent.h"
#include "harness/cli/prepare.h"
#include "harness/cli/versus.h"
#include "harness/report/console.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <unistd.h>
#include <utility>

namespace procession::cli {

namespace {

constexpr std::uint32_t kMostRounds = 100'000;

// On a terminal, in place; elsewhere nothing.
class RoundCounter {
 public:
  RoundCounter() : is_shown_(::isatty(STDERR_FILENO) != 0) {}
  RoundCounter(const RoundCounter&) = delete;
  RoundCounter& operator=(const RoundCounter&) = delete;
  ~RoundCounter() { write("\r\x1b[K"); }

  void show(std::uint32_t round) const { write(fmt::format("\r\x1b[Kround {}", round)); }

 private:
  void write(const std::string& text) const {
    if (is_shown_) {
      std::fwrite(text.data(), 1, text.size(), stderr);
    }
  }
  bool is_shown_;
};

VersusOptions versus_options(const VersusCommand& options,
                             const VersusCircumstances& circumstances) {
  VersusOptions how;
  how.seed = circumstances.seed ? *circumstances.seed : std::random_device()();
  how.most_rounds = options.rounds;
  how.budget = options.budget.value_or(how.budget);
  how.margin = options.comparison.margin;
  how.figures = options.comparison.figures;
  how.runs = circumstances.runs;
  how.ends_with_worse = options.comparison.gate;
  if (circumstances.timeout) {
    how.arm_options = {"--timeout", fmt::format("{}ns", circumstances.timeout->count())};
  }
  const auto containment =
      std::find_if(kContainments.begin(), kContainments.end(),
                   [&](const auto& entry) { return entry.second == circumstances.containment; });
  how.arm_options.insert(how.arm_options.end(), {"--containment", containment->first});
  return how;
}

// The exit code is that of the arm: what is broken has no figures.
ExitCode tell_unexpected(const Unexpected& unexpected, ColourChoice colour) {
  put_note(fmt::format("nothing is compared: {} is not as expected", unexpected.where));
  put(report::console_scenario(unexpected.result, colour_for(colour, STDOUT_FILENO)));
  report::SessionResult session;
  session.scenarios = {unexpected.result};
  const ExitCode code = exit_code_of(session);
  return code == ExitCode::AsExpected ? ExitCode::Failed : code;
}

base::Result<VersusOutcome> play(const Opponent& opponent, const VersusCommand& options,
                                 const VersusCircumstances& circumstances) {
  const HeldSignals signals;
  VersusOptions how = versus_options(options, circumstances);
  const RoundCounter counter;
  how.progress = [&](std::uint32_t round) { counter.show(round); };
  return play_versus(opponent, how, signals);
}

}  // namespace

ExitCode run_versus(const Selector& selector, const VersusCommand& options,
                    const VersusCircumstances& circumstances) {
  base::Result<Selection> selection = select(selector);
  if (!selection) {
    return fail(selection.error());
  }
  if (selection->scenarios.empty() && selection->bad_files.empty()) {
    return nothing_selected(selector, *selection);
  }
  const Preparation preparation = prepare(*selection, Checks::PlanAndReview, 0);
  if (!preparation.bad_files.empty()) {
    return fail(preparation.bad_files);
  }
  const base::Result<Opponent> opponent = find_opponent(selection->scenarios, options.other);
  if (!opponent) {
    return fail(opponent.error());
  }
  base::Result<ComparisonFiles> files = ComparisonFiles::open(options.comparison);
  if (!files) {
    return fail(files.error());
  }
  const std::string started = utc_now();
  const Facts machine = machine_facts(circumstances.containment);
  base::Result<VersusOutcome> outcome = play(*opponent, options, circumstances);
  if (!outcome) {
    return fail(outcome.error());
  }
  if (outcome->unexpected) {
    return tell_unexpected(*outcome->unexpected, options.comparison.colour);
  }
  report::ComparisonResult& comparison = outcome->comparison;
  comparison.started = started;
  comparison.command = circumstances.command_line;
  comparison.machine = machine;
  return conclude(comparison, options.comparison, *files);
}

void add_versus(CLI::App& command, VersusCommand& options) {
  CLI::Option* const vs =
      command
          .add_option("--vs", options.other,
                      "Compare side by side with another build of this program, another scenario "
                      "(FILE.yaml) or other values of the matrix (KEY=VALUE,…)")
          ->type_name("OTHER");
  std::vector<CLI::Option*> all = add_comparison_options(command, options.comparison);
  all.push_back(
      add_duration(command, "--budget", options.budget, "How long a comparison may take (60s)"));
  all.push_back(add_number(command, "--rounds", options.rounds, 1, kMostRounds,
                           "How many rounds it may take (500)"));
  for (CLI::Option* const option : all) {
    option->needs(vs);
  }
}

}  // namespace procession::cli
