// SPDX-License-Identifier: MIT
// procession check: judges saved Records again. Nothing is played: the same Records give the same
// verdicts, with the same exit codes, on any machine. With --scenario the expectations are those of
// another file, which must have the same processes.

#include "harness/cli/command_line.h"
#include "harness/cli/commands.h"
#include "harness/cli/display.h"
#include "harness/cli/prepare.h"
#include "harness/cli/read_file.h"
#include "harness/cli/reports.h"
#include "harness/cli/session.h"
#include "harness/plan/fingerprint.h"
#include "harness/report/printable.h"
#include "harness/scenario/reader.h"
#include "harness/trace/record_file.h"
#include "harness/verify/fits.h"
#include "harness/verify/judge.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

namespace procession::cli {

namespace {

namespace fs = std::filesystem;
using report::Outcome;
using report::ScenarioResult;
using trace::RecordReader;

struct CheckOptions {
  std::vector<std::string> paths;
  std::string scenario;  // another file; empty: what was recorded
  ReportPaths reports;
  ColourChoice colour = ColourChoice::Automatic;
  std::string command_line;
};

base::Error bad(std::string_view file, std::string_view why) {
  return {base::ErrorKind::BadInput, fmt::format("{} {}", report::printable(file), why)};
}

// Files as they are; of folders every *.record below them, sorted.
base::Result<std::vector<std::string>> record_files(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code problem;
    if (!fs::is_directory(path, problem)) {
      files.push_back(path);
      continue;
    }
    const std::size_t first = files.size();
    fs::recursive_directory_iterator entry(path, problem);
    for (; !problem && entry != fs::recursive_directory_iterator(); entry.increment(problem)) {
      if (entry->path().extension() == ".record") {
        files.push_back(entry->path().lexically_normal().string());
      }
    }
    if (problem) {
      return bad(path, "cannot be searched: " + problem.message());
    }
    std::sort(files.begin() + static_cast<std::ptrdiff_t>(first), files.end());
  }
  return files;
}

// Of one Record file: the scenario that was recorded, or the one to judge it by.
class Checking {
 public:
  Checking(std::string file, const RecordReader& reader)
      : file_(std::move(file)), reader_(reader), head_(reader.head()) {}

  // The recorded instance, planned as it was for playing.
  base::Result<Prepared> recorded() const {
    base::Result<Prepared> prepared =
        instance_of(scenario::read_text(head_.text, head_.file),
                    [&](const scenario::Scenario& scenario) { return scenario.id() == head_.id; });
    if (!prepared) {
      return prepared;
    }
    if (plan::fingerprint(prepared->plan.view()) != head_.plan) {
      return bad(file_, fmt::format("was recorded by procession {}, which plans this scenario "
                                    "otherwise: record it again",
                                    report::printable(head_.procession)));
    }
    return prepared;
  }

  // The same instance of another file; its processes must be those that were recorded.
  base::Result<Prepared> other(const std::string& scenario_file, const Prepared& recorded) const {
    base::Result<Prepared> prepared =
        instance_of(scenario::read_file(scenario_file), [&](const scenario::Scenario& scenario) {
          return scenario.matrix == recorded.scenario.matrix;
        });
    if (!prepared) {
      return prepared;
    }
    const auto difference = plan::difference(recorded.plan.view(), prepared->plan.view());
    if (difference) {
      return bad(scenario_file,
                 fmt::format("has other processes than {} was recorded with: {}. Expectations may "
                             "be changed, processes may not: play it again",
                             report::printable(file_), report::printable(*difference)));
    }
    return prepared;
  }

 private:
  template <class Wanted>
  base::Result<Prepared> instance_of(scenario::Reading reading, Wanted wanted) const {
    Selection selection;
    std::erase_if(reading.scenarios, [&](const auto& scenario) { return !wanted(scenario); });
    if (!reading.diagnostics.empty()) {
      return diagnosed(bad_file(file_, reading));
    }
    if (reading.scenarios.empty()) {
      return bad(file_, fmt::format("is of the instance {}, which the scenario file does not have",
                                    report::printable(head_.id)));
    }
    selection.scenarios = std::move(reading.scenarios);
    selection.scenarios.front().timeout = head_.timeout;
    selection.scenarios.front().runs = head_.runs_wanted;
    Preparation preparation = prepare(std::move(selection), Checks::PlanAndReview, head_.seed);
    if (!preparation.bad_files.empty()) {
      return diagnosed(preparation.bad_files.front());
    }
    return std::move(preparation.ready.front());
  }

  [[nodiscard]] base::Error diagnosed(const BadFile& found) const {
    std::string all;
    for (const std::string& diagnostic : found.diagnostics) {
      all += "\n" + diagnostic;
    }
    return bad(file_, "cannot be judged by this scenario:" + all);
  }

  std::string file_;
  const RecordReader& reader_;
  const trace::RecordHead& head_;
};

// As the Session has concluded it, had it been asked for these expectations.
ScenarioResult conclude(ScenarioResult result, const Prepared& prepared, const RecordReader& reader,
                        const verify::Judge& judge) {
  result.wall = reader.end().wall;
  result.judgement = judge.judgement();
  result.graph = graph_for(prepared);
  switch (reader.end().how) {
    case trace::RecordEnd::How::Played:
      result.outcome = report::outcome_of(result.judgement);
      break;
    case trace::RecordEnd::How::Stopped:
      result.outcome = Outcome::Stopped;
      result.reason = reader.end().reason;
      break;
    case trace::RecordEnd::How::Failed:
      result.outcome = Outcome::Failed;
      result.reason = reader.end().reason;
      break;
  }
  return result;
}

struct Checked {
  ScenarioResult result;
  trace::RecordHead head;
  trace::RecordEnd end;
};

base::Result<Checked> check(const std::string& file, const CheckOptions& options) {
  const base::Result<std::string> bytes = read_whole_file(file);
  if (!bytes) {
    return bytes.error();
  }
  base::Result<RecordReader> reader = RecordReader::open(*bytes);
  if (!reader) {
    return bad(file, reader.error().message);
  }
  const Checking checking(file, *reader);
  base::Result<Prepared> prepared = checking.recorded();
  if (prepared && !options.scenario.empty()) {
    prepared = checking.other(options.scenario, *prepared);
  }
  if (!prepared) {
    return std::move(prepared).error();
  }
  verify::Judge judge(prepared->scenario, prepared->plan.view());
  ScenarioResult result = result_of(prepared->scenario);
  for (;;) {
    const base::Result<std::optional<trace::Record>> run = reader->next();
    if (!run) {
      return bad(file, run.error().message);
    }
    if (!*run) {
      break;
    }
    if (const base::Result<> fitting = verify::fits(prepared->plan.view(), **run); !fitting) {
      return bad(file, "is damaged: " + fitting.error().message);
    }
    judge.add(**run);
    add_run(result, **run);
  }
  return Checked{conclude(std::move(result), *prepared, *reader, judge), reader->head(),
                 reader->end()};
}

void note_what_is_missing(const std::string& file, const Checked& checked) {
  if (checked.end.left_out > 0) {
    put_note(fmt::format("{} holds {} of {} runs: the first ones and the last (--record-limit)",
                         report::printable(file), checked.result.runs, checked.end.runs));
  }
}

ExitCode show(const std::vector<Checked>& all, const CheckOptions& options, Reports& reports,
              report::SessionResult session) {
  Display display(options.colour, ProgressChoice::Never);
  for (const Checked& checked : all) {
    display.show(checked.result);
    session.wall += checked.end.wall;
    session.scenarios.push_back(checked.result);
  }
  display.show_summary(session);
  const bool some_stopped = std::ranges::any_of(
      all, [](const Checked& checked) { return checked.result.outcome == Outcome::Stopped; });
  ExitCode code = exit_code_of(session);
  if (code == ExitCode::AsExpected && some_stopped) {
    code = ExitCode::Inconclusive;
  }
  if (const base::Result<> written = reports.write(session); !written) {
    const ExitCode failed = fail(written.error());
    code = code == ExitCode::AsExpected ? failed : code;
  }
  if (!display.complete() && code == ExitCode::AsExpected) {
    code = fail(base::Error{base::ErrorKind::Io, "standard output could not take all"});
  }
  return code;
}

ExitCode check_all(const CheckOptions& options) {
  const base::Result<std::vector<std::string>> files = record_files(options.paths);
  if (!files) {
    return fail(files.error());
  }
  if (files->empty()) {
    put_note("nothing selected: no file named *.record there");
    return ExitCode::NothingSelected;
  }
  base::Result<Reports> reports = Reports::open(options.reports);
  if (!reports) {
    return fail(reports.error());
  }
  std::vector<Checked> all;
  ExitCode code = ExitCode::AsExpected;
  for (const std::string& file : *files) {
    base::Result<Checked> checked = check(file, options);
    if (!checked) {
      code = fail(checked.error());
      continue;
    }
    note_what_is_missing(file, *checked);
    all.push_back(*std::move(checked));
  }
  if (code != ExitCode::AsExpected) {
    return code;  // nothing is said of the others, as `run` starts nothing then
  }
  report::SessionResult session;
  session.command = options.command_line;
  session.started = all.front().head.started;
  session.seed = all.front().head.seed;
  session.machine = all.front().head.machine;
  return show(all, options, *reports, std::move(session));
}

}  // namespace

void add_check_command(CLI::App& app, Command& chosen, const std::string& command_line) {
  const auto options = std::make_shared<CheckOptions>();
  options->command_line = command_line;
  CLI::App* command = app.add_subcommand("check", "Judge saved Records again, without playing");
  command
      ->add_option("RECORDS", options->paths, "Files that `run --record` wrote, or folders of them")
      ->required();
  command
      ->add_option("--scenario", options->scenario,
                   "Judge by the expectations of this file; its processes must be the same")
      ->type_name("FILE");
  add_reports(*command, options->reports);
  add_colour(*command, options->colour);
  command->callback([&chosen, options] { chosen = [options] { return check_all(*options); }; });
}

}  // namespace procession::cli
