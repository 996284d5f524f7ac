// SPDX-License-Identifier: MIT
#include "harness/report/rows.h"

#include "harness/measure/samples.h"
#include "harness/report/printable.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <utility>

namespace procession::report {

namespace {

std::optional<double> if_finite(const std::optional<double>& number) {
  return number && std::isfinite(*number) ? number : std::nullopt;
}

// Where the median of all runs lies, with 95 % confidence, as those that were played tell.
measure::Bounds median_bounds(std::vector<double> by_run) {
  std::erase_if(by_run, [](double value) { return !std::isfinite(value); });
  std::ranges::sort(by_run);
  const measure::Ranks ranks = measure::percentile_ranks(by_run.size(), 0.5, 0.95);
  const auto at = [&](const std::optional<std::uint64_t>& rank) {
    return rank ? std::optional(by_run[*rank - 1]) : std::nullopt;
  };
  return {at(ranks.low), at(ranks.high)};
}

// Adds the rows of one scenario.
class Rows {
 public:
  Rows(const ScenarioResult& scenario, std::vector<Row>& rows) : scenario_(scenario), rows_(rows) {}

  void add(const measure::Figure& figure) const {
    add(figure, "min", figure.min, {});
    add(figure, "mean", figure.mean, figure.mean_bounds);
    add(figure, "deviation", figure.deviation, {});
    for (const measure::Figure::Percentile& percentile : figure.percentiles) {
      add(figure, fmt::format("p{}", percentile.percent), percentile.value, percentile.bounds);
    }
    add(figure, "max", figure.max, {});
  }

  void add(const measure::Number& number) const {
    if (std::isfinite(number.value)) {
      rows_.push_back({scenario_.id,
                       number.name,
                       {},
                       number.unit,
                       number.value,
                       median_bounds(number.by_run),
                       scenario_.runs,
                       false,
                       number.invalid});
    }
  }

 private:
  void add(const measure::Figure& figure, std::string statistic, const std::optional<double>& value,
           const measure::Bounds& bounds) const {
    if (const std::optional<double> finite = if_finite(value)) {
      const bool at_least = figure.is_at_least(statistic);
      rows_.push_back({scenario_.id,
                       figure.name,
                       std::move(statistic),
                       figure.unit,
                       *finite,
                       {if_finite(bounds.low), if_finite(bounds.high)},
                       figure.count,
                       at_least,
                       figure.invalid});
    }
  }

  const ScenarioResult& scenario_;
  std::vector<Row>& rows_;
};

bool is_extreme(std::string_view statistic) {
  return statistic == "min" || statistic == "max" || statistic == "deviation";
}

}  // namespace

std::vector<Row> rows_of(const ScenarioResult& scenario) {
  std::vector<Row> rows;
  const Rows of_scenario(scenario, rows);
  for (const measure::Figure& figure : figures_of(scenario)) {
    of_scenario.add(figure);
  }
  for (const measure::Number& number : scenario.judgement.numbers) {
    of_scenario.add(number);
  }
  return rows;
}

std::vector<Row> rows_of(const SessionResult& session) {
  std::vector<Row> rows;
  for (const ScenarioResult& scenario : session.scenarios) {
    std::ranges::move(rows_of(scenario), std::back_inserter(rows));
  }
  return rows;
}

std::vector<measure::Figure> figures_of(const ScenarioResult& scenario) {
  std::vector<measure::Figure> figures = scenario.judgement.figures;
  if (!scenario.run_walls.empty()) {
    measure::Samples walls;
    for (const base::Duration wall : scenario.run_walls) {
      walls.add(wall.count());
    }
    figures.push_back(measure::figure_of(std::string(kRunWall), "ns", walls));
  }
  return figures;
}

std::string full_name(const Row& row) {
  return row.statistic.empty() ? row.figure : row.figure + "." + row.statistic;
}

Better better_of(const Row& row) {
  if (row.unit == "/s") {
    return Better::Bigger;
  }
  return row.figure.ends_with(".requests") ? Better::Neither : Better::Smaller;
}

std::vector<Row> charted_rows(const SessionResult& session) {
  std::vector<Row> rows = rows_of(session);
  std::erase_if(rows, [](const Row& row) {
    return !row.invalid.empty() || better_of(row) == Better::Neither || is_extreme(row.statistic);
  });
  return rows;
}

std::string curve_name(const Row& row) {
  return printable(row.scenario + " " + full_name(row)) + (row.at_least ? " (at least)" : "");
}

}  // namespace procession::report
