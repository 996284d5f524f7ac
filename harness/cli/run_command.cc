// SPDX-License-Identifier: MIT
// procession run: read → plan → play → judge → report. All files are read and checked before the
// first process is started.

#include "harness/cli/command_line.h"
#include "harness/cli/commands.h"
#include "harness/cli/display.h"
#include "harness/cli/prepare.h"
#include "harness/cli/result_file.h"
#include "harness/cli/session.h"
#include "harness/os/machine.h"
#include "harness/report/json.h"
#include "harness/report/junit.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <ctime>
#include <map>
#include <memory>
#include <utility>

namespace procession::cli {

namespace {

using report::SessionResult;

struct RunOptions {
  Selector selector;
  std::optional<std::uint32_t> runs;
  std::uint32_t jobs = 1;
  bool fail_fast = false;
  std::optional<base::Duration> timeout;
  std::optional<base::Duration> deadline;
  std::string json;
  std::string junit;
  bool no_progress = false;
  run::Containment containment = run::Containment::Automatic;
  ColourChoice colour = ColourChoice::Automatic;
  std::string command_line;
};

const std::map<std::string, run::Containment> kContainments = {
    {"automatic", run::Containment::Automatic},
    {"namespace", run::Containment::Namespace},
    {"sweep", run::Containment::Sweep}};

const std::map<std::string, ColourChoice> kColourChoices = {{"auto", ColourChoice::Automatic},
                                                            {"always", ColourChoice::Always},
                                                            {"never", ColourChoice::Never}};

// One report that was asked for: where to, and what it makes of the session.
struct Report {
  ResultFile file;
  std::string (*render)(const SessionResult&);
};

base::Result<std::vector<Report>> open_reports(const RunOptions& options) {
  const std::pair<const std::string&, std::string (*)(const SessionResult&)> wanted[] = {
      {options.json, report::to_json}, {options.junit, report::to_junit}};
  std::vector<Report> reports;
  for (const auto& [path, render] : wanted) {
    if (path.empty()) {
      continue;
    }
    base::Result<ResultFile> file = ResultFile::open(path);
    if (!file) {
      return std::move(file).error();
    }
    reports.push_back({std::move(file).value(), render});
  }
  return reports;
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

std::string utc_now() {
  const std::time_t seconds = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[sizeof "2024-05-01T12:00:00Z"];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::string containment_name(run::Containment containment) {
  const auto found = std::find_if(kContainments.begin(), kContainments.end(),
                                  [&](const auto& entry) { return entry.second == containment; });
  return found->first;
}

SessionResult circumstances(const RunOptions& options) {
  SessionResult session;
  session.started = utc_now();
  session.command = options.command_line;
  session.machine = {{"procession", PROCESSION_VERSION},
                     {"kernel", "Linux " + os::kernel_release()},
                     {"cpus", std::to_string(os::available_cpus())},
                     {"containment", containment_name(options.containment)}};
  return session;
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

void write_reports(std::vector<Report>& reports, const SessionResult& session, Ending& ending) {
  for (Report& wanted : reports) {
    if (base::Result<> written = wanted.file.commit(wanted.render(session)); !written) {
      ending.set(fail(written.error()));
    }
  }
}

void play(std::vector<Prepared> scenarios, const RunOptions& options, SessionResult& session,
          Ending& ending) {
  Display display(options.colour, !options.no_progress);
  const base::Instant started = base::now();
  Session playing(std::move(scenarios), session_options(options), display);
  const base::Result<> played = playing.play();
  session.wall = base::now() - started;
  session.scenarios = playing.take_results();
  display.show_summary(session);
  if (playing.deadline_passed()) {
    ending.set(ExitCode::Deadline);
  } else if (!played) {
    ending.set(fail(played.error()));
  }
  ending.set(exit_code_of(session));
  if (!display.complete()) {
    ending.set(fail(base::Error{base::ErrorKind::Io, "standard output could not take all"}));
  }
}

ExitCode run_scenarios(const RunOptions& options) {
  base::Result<Selection> selection = select(options.selector);
  if (!selection) {
    return fail(selection.error());
  }
  base::Result<std::vector<Report>> reports = open_reports(options);
  if (!reports) {
    return fail(reports.error());
  }
  Preparation preparation = prepare(std::move(*selection), Checks::PlanAndReview);
  SessionResult session = circumstances(options);
  Ending ending;
  if (!preparation.bad_files.empty()) {
    add_unreadable(preparation, session);
    ending.set(fail(preparation.bad_files));
  } else if (preparation.ready.empty()) {
    ending.set(fail_nothing_selected());
  } else {
    play(std::move(preparation.ready), options, session, ending);
  }
  write_reports(*reports, session, ending);
  return ending.code();
}

}  // namespace

void add_run_command(CLI::App& app, Command& chosen, const std::string& command_line) {
  const auto options = std::make_shared<RunOptions>();
  options->command_line = command_line;
  CLI::App* command = app.add_subcommand("run", "Play scenarios and judge what happened");
  add_selector(*command, options->selector);
  command->add_option("--runs", options->runs, "How often, instead of what each file says")
      ->check(CLI::Range(1u, 1'000'000'000u));
  command->add_option("-j,--jobs", options->jobs,
                      "How many scenarios at a time (default 1); 0: one for each permitted CPU");
  command->add_flag("-x,--fail-fast", options->fail_fast, "Stop at the first failure");
  add_duration(*command, "--timeout", options->timeout,
               "Of one run, instead of what each file says: 10s");
  add_duration(*command, "--deadline", options->deadline, "Of all together: 5m");
  command->add_option("--json", options->json, "Write the whole result there")->type_name("FILE");
  command->add_option("--junit", options->junit, "Write a JUnit report there")->type_name("FILE");
  command->add_flag("--no-progress", options->no_progress, "No progress line on a terminal");
  command
      ->add_option("--containment", options->containment,
                   "What keeps processes from escaping: automatic, namespace or sweep")
      ->type_name("KIND")
      ->envname("PROCESSION_CONTAINMENT")
      ->transform(CLI::CheckedTransformer(kContainments).description(""));
  command
      ->add_option("--color", options->colour,
                   "auto, always or never; auto heeds NO_COLOR and CLICOLOR_FORCE")
      ->type_name("WHEN")
      ->transform(CLI::CheckedTransformer(kColourChoices).description(""));
  command->callback([&chosen, options] { chosen = [options] { return run_scenarios(*options); }; });
}

}  // namespace procession::cli
