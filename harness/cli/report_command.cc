// SPDX-License-Identifier: MIT
// procession report: stored results in other formats, beside a baseline and their history. Nothing
// is played. Without a format, what `run` has shown is shown again.

#include "harness/cli/baseline.h"
#include "harness/cli/command_line.h"
#include "harness/cli/commands.h"
#include "harness/cli/display.h"
#include "harness/cli/history_file.h"
#include "harness/cli/reports.h"
#include "harness/cli/stored_comparison.h"
#include "harness/cli/stored_results.h"
#include "harness/report/hdr.h"
#include "harness/report/printable.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>
#include <utility>

namespace procession::cli {

namespace {

constexpr double kMargin = 0.02;  // for a figure beside its baseline

struct ReportOptions {
  std::vector<std::string> results = {kResultsFolder};
  ReportPaths reports;
  std::string hgrm;  // a file; empty: not wanted
  std::string figure;
  std::string history;   // likewise
  std::string baseline;  // a file or a folder; likewise
  std::string save_baseline;
  bool replace = false;
  ColourChoice colour = ColourChoice::Automatic;
};

void show(const report::SessionResult& session, ColourChoice colour) {
  Display display(colour, ProgressChoice::Never);
  for (const report::ScenarioResult& scenario : session.scenarios) {
    display.show(scenario);
  }
  display.show_summary(session);
}

base::Result<report::SessionResult> read_all(const std::vector<std::string>& paths) {
  std::vector<report::SessionResult> sessions;
  for (const std::string& path : paths) {
    base::Result<report::SessionResult> session = read_stored_result(path);
    if (!session) {
      return session;
    }
    sessions.push_back(*std::move(session));
  }
  return together(std::move(sessions));
}

// What stands beside the session in the page.
base::Result<report::HtmlOptions> beside(const ReportOptions& options) {
  report::HtmlOptions beside;
  if (!options.baseline.empty()) {
    const base::Result<StoredPair> pair = read_pair(options.baseline, options.results.front());
    if (!pair) {
      return pair.error();
    }
    beside.comparison = compare_stored(*pair, kMargin, {});
  }
  if (!options.history.empty()) {
    base::Result<std::vector<report::Series>> history = read_history(options.history, {});
    if (!history) {
      return std::move(history).error();
    }
    beside.history = *std::move(history);
  }
  return beside;
}

base::Result<> write_hgrm(const ReportOptions& options, const report::SessionResult& session) {
  const base::Result<std::string> table = report::to_hgrm(session, "", options.figure);
  if (!table) {
    return table.error();
  }
  base::Result<ResultFile> file = ResultFile::open(options.hgrm);
  if (!file) {
    return std::move(file).error();
  }
  base::Result<> written = file->append(*table);
  return written ? file->commit() : std::move(written);
}

base::Result<> keep_baseline(const ReportOptions& options, const report::SessionResult& session) {
  const base::Result<std::string> kept = save_baseline(
      options.save_baseline, session, options.replace ? Existing::Replace : Existing::Keep);
  if (!kept) {
    return kept.error();
  }
  put(fmt::format("baseline: {}\n", report::printable(*kept)));
  return {};
}

base::Result<> write_all(const ReportOptions& options, const report::SessionResult& session,
                         Reports& reports) {
  const base::Result<report::HtmlOptions> others = beside(options);
  if (!others) {
    return others.error();
  }
  base::Result<> written = reports.write(session, *others);
  if (written && !options.hgrm.empty()) {
    written = write_hgrm(options, session);
  }
  if (written && !options.save_baseline.empty()) {
    written = keep_baseline(options, session);
  }
  return written;
}

ExitCode report_results(const ReportOptions& options) {
  const base::Result<report::SessionResult> session = read_all(options.results);
  if (!session) {
    return fail(session.error());
  }
  base::Result<Reports> reports = Reports::open(options.reports);
  if (!reports) {
    return fail(reports.error());
  }
  if (options.reports.by_option.empty() && options.hgrm.empty() && options.save_baseline.empty()) {
    show(*session, options.colour);
  }
  const base::Result<> written = write_all(options, *session, *reports);
  return flush_output(written ? ExitCode::AsExpected : fail(written.error()));
}

}  // namespace

void add_report_command(CLI::App& app, Command& chosen) {
  const auto options = std::make_shared<ReportOptions>();
  CLI::App* command = app.add_subcommand("report", "Show stored results, in any format");
  command
      ->add_option("RESULT", options->results,
                   "Results: files, or folders that hold one (results/latest)")
      ->type_name("");
  add_reports(*command, options->reports);
  command
      ->add_option("--hgrm", options->hgrm,
                   "Write the percentiles of one figure there, as a table of HdrHistogram")
      ->type_name("FILE");
  command->add_option("--figure", options->figure, "Which figure --hgrm is about: load.response")
      ->type_name("FIGURE");
  command
      ->add_option("--baseline", options->baseline,
                   "In the page, show figures beside this result; of a folder of baselines, beside "
                   "that of the machine's class")
      ->type_name("FILE");
  command->add_option("--history", options->history, "In the page, show how figures have been")
      ->type_name("FILE");
  command
      ->add_option("--save-baseline", options->save_baseline,
                   fmt::format("Keep the result as its machine's baseline in this folder, such as "
                               "{}",
                               kBaselineFolder))
      ->type_name("DIR");
  command->add_flag("--replace", options->replace, "Also if there is a baseline already");
  add_colour(*command, options->colour);
  command->callback(
      [&chosen, options] { chosen = [options] { return report_results(*options); }; });
}

}  // namespace procession::cli
