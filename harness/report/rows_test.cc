// SPDX-License-Identifier: MIT
#include "harness/report/rows.h"

#include "harness/report/result_samples_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace procession::report {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> names_of(const std::vector<Row>& rows) {
  std::vector<std::string> names;
  for (const Row& row : rows) {
    names.push_back(full_name(row) + (row.at_least ? ">=" : ""));
  }
  return names;
}

SessionResult session_of(ScenarioResult scenario) {
  SessionResult session;
  session.scenarios = {std::move(scenario)};
  return session;
}

TEST(Rows, are_of_each_known_statistic_of_each_figure_and_of_each_number) {
  ScenarioResult load = load_scenario();
  load.judgement.figures.resize(3);
  load.run_walls.clear();
  const std::vector<Row> rows = rows_of(session_of(load));
  EXPECT_THAT(
      names_of(rows),
      ElementsAre(
          "load.response.min", "load.response.mean", "load.response.deviation", "load.response.p50",
          "load.response.p90", "load.response.p99", "load.response.p99.9", "load.response.max",
          "load.service.min", "load.service.mean>=", "load.service.p50", "load.service.p90",
          "load.service.p99>=", "load.service.p99.9>=", "load.service.max>=", "load.connect.min",
          "load.connect.mean", "load.connect.deviation", "load.connect.max", "load.rate",
          "load.requests", "load.errors", "load.unfinished"));
  EXPECT_EQ(rows[5].scenario, "servers/echo.yaml[handler=epoll,n=8]");
  EXPECT_EQ(rows[5].unit, "ns");
  EXPECT_EQ(rows[5].value, 812'000);
  EXPECT_EQ(rows[5].bounds.low, 790'000);
  EXPECT_EQ(rows[5].bounds.high, 840'000);
  EXPECT_EQ(rows[5].n, 12'000);
  EXPECT_EQ(rows.back().n, 3);
  EXPECT_EQ(rows.back().invalid, "the client was killed");
}

TEST(Rows, hold_neither_nan_nor_infinity) {
  const std::vector<Row> rows = rows_of(session_of(hostile_scenario()));
  EXPECT_THAT(names_of(rows), ElementsAre("+1\",\n\\.min", "+1\",\n\\.p50"));
  EXPECT_EQ(rows[1].bounds.low, std::nullopt);
  EXPECT_EQ(rows[1].bounds.high, 1.5);
}

TEST(Rows, tell_how_long_runs_took) {
  ScenarioResult held = held_scenario();
  held.run_walls = {std::chrono::microseconds(3), std::chrono::microseconds(5)};
  const std::vector<Row> rows = rows_of(session_of(held));
  EXPECT_THAT(names_of(rows),
              ElementsAre("run.wall.min", "run.wall.mean", "run.wall.deviation", "run.wall.max"));
  EXPECT_EQ(rows[1].value, 4000);
  EXPECT_EQ(rows[1].n, 2);
}

// Of six values, the least and the greatest bound the median with 96.9 %; of five nothing does.
TEST(Rows, bound_a_number_by_its_runs) {
  ScenarioResult held = held_scenario();
  held.judgement.numbers = {{"a.rate", "/s", 4, {}, {6, 1, 5, 2, 4, 3}},
                            {"b.rate", "/s", 3, {}, {1, 2, 3, 4, 5}}};
  const std::vector<Row> rows = rows_of(session_of(held));
  EXPECT_EQ(rows[0].bounds.low, 1);
  EXPECT_EQ(rows[0].bounds.high, 6);
  EXPECT_EQ(rows[1].bounds.low, std::nullopt);
  EXPECT_EQ(rows[1].bounds.high, std::nullopt);
}

TEST(Rows, tell_what_is_better) {
  EXPECT_EQ(better_of({.figure = "load.response", .statistic = "p99", .unit = "ns"}),
            Better::Smaller);
  EXPECT_EQ(better_of({.figure = "load.rate", .unit = "/s"}), Better::Bigger);
  EXPECT_EQ(better_of({.figure = "load.errors"}), Better::Smaller);
  EXPECT_EQ(better_of({.figure = "load.requests"}), Better::Neither);
}

TEST(Rows, of_charts_are_valid_and_no_extremes) {
  ScenarioResult load = load_scenario();
  load.judgement.figures.erase(load.judgement.figures.begin());
  load.run_walls.clear();
  const std::vector<Row> rows = charted_rows(session_of(load));
  EXPECT_THAT(names_of(rows),
              ElementsAre("load.service.mean>=", "load.service.p50", "load.service.p90",
                          "load.service.p99>=", "load.service.p99.9>=", "load.connect.mean",
                          "load.rate", "load.errors"));
  EXPECT_EQ(curve_name(rows[3]),
            "servers/echo.yaml[handler=epoll,n=8] load.service.p99 (at least)");
}

}  // namespace
}  // namespace procession::report
