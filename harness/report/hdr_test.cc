// SPDX-License-Identifier: MIT
#include "harness/report/hdr.h"

#include "harness/measure/hdr_log.h"
#include "harness/measure/percentile_table.h"
#include "harness/report/golden_test.h"
#include "harness/report/result_samples_test.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace procession::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kLoad = "servers/echo.yaml[handler=epoll,n=8]";

TEST(Hlog, golden) { expect_golden("full.hlog", to_hlog(full_session())); }

TEST(Hlog, has_an_interval_for_each_figure_with_values) {
  SessionResult session;
  session.started = "2024-05-01T12:00:00Z";
  session.scenarios = {load_scenario(), killed_scenario()};
  session.scenarios[1].id = "a b,c%\nd";
  std::vector<std::string> read;
  const base::Result<> all = measure::read_hdr_log(
      to_hlog(session),
      [&](const measure::HdrInterval& interval, const measure::Histogram& histogram) {
        read.push_back(fmt::format("{} {} {} {}", interval.tag, interval.start.count(),
                                   interval.length.count(), histogram.count()));
      });
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_THAT(read,
              ElementsAre("servers/echo.yaml[handler=epoll%2Cn=8]/load.response 0 930000000 12000",
                          "servers/echo.yaml[handler=epoll%2Cn=8]/load.service 0 930000000 12000",
                          "servers/echo.yaml[handler=epoll%2Cn=8]/load.connect 0 930000000 3",
                          "servers/echo.yaml[handler=epoll%2Cn=8]/load.lag 0 930000000 12000",
                          "servers/echo.yaml[handler=epoll%2Cn=8]/run.wall 0 930000000 3",
                          "a%20b%2Cc%25%0Ad/run.wall 0 1000000 1"));
}

TEST(Hlog, begins_when_the_session_did) {
  SessionResult session;
  session.started = "2024-05-01T12:00:00Z";
  EXPECT_THAT(to_hlog(session), HasSubstr("#[StartTime: 1714564800.000 (seconds since epoch), "
                                          "2024-05-01T12:00:00Z]\n"));
  session.started = "2024-02-31T12:00:00Z";
  EXPECT_THAT(to_hlog(session), HasSubstr("#[StartTime: 0.000 "));
}

TEST(Hgrm, golden) {
  const base::Result<std::string> table = to_hgrm(full_session(), kLoad, "load.response");
  ASSERT_TRUE(table);
  expect_golden("full.hgrm", *table);
}

TEST(Hgrm, is_of_the_only_figure_of_that_name) {
  const base::Result<std::string> table = to_hgrm(full_session(), "", "load.connect");
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(measure::read_percentile_table(*table)->count, 3);
}

TEST(Hgrm, says_what_there_is_if_it_does_not_know_which) {
  SessionResult session;
  EXPECT_EQ(to_hgrm(session, "", "f").error().message, "f: no figure of this result has values");
  session.scenarios = {killed_scenario(), load_scenario()};
  session.scenarios[1].judgement.figures.clear();
  EXPECT_EQ(to_hgrm(session, "", "run.wall").error().message,
            "run.wall: more than one; say of which scenario: ends/killed.yaml run.wall and "
            "servers/echo.yaml[handler=epoll,n=8] run.wall");
  EXPECT_EQ(to_hgrm(session, "x", "f\n").error().message,
            "x f\\n: no such figure; there are ends/killed.yaml run.wall and "
            "servers/echo.yaml[handler=epoll,n=8] run.wall");
}

}  // namespace
}  // namespace procession::report
