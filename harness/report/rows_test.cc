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
