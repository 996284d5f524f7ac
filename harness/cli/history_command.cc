// SPDX-License-Identifier: MIT
// procession history: which figures the history has, and how one of them went: a plot in the
// terminal, or JSON. Nothing in it decides an exit code. It also puts stored results in.

#include "harness/base/text.h"
#include "harness/cli/command_line.h"
#include "harness/cli/commands.h"
#include "harness/cli/history_file.h"
#include "harness/cli/stored_results.h"
#include "harness/cli/terminal.h"
#include "harness/report/printable.h"
#include "harness/report/series_json.h"
#include "harness/report/series_plot.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <unistd.h>
#include <vector>

namespace procession::cli {

namespace {

constexpr std::uint32_t kMostColumns = 1000;
constexpr std::uint32_t kMostSessions = 1'000'000'000;

struct HistoryOptions {
  std::string database = kHistoryFile;
  HistoryQuery query;
  std::vector<std::string> import;  // stored results, to be put in; none: to be shown
  std::optional<std::uint32_t> last;
  std::optional<std::uint32_t> columns;  // else those of the terminal
  bool as_json = false;
  ColourChoice colour = ColourChoice::Automatic;
};

// "trip.p50": the nearest of those that are there.
ExitCode none_of(const HistoryOptions& options) {
  const base::Result<std::vector<HistoryFigure>> all = list_history(options.database, {});
  std::set<std::string> names;
  for (const HistoryFigure& one : all ? *all : std::vector<HistoryFigure>()) {
    names.insert(one.figure);
  }
  const std::vector<std::string_view> views(names.begin(), names.end());
  const auto near = base::nearest_word(options.query.figure, views);
  const bool is_there = std::ranges::any_of(names, [&](const std::string& name) {
    return figure_matches(options.query.figure, name, {});
  });
  put_note(options.query.figure.empty() || is_there
               ? std::string("nothing selected")
               : fmt::format("{} has no figure `{}`{}", report::printable(options.database),
                             report::printable(options.query.figure),
                             near ? fmt::format("; did you mean `{}`?", report::printable(*near))
                                  : "; `procession history` lists them"));
  return ExitCode::NothingSelected;
}

ExitCode show_list(const HistoryOptions& options) {
  const base::Result<std::vector<HistoryFigure>> figures =
      list_history(options.database, options.query);
  if (!figures) {
    return fail(figures.error());
  }
  if (figures->empty()) {
    return none_of(options);
  }
  std::size_t widest = 0;
  for (const HistoryFigure& one : *figures) {
    widest = std::max(widest, report::columns_of(report::printable(one.figure)));
  }
  std::string scenario;
  for (const HistoryFigure& one : *figures) {
    if (one.scenario != scenario) {
      scenario = one.scenario;
      put(report::printable(scenario) + "\n");
    }
    const std::string figure = report::printable(one.figure);
    put(fmt::format("  {}{}  {:>6} {}, the latest {}\n", figure,
                    std::string(widest - report::columns_of(figure), ' '), one.points,
                    one.points == 1 ? "session" : "sessions", report::printable(one.last)));
  }
  return ExitCode::AsExpected;
}

ExitCode show_series(const HistoryOptions& options) {
  const base::Result<std::vector<report::Series>> all =
      read_history(options.database, options.query);
  if (!all) {
    return fail(all.error());
  }
  if (options.as_json) {
    put(report::series_to_json(*all));
    return ExitCode::AsExpected;
  }
  if (all->empty()) {
    return none_of(options);
  }
  const std::size_t columns = options.columns.value_or(terminal_columns(STDOUT_FILENO));
  const report::Colour colour = colour_for(options.colour, STDOUT_FILENO);
  for (const report::Series& series : *all) {
    put((&series == &all->front() ? "" : "\n") + report::series_plot(series, columns, colour));
  }
  return ExitCode::AsExpected;
}

// All of them are read before any is put in.
ExitCode import_results(const HistoryOptions& options) {
  std::vector<report::SessionResult> sessions;
  for (const std::string& path : options.import) {
    base::Result<report::SessionResult> session = read_stored_result(path);
    if (!session) {
      return fail(session.error());
    }
    sessions.push_back(*std::move(session));
  }
  std::size_t added = 0;
  for (const report::SessionResult& session : sessions) {
    const base::Result<bool> appended = append_to_history(options.database, session);
    if (!appended) {
      return fail(appended.error());
    }
    added += *appended ? 1 : 0;
  }
  put(fmt::format("{} of {} {} added to {}", added, sessions.size(),
                  sessions.size() == 1 ? "session" : "sessions",
                  report::printable(options.database)));
  put(added < sessions.size() ? "; what it had before is left as it is\n" : "\n");
  return ExitCode::AsExpected;
}

ExitCode show_history(HistoryOptions options) {
  options.query.last = options.last;
  return options.query.figure.empty() && !options.as_json ? show_list(options)
                                                          : show_series(options);
}

}  // namespace

void add_history_command(CLI::App& app, Command& chosen) {
  const auto options = std::make_shared<HistoryOptions>();
  CLI::App* command = app.add_subcommand("history", "Show how a figure went over many sessions");
  command
      ->add_option("FIGURE", options->query.figure,
                   "load.response.p99, load.rate; without a statistic the median; may be a pattern "
                   "of * and ?. Without FIGURE: which there are")
      ->type_name("FIGURE");
  command
      ->add_option("--import", options->import,
                   "Put stored results in instead: files, or folders that hold one")
      ->type_name("RESULT");
  command->add_option("--db", options->database, "The history (results/history.db)")
      ->type_name("FILE");
  command
      ->add_option(
          "--filter", options->query.filters,
          "Only scenarios whose ids match this pattern of * and ?; may be repeated: any of "
          "them")
      ->type_name("GLOB")
      ->allow_extra_args(false);
  add_number(*command, "--last", options->last, 1, kMostSessions,
             "Only so many sessions, the latest ones");
  add_number(*command, "--columns", options->columns, report::kLeastPlotColumns, kMostColumns,
             "How wide the plot becomes, instead of as wide as the terminal (80)");
  command->add_flag("--json", options->as_json, "All numbers as JSON instead");
  add_colour(*command, options->colour);
  command->callback([&chosen, options] {
    chosen = [options] {
      return options->import.empty() ? show_history(*options) : import_results(*options);
    };
  });
}

}  // namespace procession::cli
