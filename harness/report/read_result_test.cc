// SPDX-License-Identifier: MIT
#include "harness/report/read_result.h"

#include "harness/measure/samples.h"
#include "harness/report/json.h"
#include "harness/report/result_samples_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <limits>

namespace procession::report {
namespace {

using nlohmann::ordered_json;
using ::testing::HasSubstr;
using verify::Course;

// Everything that a result can hold.
SessionResult full_session() {
  SessionResult session = sample_session();
  ScenarioResult& scenario = session.scenarios[1];
  measure::Samples samples;
  for (std::int64_t value = 1; value <= 400; ++value) {
    samples.add(value * 1000);
  }
  scenario.run_walls = {base::Duration(5), base::Duration(7)};
  scenario.judgement.figures = {measure::figure_of("load.service", "ns", samples)};
  scenario.judgement.figures[0].by_run.add(samples);
  scenario.judgement.figures[0].at_least = {"max"};
  scenario.judgement.numbers = {{"load.rate", "/s", 1234.5, "", {1200, 1269}},
                                {"load.errors", "", 3, "why", {}}};
  scenario.judgement.outcomes = {{{{"first", "true"}}, 7, "allowed"}};
  scenario.judgement.throughputs = {{"load", 100, 10, {1, 2, 0}, {{"measure", 100}}}};
  scenario.graph = verify::Graph{
      scenario.title,
      scenario.id,
      {{verify::GraphNode::Kind::Begin, "begin", 3}, {verify::GraphNode::Kind::End, "end", 0}},
      {{"main", "spawn", {{0, 1}}}},
      {{0, 1, verify::GraphEdge::Kind::Alternative, "1 of 2, posix"}}};
  Course course;
  course.run = 3;
  course.wall_ns = 900;
  course.lanes = {{"main", "", 17, "0"}, {"main/child", "daemon", 18, "SIGTERM"}};
  course.texts = {"", "begin", "join(child)", "timed_out"};
  course.events = {{Course::Kind::Begin, 0, 1, 1, 1, 0, 0, 2},
                   {Course::Kind::Step, 0, 5, -1, 2, 3, 0, 4},
                   {Course::Kind::End, 1, 6, 8, 1, 0, 0, 0}};
  course.arrows = {{2, 1}};
  course.left_out = 4;
  scenario.judgement.course = course;
  return session;
}

TEST(ReadResult, GivesWhatWasWritten) {
  const std::string written = to_json(full_session());
  const auto read = read_result(written);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(to_json(*read), written);
  const Course& course = *read->scenarios[1].judgement.course;
  EXPECT_EQ(course.events[1].to_ns, -1);
  EXPECT_EQ(course.texts[course.events[1].error], "timed_out");
  EXPECT_EQ(read->scenarios[1].judgement.figures[0].percentiles[2].needs, 299U);
}

TEST(ReadResult, TakesOlderOnesWithoutWhatIsNew) {
  ordered_json document = ordered_json::parse(to_json(full_session()));
  for (ordered_json& scenario : document["scenarios"]) {
    for (const char* key : {"lines", "run_wall_ns", "throughputs", "graph", "course"}) {
      scenario.erase(key);
    }
    for (ordered_json& figure : scenario["figures"]) {
      figure.erase("histogram");
      figure.erase("by_run");
    }
  }
  EXPECT_TRUE(read_result(document.dump()));
}

TEST(ReadResult, NumbersThatJsonCannotSpellComeBackAsNotKnown) {
  SessionResult session = full_session();
  session.scenarios[1].judgement.numbers[0].value = std::numeric_limits<double>::infinity();
  session.scenarios[1].judgement.figures[0].max = std::numeric_limits<double>::quiet_NaN();
  const std::string written = to_json(session);
  const auto read = read_result(written);
  ASSERT_TRUE(read);
  EXPECT_EQ(to_json(*read), written);
  EXPECT_FALSE(read->scenarios[1].judgement.figures[0].max);
}

struct Spoilt {
  const char* name;
  std::function<void(ordered_json&)> spoil;
  const char* said;
};

std::ostream& operator<<(std::ostream& out, const Spoilt& spoilt) { return out << spoilt.name; }

class SpoiltResult : public ::testing::TestWithParam<Spoilt> {};

TEST_P(SpoiltResult, IsRefused) {
  ordered_json document = ordered_json::parse(to_json(full_session()));
  GetParam().spoil(document);
  const auto read = read_result(document.dump());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, base::ErrorKind::BadInput);
  EXPECT_THAT(read.error().message, HasSubstr(GetParam().said));
}

ordered_json& scenario_of(ordered_json& document) { return document["scenarios"][1]; }
ordered_json& course_of(ordered_json& document) { return scenario_of(document)["course"]; }

INSTANTIATE_TEST_SUITE_P(
    All, SpoiltResult,
    ::testing::Values(
        Spoilt{"version", [](auto& d) { d["version"] = 2; },
               "has version 2, and this procession knows 1"},
        Spoilt{"format", [](auto& d) { d["format"] = "x"; }, "is no result of procession"},
        Spoilt{"no_seed", [](auto& d) { d.erase("seed"); }, "seed is missing"},
        Spoilt{"runs", [](auto& d) { scenario_of(d)["runs"] = "3"; },
               "scenarios[1].runs must be a whole number"},
        Spoilt{"negative", [](auto& d) { scenario_of(d)["runs"] = -3; },
               "scenarios[1].runs must be a whole number"},
        Spoilt{"outcome", [](auto& d) { scenario_of(d)["outcome"] = "fine"; },
               "scenarios[1].outcome must not be \"fine\""},
        Spoilt{"counts", [](auto& d) { scenario_of(d)["outcome"] = "as_expected"; },
               "summary does not agree with scenarios"},
        Spoilt{"gone", [](auto& d) { d["scenarios"].erase(0); },
               "summary does not agree with scenarios"},
        Spoilt{"verdict", [](auto& d) { scenario_of(d)["verdicts"][0]["verdict"] = 7; },
               "scenarios[1].verdicts[0].verdict must be a text"},
        Spoilt{"bounds", [](auto& d) { scenario_of(d)["figures"][0]["ci95"]["p50"] = {1}; },
               "figures[0].ci95.p50 must have two numbers"},
        Spoilt{"lane", [](auto& d) { course_of(d)["events"]["lane"][0] = 2; },
               "names a lane that is not there"},
        Spoilt{"text", [](auto& d) { course_of(d)["events"]["answer"][0] = 9; },
               "name a text that is not there"},
        Spoilt{"kind", [](auto& d) { course_of(d)["events"]["kind"][0] = 7; },
               "must be less than 7"},
        Spoilt{"column", [](auto& d) { course_of(d)["events"]["line"].erase(0); },
               "must be as long as the other columns"},
        Spoilt{"arrow", [](auto& d) { course_of(d)["arrows"]["to"][0] = 3; },
               "name an event that is not there"},
        Spoilt{"edge", [](auto& d) { scenario_of(d)["graph"]["edges"][0]["to"] = 2; },
               "name a node that is not there"},
        Spoilt{"node", [](auto& d) { scenario_of(d)["graph"]["processes"][0]["lines"][0][0] = 2; },
               "name a node that is not there"}),
    [](const auto& spoilt) { return std::string(spoilt.param.name); });

TEST(ReadResult, RefusesWhatWasCutOffAnywhere) {
  const std::string whole = to_json(full_session());
  for (std::size_t size = 0; size + 2 < whole.size(); size += 7) {
    const auto read = read_result(std::string_view(whole).substr(0, size));
    ASSERT_FALSE(read) << size;
    EXPECT_THAT(read.error().message, HasSubstr("is no JSON, or was cut off"));
  }
}

// Whatever stands in a place, it is refused or read, and never a crash.
TEST(ReadResult, SurvivesAnyValueInAnyPlace) {
  const ordered_json document = ordered_json::parse(to_json(full_session()));
  const ordered_json flat = document.flatten();
  for (const auto& [pointer, value] : flat.items()) {
    for (const char* other :
         {"null", "[]", "{}", "-1", "1e300", "\"\xC3\xA4\"", "18446744073709551615"}) {
      ordered_json changed = document;
      changed[ordered_json::json_pointer(pointer)] = ordered_json::parse(other);
      static_cast<void>(read_result(changed.dump()));
      changed[ordered_json::json_pointer(pointer).parent_pointer()] = ordered_json::parse(other);
      static_cast<void>(read_result(changed.dump()));
    }
  }
}

}  // namespace
}  // namespace procession::report
