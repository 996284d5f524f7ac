// SPDX-License-Identifier: MIT
// procession run: read → plan → play → judge → report. All files are read and checked before the
// first process is started.

#include "harness/base/shuffle.h"
#include "harness/cli/circumstances.h"
#include "harness/cli/command_line.h"
#include "harness/cli/commands.h"
#include "harness/cli/display.h"
#include "harness/cli/held_signals.h"
#include "harness/cli/prepare.h"
#include "harness/cli/read_file.h"
#include "harness/cli/repeat.h"
#include "harness/cli/reports.h"
#include "harness/cli/session.h"
#include "harness/os/machine.h"
#include "harness/report/printable.h"
#include "harness/report/read_failed.h"
#include "harness/scenario/scalar.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <utility>

namespace procession::cli {

namespace {

constexpr std::uint32_t kMostJobs = 1024;  // each is a warden, a zygote and an arena

using report::SessionResult;

struct RunOptions {
  Selector selector;
  std::string rerun_failed;  // a JSON result; empty: not wanted
  std::optional<std::uint32_t> runs;
  Repeat repeat;
  bool shuffle = false;
  std::optional<std::uint32_t> seed;
  std::uint32_t jobs = 1;
  bool fail_fast = false;
  std::optional<base::Duration> timeout;
  std::optional<base::Duration> deadline;
  ReportPaths reports;
  RecordOptions record;  // no folder: not wanted
  ProgressChoice progress = ProgressChoice::Automatic;
  run::Containment containment = run::Containment::Automatic;
  ColourChoice colour = ColourChoice::Automatic;
  std::string command_line;
};

trace::RecordHead record_circumstances(const SessionResult& session) {
  trace::RecordHead head;
  head.procession = PROCESSION_VERSION;
  head.started = session.started;
  head.command = session.command;
  head.machine = session.machine;
  head.seed = session.seed;
  return head;
}

SessionOptions session_options(const RunOptions& options) {
  SessionOptions session;
  session.playing.jobs = options.jobs > 0 ? options.jobs : os::available_cpus();
  session.playing.containment = options.containment;
  session.runs = options.runs;
  session.timeout = options.timeout;
  session.deadline = options.deadline;
  session.fail_fast = options.fail_fast;
  return session;
}

SessionResult session_of(const RunOptions& options, Round round) {
  return session_begun(options.command_line, options.containment, round.seed, round.number);
}

// What is told of a session that a bad file kept from starting.
void add_unreadable(const Preparation& preparation, SessionResult& session) {
  for (const BadFile& bad : preparation.bad_files) {
    report::ScenarioResult result;
    result.id = result.file = bad.file;
    result.outcome = report::Outcome::Unreadable;
    result.diagnostics = bad.diagnostics;
    session.scenarios.push_back(std::move(result));
  }
  for (const Prepared& prepared : preparation.ready) {
    report::ScenarioResult result;
    result.id = prepared.scenario.id();
    result.file = prepared.scenario.file;
    result.title = prepared.scenario.title;
    result.tags = prepared.scenario.tags;
    result.outcome = report::Outcome::Stopped;
    result.reason = "nothing was started: another file is wrong";
    session.scenarios.push_back(std::move(result));
  }
}

// The first thing that went wrong decides.
class Ending {
 public:
  void set(ExitCode code) {
    if (code_ == ExitCode::AsExpected) {
      code_ = code;
    }
  }
  [[nodiscard]] ExitCode code() const { return code_; }

 private:
  ExitCode code_ = ExitCode::AsExpected;
};

// What one round came to.
struct Played {
  SessionResult session;
  ExitCode code = ExitCode::AsExpected;
  bool cut_short = false;  // by the user or the deadline: there will be no further round
};

Played play(std::vector<Prepared> scenarios, const RunOptions& options, SessionOptions how,
            SessionResult session) {
  how.circumstances = record_circumstances(session);
  Display display(options.colour, options.progress);
  const base::Instant started = base::now();
  const StolenTime stolen;
  Session playing(std::move(scenarios), std::move(how), display);
  const base::Result<> played = playing.play();
  session.wall = base::now() - started;
  session.machine.emplace_back("steal", stolen.text());
  session.scenarios = playing.take_results();
  display.show_summary(session);
  Ending ending;
  if (playing.deadline_passed()) {
    ending.set(ExitCode::Deadline);
  } else if (!played) {
    ending.set(fail(played.error()));
  }
  ending.set(exit_code_of(session));
  if (!display.complete()) {
    ending.set(fail(base::Error{base::ErrorKind::Io, "standard output could not take all"}));
  }
  if (!playing.recorded()) {
    ending.set(fail(playing.recorded().error()));
  }
  return {std::move(session), ending.code(), !played || playing.deadline_passed()};
}

Played play_round(const RunOptions& options, const Selection& selection, const SessionOptions& how,
                  Round round) {
  Preparation preparation = prepare(selection, Checks::PlanAndReview, round.seed);
  SessionResult session = session_of(options, round);
  if (!preparation.bad_files.empty()) {
    add_unreadable(preparation, session);
    return {std::move(session), fail(preparation.bad_files), true};
  }
  if (options.shuffle) {
    base::shuffle(preparation.ready, round.seed);
  }
  return play(std::move(preparation.ready), options, how, std::move(session));
}

bool failed(const Played& played) {
  return played.code != ExitCode::AsExpected && played.code != ExitCode::AllSkipped;
}

// The round that is told about is the first that failed, else the last. What cut everything short
// decides the exit code, as it does in a single round.
Played more_telling(std::optional<Played> told, Played latest) {
  if (!told || !failed(*told)) {
    return latest;
  }
  told->code = latest.cut_short ? latest.code : told->code;
  return *std::move(told);
}

void put_title(Round round) {
  put(fmt::format("{}round {}, seed {}\n", round.number > 1 ? "\n" : "", round.number, round.seed));
  std::fflush(stdout);
}

Played play_rounds(const RunOptions& options, const Selection& selection) {
  const HeldSignals signals;
  const base::Instant started = base::now();
  Rounds rounds(options.repeat, options.seed, options.shuffle);
  std::optional<Played> told;
  for (bool more = true; more;) {
    const Round round = rounds.next();
    if (rounds.repeats()) {
      put_title(round);
    }
    SessionOptions how = session_options(options);
    if (how.deadline) {
      how.deadline = *how.deadline - (base::now() - started);
    }
    if (!options.record.folder.empty() && !(told && failed(*told))) {
      how.record = options.record;
    }
    Played played = play_round(options, selection, how, round);
    more = rounds.goes_on(failed(played)) && !played.cut_short &&
           !(options.fail_fast && failed(played));
    if (more && options.deadline && base::now() - started >= *options.deadline) {
      played.code = ExitCode::Deadline;
      played.cut_short = true;
      more = false;
    }
    told = more_telling(std::move(told), std::move(played));
  }
  if (rounds.repeats()) {
    put(rounds.summary());
  }
  return *std::move(told);
}

base::Result<std::uint64_t> read_record_limit(std::string_view text) {
  const base::Result<std::int64_t> size = scenario::read_size(text);
  return size ? base::Result<std::uint64_t>(static_cast<std::uint64_t>(*size)) : size.error();
}

// Narrows the selection to what failed; false if nothing did.
base::Result<bool> select_failed(const std::string& result, Selector& selector) {
  const base::Result<std::string> text = read_whole_file(result);
  if (!text) {
    return text.error();
  }
  base::Result<std::vector<std::string>> failed = report::read_failed(*text);
  if (!failed) {
    return base::Error{base::ErrorKind::BadInput,
                       report::printable(result) + " " + failed.error().message};
  }
  if (selector.paths.empty()) {
    selector.paths = *failed;
  }
  selector.only = {failed->begin(), failed->end()};
  return !failed->empty();
}

ExitCode run_scenarios(const RunOptions& options) {
  Selector selector = options.selector;
  if (!options.rerun_failed.empty()) {
    const base::Result<bool> some = select_failed(options.rerun_failed, selector);
    if (!some) {
      return fail(some.error());
    }
    if (!*some) {
      put(fmt::format("nothing failed in {}\n", report::printable(options.rerun_failed)));
      return ExitCode::AsExpected;
    }
  }
  base::Result<Selection> selection = select(selector);
  if (!selection) {
    return fail(selection.error());
  }
  base::Result<Reports> reports = Reports::open(options.reports);
  if (!reports) {
    return fail(reports.error());
  }
  if (!options.record.folder.empty()) {
    if (const base::Result<> made = make_record_folder(options.record.folder); !made) {
      return fail(made.error());
    }
  }
  const bool nothing = selection->scenarios.empty() && selection->bad_files.empty();
  const Played played = nothing ? Played{session_of(options, {1, options.seed.value_or(0)}),
                                         nothing_selected(selector, *selection)}
                                : play_rounds(options, *selection);
  Ending ending;
  ending.set(played.code);
  if (base::Result<> written = reports->write(played.session); !written) {
    ending.set(fail(written.error()));
  }
  return ending.code();
}

}  // namespace

void add_run_command(CLI::App& app, Command& chosen, const std::string& command_line) {
  const auto options = std::make_shared<RunOptions>();
  options->command_line = command_line;
  CLI::App* command = app.add_subcommand("run", "Play scenarios and judge what happened");
  add_selector(*command, options->selector);
  command
      ->add_option("--rerun-failed", options->rerun_failed,
                   "Only what failed in this JSON result; needs no PATHS")
      ->type_name("FILE");
  add_number(*command, "--runs", options->runs, 1, 1'000'000'000,
             "How often, instead of what each file says");
  add_read_option(*command, "--repeat", read_repeat, options->repeat,
                  "All of it in so many rounds; until-fail or until-fail:MOST ends with the first "
                  "round that fails")
      ->type_name("ROUNDS");
  command->add_flag("--shuffle", options->shuffle, "Scenarios in a random order, by --seed");
  add_seed(*command, options->seed);
  add_number(*command, "-j,--jobs", options->jobs, 0, kMostJobs,
             "How many scenarios at a time (default 1); 0: one for each permitted CPU")
      ->envname("PROCESSION_JOBS");
  command->add_flag("-x,--fail-fast", options->fail_fast, "Stop at the first failure");
  add_duration(*command, "--timeout", options->timeout,
               "Of one run, instead of what each file says: 10s")
      ->envname("PROCESSION_TIMEOUT");
  add_duration(*command, "--deadline", options->deadline, "Of all together: 5m")
      ->envname("PROCESSION_DEADLINE");
  add_reports(*command, options->reports);
  add_kept_results(*command, options->reports);
  CLI::Option* const record =
      command
          ->add_option("--record", options->record.folder,
                       "Save the Records of each scenario there, for `procession check`")
          ->type_name("DIR")
          ->envname("PROCESSION_RECORD");
  add_read_option(*command, "--record-limit", read_record_limit, options->record.limit,
                  "How long each Record file may become (256MiB); beyond it only the last run is "
                  "kept")
      ->type_name("SIZE")
      ->needs(record);
  add_progress(*command, options->progress);
  add_containment(*command, options->containment);
  add_colour(*command, options->colour);
  command->footer(kEnvironmentHelp);
  command->callback([&chosen, options] {
    if (options->selector.paths.empty() && options->rerun_failed.empty()) {
      throw CLI::RequiredError("PATHS");
    }
    chosen = [options] { return run_scenarios(*options); };
  });
}

}  // namespace procession::cli
