// SPDX-License-Identifier: MIT
#include "harness/report/trace_events.h"

#include "harness/report/golden_test.h"
#include "harness/report/result_samples_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace procession::report {
namespace {

using nlohmann::json;
using Track = std::pair<int, int>;

SessionResult session_of(ScenarioResult scenario) {
  SessionResult session;
  session.scenarios = {std::move(scenario)};
  return session;
}

json events_of(const SessionResult& session) {
  return json::parse(to_trace_events(session))["traceEvents"];
}

std::int64_t ns(const json& micros) { return std::llround(micros.get<double>() * 1000); }

Track track_of(const json& event) { return {event["pid"], event["tid"]}; }

struct Slice {
  std::int64_t begin;
  std::int64_t end;
};

// Of each track, in the order of the document.
std::map<Track, std::vector<Slice>> slices_of(const json& events) {
  std::map<Track, std::vector<Slice>> slices;
  for (const json& event : events) {
    if (event["ph"] == "X" || (event["ph"] == "i" && event["s"] == "t")) {
      const std::int64_t begin = ns(event["ts"]);
      const std::int64_t length = event["ph"] == "X" ? ns(event["dur"]) : 0;
      slices[track_of(event)].push_back({begin, begin + length});
    }
  }
  return slices;
}

void expect_nested(const std::vector<Slice>& slices) {
  std::vector<Slice> open;
  std::int64_t before = 0;
  for (const Slice& slice : slices) {
    EXPECT_GE(slice.begin, before);
    EXPECT_GE(slice.end, slice.begin);
    before = slice.begin;
    while (!open.empty() && open.back().end <= slice.begin) {
      open.pop_back();
    }
    if (!open.empty()) {
      EXPECT_LE(slice.end, open.back().end);
    }
    open.push_back(slice);
  }
}

void expect_in_a_slice(const json& end, const std::map<Track, std::vector<Slice>>& slices) {
  const std::int64_t at = ns(end["ts"]);
  EXPECT_TRUE(std::ranges::any_of(slices.at(track_of(end)), [&](const Slice& slice) {
    return slice.begin <= at && at <= slice.end;
  })) << end;
}

// What viewers need; for each document here.
void expect_valid(const json& events) {
  const std::set<std::string> known = {"M", "X", "i", "s", "f", "C"};
  std::set<Track> named;
  std::map<int, std::vector<json>> arrows;
  for (const json& event : events) {
    EXPECT_TRUE(known.contains(event["ph"])) << event;
    EXPECT_TRUE(event["name"].is_string()) << event;
    EXPECT_TRUE(event["pid"].is_number_integer() && event["tid"].is_number_integer()) << event;
    if (event["ph"] == "M") {
      named.insert(track_of(event));
      continue;
    }
    EXPECT_GE(event["ts"].get<double>(), 0) << event;
    EXPECT_TRUE(named.contains(track_of(event))) << event;
    if (event["ph"] == "s" || event["ph"] == "f") {
      arrows[event["id"]].push_back(event);
    }
  }
  const auto slices = slices_of(events);
  for (const auto& [track, of_track] : slices) {
    expect_nested(of_track);
  }
  for (const auto& [id, ends] : arrows) {
    ASSERT_EQ(ends.size(), 2) << id;
    EXPECT_EQ(ends[0]["ph"], "s");
    EXPECT_EQ(ends[1]["ph"], "f");
    EXPECT_LE(ns(ends[0]["ts"]), ns(ends[1]["ts"]));
    expect_in_a_slice(ends[0], slices);
    expect_in_a_slice(ends[1], slices);
  }
}

TEST(TraceEvents, golden) {
  expect_golden("full.trace.json", to_trace_events(full_session()));
  expect_valid(events_of(full_session()));
}

json with(const json& events, const std::string& key, const json& value) {
  json found = json::array();
  std::ranges::copy_if(events, std::back_inserter(found), [&](const json& event) {
    return event.contains(key) && event[key] == value;
  });
  return found;
}

TEST(TraceEvents, have_a_track_for_each_process_and_a_slice_for_each_step) {
  const json events = events_of(session_of(killed_scenario()));
  expect_valid(events);
  const json names = with(events, "name", "thread_name");
  ASSERT_EQ(names.size(), 2);
  EXPECT_EQ(names[0]["args"]["name"], "main");
  EXPECT_EQ(names[1]["args"]["name"], "main/child (spawn, daemon)");
  EXPECT_EQ(with(events, "name", "process_name")[0]["args"]["name"], "ends/killed.yaml");
  EXPECT_EQ(with(events, "name", "process_labels")[0]["args"]["labels"],
            "殺死 a child (2 events are left out)");
  const json join = with(events, "name", "join(child)")[0];
  EXPECT_EQ(join["ph"], "X");
  EXPECT_EQ(ns(join["ts"]), 101'500);
  EXPECT_EQ(ns(join["dur"]), 98'507);
  EXPECT_EQ(join["args"], json::parse(R"({"line": 6, "error": "EINTR"})"));
}

TEST(TraceEvents, keep_each_nanosecond) {
  const std::string document = to_trace_events(session_of(killed_scenario()));
  EXPECT_THAT(document, ::testing::HasSubstr(R"("ts":1.001,)"));
  EXPECT_THAT(document, ::testing::HasSubstr(R"("dur":98.507,)"));
}

TEST(TraceEvents, end_what_never_returned_with_its_process) {
  const json events = events_of(session_of(killed_scenario()));
  const json sleep = with(events, "name", "sleep(1m)")[0];
  EXPECT_EQ(ns(sleep["ts"]) + ns(sleep["dur"]), 150'000);
  EXPECT_EQ(sleep["args"]["returned"], false);
  const json end = with(events, "name", "end")[1];
  EXPECT_EQ(end["ph"], "i");
  EXPECT_EQ(ns(end["ts"]), 150'000);
  EXPECT_EQ(end["args"], json::parse(R"({"not before, µs": "100.500", "status": "SIGKILL"})"));
}

TEST(TraceEvents, end_what_never_returned_with_the_run_if_nobody_saw_an_end) {
  ScenarioResult scenario = killed_scenario();
  scenario.judgement.course->events.pop_back();
  scenario.judgement.course->arrows.clear();
  const json sleep = with(events_of(session_of(scenario)), "name", "sleep(1m)")[0];
  EXPECT_EQ(ns(sleep["ts"]) + ns(sleep["dur"]), 320'001);
}

TEST(TraceEvents, have_an_arrow_for_each_cause) {
  const json events = events_of(session_of(killed_scenario()));
  const json begins = with(events, "ph", "s");
  const json ends = with(events, "ph", "f");
  ASSERT_EQ(begins.size(), 3);
  ASSERT_EQ(ends.size(), 3);
  // end of the child → main.join(child), which had begun before that.
  EXPECT_EQ(ns(begins[2]["ts"]), 150'000);
  EXPECT_EQ(ns(ends[2]["ts"]), 150'000);
  EXPECT_NE(begins[2]["tid"], ends[2]["tid"]);
}

TEST(TraceEvents, count_requests_a_second) {
  const json events = events_of(session_of(load_scenario()));
  expect_valid(events);
  const json counters = with(events, "ph", "C");
  ASSERT_EQ(counters.size(), 11);
  EXPECT_EQ(counters[1]["name"], "load: requests answered");
  EXPECT_EQ(ns(counters[1]["ts"]), 12'000'000);
  EXPECT_EQ(counters[1]["args"]["per second"], 14'000);
  EXPECT_EQ(counters[10]["args"]["per second"], 0);
  EXPECT_EQ(with(events, "name", "load: measure")[0]["s"], "p");
}

TEST(TraceEvents, are_nested_whatever_a_result_holds) {
  ScenarioResult scenario = killed_scenario();
  Course& course = *scenario.judgement.course;
  std::uint32_t state = 1;
  const auto random = [&] { return (state = state * 1'103'515'245 + 12'345) >> 16; };
  course.events.clear();
  course.arrows.clear();
  for (std::uint32_t i = 0; i < 2000; ++i) {
    const auto from = static_cast<std::int64_t>(random() % 500) - 5;
    course.events.push_back({static_cast<Course::Kind>(random() % Course::kKinds), random() % 2,
                             from, from + static_cast<std::int64_t>(random() % 60) - 20, 1});
    course.arrows.push_back({i, random() % (i + 1)});
  }
  expect_valid(events_of(session_of(scenario)));
}

TEST(TraceEvents, are_none_where_nothing_was_played) {
  EXPECT_EQ(events_of(sample_session()), json::array());
}

}  // namespace
}  // namespace procession::report
