// SPDX-License-Identifier: MIT
// The formats for charts over many commits: github_benchmark.h and bencher.h.
#include "harness/report/bencher.h"
#include "harness/report/github_benchmark.h"
#include "harness/report/golden_test.h"
#include "harness/report/result_samples_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace procession::report {
namespace {

using nlohmann::json;

TEST(GithubBenchmark, golden) {
  expect_golden("full.smaller.json", to_smaller_is_better(full_session()));
  expect_golden("full.bigger.json", to_bigger_is_better(full_session()));
}

TEST(GithubBenchmark, has_what_the_action_asks_of_an_entry) {
  for (auto* render : {&to_smaller_is_better, &to_bigger_is_better}) {
    const json entries = json::parse(render(full_session()));
    ASSERT_FALSE(entries.empty());
    for (const json& entry : entries) {
      EXPECT_TRUE(entry["name"].is_string());
      EXPECT_TRUE(entry["unit"].is_string());
      EXPECT_TRUE(entry["value"].is_number()) << entry;
    }
  }
}

TEST(GithubBenchmark, is_an_array_of_nothing_without_numbers) {
  EXPECT_EQ(to_smaller_is_better(sample_session()), "[]\n");
}

TEST(GithubBenchmark, has_no_range_of_a_value_of_zero) {
  SessionResult session;
  session.scenarios = {other_scenario("x.yaml", Outcome::AsExpected, "")};
  measure::Figure figure{.name = "f", .unit = "ns", .count = 9};
  figure.percentiles = {told_percentile(50, 0, 0, 1)};
  session.scenarios[0].judgement.figures = {figure};
  EXPECT_EQ(json::parse(to_smaller_is_better(session)),
            json::parse(R"([{"name": "x.yaml f.p50", "unit": "ns", "value": 0.0,
                             "extra": "n = 9\n95 % confidence: 0 to 1"}])"));
}

TEST(Bencher, golden) { expect_golden("full.bencher.json", to_bencher(full_session())); }

TEST(Bencher, has_a_value_in_each_measure) {
  const json benchmarks = json::parse(to_bencher(full_session()));
  ASSERT_FALSE(benchmarks.empty());
  for (const json& benchmark : benchmarks) {
    for (const json& metric : benchmark) {
      EXPECT_TRUE(metric["value"].is_number()) << benchmark;
    }
  }
}

TEST(Bencher, keeps_long_names_apart_in_1024_characters) {
  SessionResult session;
  for (const char* end : {"a", "b"}) {
    session.scenarios.push_back(
        other_scenario(std::string(2000, 'x') + end, Outcome::AsExpected, ""));
    session.scenarios.back().judgement.numbers = {{"load.rate", "/s", 7}};
  }
  const json benchmarks = json::parse(to_bencher(session));
  EXPECT_EQ(benchmarks.size(), 2);
  for (const auto& [name, benchmark] : benchmarks.items()) {
    EXPECT_EQ(name.size(), 1024 + 2);  // "…" has three bytes
  }
}

TEST(Bencher, is_an_empty_object_without_numbers) { EXPECT_EQ(to_bencher({}), "{}\n"); }

}  // namespace
}  // namespace procession::report
