// SPDX-License-Identifier: MIT
#include "harness/report/json.h"

#include "harness/measure/samples.h"
#include "harness/report/result_samples_test.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <limits>

namespace procession::report {
namespace {

using nlohmann::json;

TEST(Json, names_its_format_and_counts_each_outcome) {
  const json document = json::parse(to_json(sample_session()));
  EXPECT_EQ(document["format"], "procession-result");
  EXPECT_EQ(document["version"], 1);
  EXPECT_EQ(document["wall_ns"], 1'500'000'000);
  EXPECT_EQ(document["machine"], (json{{"kernel", "Linux 6.1"}, {"cpus", "2"}}));
  EXPECT_EQ(document["summary"], (json{{"scenarios", 4},
                                       {"as_expected", 1},
                                       {"broken", 1},
                                       {"invalid", 0},
                                       {"inconclusive", 0},
                                       {"skipped", 1},
                                       {"unreadable", 1},
                                       {"failed", 0},
                                       {"stopped", 0}}));
}

TEST(Json, holds_a_whole_broken_scenario) {
  SessionResult session = sample_session();
  session.scenarios[1].judgement.outcomes = {{{{"first", "true"}}, 7, "allowed"}};
  const json document = json::parse(to_json(session));
  EXPECT_EQ(document["scenarios"][1], json::parse(R"({
    "id": "tutorial/luck.yaml[method=fork]", "file": "tutorial/luck.yaml",
    "title": "nobody joins", "tags": [], "outcome": "broken", "reason": "", "diagnostics": [],
    "lines": ["scenario: nobody joins", "expect:", "  order:", "    - child.end < main.print"],
    "runs": 3, "runs_wanted": 10, "wall_ns": 4000000,
    "run_wall_ns": [], "placement": {"child": "0-1"},
    "verdicts": [
      {"key": "order", "text": "child.end < main.print", "line": 4, "column": 7,
       "verdict": "broken", "wanted": "held", "as_expected": false,
       "message": "seen 3 of 3, not guaranteed: main.print can happen without child.end",
       "evidence": ["main.start(child) → main.print, line 7"]},
      {"key": "left", "text": "nothing is left", "line": 0, "column": 0,
       "verdict": "held", "wanted": "held", "as_expected": true, "message": "", "evidence": []}],
    "outcomes": [{"values": {"first": "true"}, "count": 7, "listed": "allowed"}],
    "figures": [], "numbers": [],
    "shown_run": 3,
    "printed": [{"process": "main", "text": "<on> & \u001b[31mon\uFFFD", "at_ns": 5000},
                {"process": "main/child", "text": "done", "at_ns": 9000}],
    "story": ["main/child: in receive(p) since 9.9 s"],
    "throughputs": [], "graph": null, "course": null})"));
}

TEST(Json, holds_every_figure_without_numbers_that_it_cannot_spell) {
  SessionResult session = sample_session();
  measure::Samples samples;
  for (std::int64_t value = 1; value <= 60; ++value) {
    samples.add(value);
  }
  session.scenarios[1].judgement.figures = {measure::figure_of("setup", "ns", samples),
                                            measure::figure_of("none", "ns", measure::Samples())};
  session.scenarios[1].judgement.figures[0].at_least = {"p90", "max"};
  session.scenarios[1].judgement.figures[1].invalid = "the clock went backwards";
  session.scenarios[1].judgement.figures[0].mean = std::numeric_limits<double>::quiet_NaN();
  session.scenarios[1].judgement.figures[0].max = std::numeric_limits<double>::infinity();
  const json document = json::parse(to_json(session));
  const json& setup = document["scenarios"][1]["figures"][0];
  EXPECT_EQ(setup["name"], "setup");
  EXPECT_EQ(setup["unit"], "ns");
  EXPECT_EQ(setup["n"], 60);
  EXPECT_EQ(setup["min"], 1);
  EXPECT_EQ(setup["p50"], 30);
  EXPECT_EQ(setup["p90"], 54);
  EXPECT_EQ(setup["p99"], nullptr);
  EXPECT_EQ(setup["p99.9"], nullptr);
  EXPECT_EQ(setup["mean"], nullptr);
  EXPECT_EQ(setup["max"], nullptr);
  EXPECT_EQ(setup["ci95"]["p50"], json::parse("[22, 39]"));  // scipy.stats.binom, n = 60
  EXPECT_EQ(setup["ci95"]["p99"], json::parse("[null, null]"));
  const json& none = document["scenarios"][1]["figures"][1];
  EXPECT_EQ(setup["at_least"], json::parse(R"(["p90", "max"])"));
  EXPECT_EQ(setup["invalid"], "");
  EXPECT_EQ(none["n"], 0);
  EXPECT_EQ(none["at_least"], json::array());
  EXPECT_EQ(none["invalid"], "the clock went backwards");
  EXPECT_EQ(none["min"], nullptr);
}

TEST(Json, holds_the_numbers_of_loads) {
  SessionResult session = sample_session();
  session.scenarios[1].judgement.numbers = {{"load.rate", "/s", 1234.5, "the client lagged"},
                                            {"load.errors", "", 0}};
  const json document = json::parse(to_json(session));
  EXPECT_EQ(document["scenarios"][1]["numbers"],
            json::parse(R"([{"name": "load.rate", "unit": "/s", "value": 1234.5,
                             "invalid": "the client lagged", "by_run": []},
                            {"name": "load.errors", "unit": "", "value": 0.0, "invalid": "",
                             "by_run": []}])"));
}

}  // namespace
}  // namespace procession::report
