// SPDX-License-Identifier: MIT
#include "harness/cli/history_file.h"

#include "harness/cli/circumstances.h"
#include "harness/cli/select.h"
#include "harness/history/history.h"
#include "harness/report/rows.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

namespace procession::cli {

namespace {

using history::Access;
using history::Entry;
using history::History;

std::vector<history::Row> rows_for_history(const report::SessionResult& session) {
  std::set<std::string> as_expected;
  for (const report::ScenarioResult& scenario : session.scenarios) {
    if (scenario.outcome == report::Outcome::AsExpected) {
      as_expected.insert(scenario.id);
    }
  }
  std::vector<history::Row> rows;
  for (report::Row& row : report::rows_of(session)) {
    if (row.invalid.empty() && as_expected.contains(row.scenario)) {
      rows.push_back({{std::move(row.scenario), std::move(row.figure), std::move(row.statistic),
                       std::move(row.unit)},
                      {row.value, row.bounds.low, row.bounds.high, row.at_least, row.n}});
    }
  }
  return rows;
}

std::string full_name(const history::Figure& figure) {
  return figure.statistic.empty() ? figure.name : figure.name + "." + figure.statistic;
}

bool is_wanted(const HistoryQuery& query, const history::Figure& figure) {
  const bool of_scenario =
      query.filters.empty() || std::ranges::any_of(query.filters, [&](const std::string& filter) {
        return glob_matches(filter, figure.scenario);
      });
  return of_scenario && figure_matches(query.figure, figure.name, figure.statistic);
}

base::Result<std::vector<Entry>> wanted_entries(History& history, const HistoryQuery& query) {
  base::Result<std::vector<Entry>> entries = history.figures();
  if (entries) {
    std::erase_if(*entries, [&](const Entry& entry) { return !is_wanted(query, entry.figure); });
  }
  return entries;
}

report::Series series_of(const Entry& entry, std::vector<history::Point> points,
                         const HistoryQuery& query) {
  report::Series series{entry.figure.scenario, full_name(entry.figure), entry.figure.unit, {}};
  const std::size_t most = query.last.value_or(points.size());
  for (std::size_t i = points.size() - std::min(most, points.size()); i < points.size(); ++i) {
    history::Point& point = points[i];
    series.points.push_back({std::move(point.started), point.value.value, point.value.low,
                             point.value.high, point.value.at_least, point.value.n,
                             std::move(point.version), std::move(point.machine_class)});
  }
  return series;
}

}  // namespace

base::Result<bool> append_to_history(const std::string& path,
                                     const report::SessionResult& session) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code problem;
  if (!folder.empty() && !std::filesystem::is_directory(folder, problem)) {
    std::filesystem::create_directories(folder, problem);
    if (problem) {
      return base::system_error("make the folder " + folder.string(), problem.value());
    }
  }
  base::Result<History> history = History::open(path, Access::Append);
  if (!history) {
    return std::move(history).error();
  }
  return history->append({session.started, session.wall, fact_of(session.machine, "procession"),
                          fact_of(session.machine, "class"), session.command, session.seed,
                          session.round, rows_for_history(session)});
}

base::Result<std::vector<report::Series>> read_history(const std::string& path,
                                                       const HistoryQuery& query) {
  base::Result<History> history = History::open(path, Access::Read);
  if (!history) {
    return std::move(history).error();
  }
  const base::Result<std::vector<Entry>> entries = wanted_entries(*history, query);
  if (!entries) {
    return entries.error();
  }
  std::vector<report::Series> all;
  for (const Entry& entry : *entries) {
    base::Result<std::vector<history::Point>> points = history->points(entry);
    if (!points) {
      return std::move(points).error();
    }
    all.push_back(series_of(entry, *std::move(points), query));
  }
  return all;
}

base::Result<std::vector<HistoryFigure>> list_history(const std::string& path,
                                                      const HistoryQuery& query) {
  base::Result<History> history = History::open(path, Access::Read);
  if (!history) {
    return std::move(history).error();
  }
  const base::Result<std::vector<Entry>> entries = wanted_entries(*history, query);
  if (!entries) {
    return entries.error();
  }
  std::vector<HistoryFigure> all;
  for (const Entry& entry : *entries) {
    all.push_back({entry.figure.scenario, full_name(entry.figure), entry.points, entry.last});
  }
  return all;
}

bool figure_matches(std::string_view wanted, std::string_view name, std::string_view statistic) {
  const std::string full =
      statistic.empty() ? std::string(name) : std::string(name).append(".").append(statistic);
  if (wanted.find_first_of("*?") != std::string_view::npos) {
    return glob_matches(wanted, full);
  }
  return wanted.empty() || wanted == full || (wanted == name && statistic == "p50");
}

}  // namespace procession::cli
