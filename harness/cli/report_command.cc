// SPDX-License-Identifier: MIT
// procession report: stored results in other formats. Nothing is played. Without a format, what
// `run` has shown is shown again.

#include "harness/cli/command_line.h"
#include "harness/cli/commands.h"
#include "harness/cli/display.h"
#include "harness/cli/reports.h"
#include "harness/cli/stored_results.h"

#include <CLI/CLI.hpp>

#include <memory>
#include <utility>

namespace procession::cli {

namespace {

struct ReportOptions {
  std::vector<std::string> results = {kResultsFolder};
  ReportPaths reports;
  ColourChoice colour = ColourChoice::Automatic;
};

void show(const report::SessionResult& session, ColourChoice colour) {
  Display display(colour, ProgressChoice::Never);
  for (const report::ScenarioResult& scenario : session.scenarios) {
    display.show(scenario);
  }
  display.show_summary(session);
}

ExitCode report_results(const ReportOptions& options) {
  std::vector<report::SessionResult> sessions;
  for (const std::string& path : options.results) {
    base::Result<report::SessionResult> session = read_stored_result(path);
    if (!session) {
      return fail(session.error());
    }
    sessions.push_back(*std::move(session));
  }
  const report::SessionResult session = together(std::move(sessions));
  base::Result<Reports> reports = Reports::open(options.reports);
  if (!reports) {
    return fail(reports.error());
  }
  if (options.reports.by_option.empty()) {
    show(session, options.colour);
  }
  const base::Result<> written = reports->write(session);
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
  add_colour(*command, options->colour);
  command->callback(
      [&chosen, options] { chosen = [options] { return report_results(*options); }; });
}

}  // namespace procession::cli
