// SPDX-License-Identifier: MIT
#include "harness/report/openmetrics.h"

#include "harness/report/golden_test.h"
#include "harness/report/result_samples_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace procession::report {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

SessionResult session_of(std::vector<ScenarioResult> scenarios) {
  SessionResult session;
  session.scenarios = std::move(scenarios);
  return session;
}

ScenarioResult scenario_with(measure::Figure figure) {
  ScenarioResult result = other_scenario("x.yaml", Outcome::AsExpected, "");
  result.judgement.figures = {std::move(figure)};
  return result;
}

TEST(Openmetrics, golden) { expect_golden("full.om", to_openmetrics(full_session())); }

TEST(Openmetrics, ends_with_its_mark) { EXPECT_THAT(to_openmetrics({}), EndsWith("\n# EOF\n")); }

TEST(Openmetrics, counts_in_buckets_what_is_no_greater) {
  const std::string text = to_openmetrics(
      session_of({scenario_with({.name = "f",
                                 .unit = "ns",
                                 .count = 9,
                                 .histogram = histogram_of({{0, 1},
                                                            {1000, 1},
                                                            {1001, 1},
                                                            {2'000'000, 4},
                                                            {2'100'000, 1},
                                                            {60'000'000'000, 1}})})}));
  const auto bucket = [](const std::string& bound, int count) {
    return HasSubstr("procession_figure_seconds_bucket{scenario=\"x.yaml\",figure=\"f\",le=\"" +
                     bound + "\"} " + std::to_string(count) + "\n");
  };
  EXPECT_THAT(text, bucket("1e-06", 2));
  EXPECT_THAT(text, bucket("2e-06", 3));
  EXPECT_THAT(text, bucket("0.001", 3));
  EXPECT_THAT(text, bucket("0.002", 7));
  EXPECT_THAT(text, bucket("0.005", 8));
  EXPECT_THAT(text, bucket("20.0", 8));
  EXPECT_THAT(text, bucket("60.0", 9));
  EXPECT_THAT(text, bucket("+Inf", 9));
  EXPECT_THAT(text,
              HasSubstr("procession_figure_seconds_count{scenario=\"x.yaml\",figure=\"f\"} 9\n"));
}

TEST(Openmetrics, tells_nothing_that_is_invalid_or_a_lower_bound) {
  measure::Figure figure{.name = "f", .unit = "ns", .count = 1};
  figure.histogram = histogram_of({{1000, 1}});
  figure.mean = 1000;
  figure.max = 1000;
  figure.at_least = {"max"};
  const std::string text = to_openmetrics(session_of({scenario_with(figure)}));
  EXPECT_THAT(text, Not(HasSubstr("_bucket")));
  EXPECT_THAT(text, HasSubstr("statistic=\"mean\""));
  EXPECT_THAT(text, Not(HasSubstr("statistic=\"max\"")));
  figure.invalid = "the client lagged";
  EXPECT_THAT(to_openmetrics(session_of({scenario_with(figure)})), Not(HasSubstr("figure=\"f\"")));
}

TEST(Openmetrics, has_each_series_once) {
  const std::string once = to_openmetrics(session_of({held_scenario()}));
  const std::string twice = to_openmetrics(session_of({held_scenario(), held_scenario()}));
  EXPECT_EQ(once.size(), twice.size());
}

TEST(Openmetrics, escapes_labels) {
  EXPECT_THAT(to_openmetrics(session_of({other_scenario("a\"b\\c\nd\xFF", Outcome::Failed, "")})),
              HasSubstr("procession_failed{scenario=\"a\\\"b\\\\c\\nd\uFFFD\"} 1.0\n"));
}

}  // namespace
}  // namespace procession::report
