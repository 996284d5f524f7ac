// SPDX-License-Identifier: MIT
#include "harness/report/trace_events.h"

#include "harness/report/golden_test.h"
#include "harness/report/result_samples_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string>
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
  std::string name;
};

// Of each track, in the order of the document.
std::map<Track, std::vector<Slice>> slices_of(const json& events) {
  std::map<Track, std::vector<Slice>> slices;
  std::map<Track, std::vector<std::size_t>> open;
  for (const json& event : events) {
    const Track track = track_of(event);
    if (event["ph"] == "E") {
      EXPECT_FALSE(open[track].empty()) << event;
      Slice& ended = slices[track][open[track].back()];
      EXPECT_EQ(ended.name, event["name"]);
      ended.end = ns(event["ts"]);
      open[track].pop_back();
    } else if (event["ph"] == "X" || event["ph"] == "B" ||
               (event["ph"] == "i" && event["s"] == "t")) {
      const std::int64_t begin = ns(event["ts"]);
      const std::int64_t length = event["ph"] == "X" ? ns(event["dur"]) : 0;
      if (event["ph"] == "B") {
        open[track].push_back(slices[track].size());
      }
      slices[track].push_back({begin, begin + length, event["name"]});
    }
  }
  for (const auto& [track, still_open] : open) {
    EXPECT_TRUE(still_open.empty());
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
  const std::set<std::string> known = {"M", "X", "B", "E", "i", "s", "f", "C"};
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
    const json& begin = ends[0]["ph"] == "s" ? ends[0] : ends[1];
    const json& end = ends[0]["ph"] == "s" ? ends[1] : ends[0];
    EXPECT_EQ(begin["ph"], "s");
    EXPECT_EQ(end["ph"], "f");
    EXPECT_LE(ns(begin["ts"]), ns(end["ts"]));
    expect_in_a_slice(begin, slices);
    expect_in_a_slice(end, slices);
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
  const json end = with(events, "name", "end")[0];
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
  EXPECT_EQ(ends[2]["id"], begins[2]["id"]);
  EXPECT_EQ(ns(begins[2]["ts"]), 150'000);
  EXPECT_EQ(ns(ends[2]["ts"]), 150'000);
  EXPECT_NE(begins[2]["tid"], ends[2]["tid"]);
}

// As Perfetto's importer does it: in the order of time, and of the document where that is the same,
// an end of an arrow belongs to the slice of its track that began last and has not been ended.
std::vector<std::string> arrows_as_bound(const json& document) {
  std::vector<json> events(document.begin(), document.end());
  std::ranges::stable_sort(
      events, {}, [](const json& event) { return event.contains("ts") ? ns(event["ts"]) : 0; });
  std::map<Track, std::vector<Slice>> open;
  std::map<int, std::string> origins;
  std::vector<std::string> arrows;
  for (const json& event : events) {
    std::vector<Slice>& of_track = open[track_of(event)];
    const std::string phase = event["ph"];
    if (phase == "X" || phase == "B" || (phase == "i" && event["s"] == "t")) {
      const std::int64_t begin = ns(event["ts"]);
      std::erase_if(of_track, [&](const Slice& slice) { return slice.end <= begin; });
      of_track.push_back({begin,
                          phase == "B" ? std::numeric_limits<std::int64_t>::max()
                                       : begin + (phase == "X" ? ns(event["dur"]) : 0),
                          event["name"]});
    } else if (phase == "E") {
      of_track.pop_back();
    } else if (phase == "s") {
      origins[event["id"]] = of_track.back().name;
    } else if (phase == "f") {
      arrows.push_back(origins.at(event["id"]) + " → " + of_track.back().name);
    }
  }
  return arrows;
}

TEST(TraceEvents, have_arrows_that_end_where_they_should) {
  EXPECT_THAT(
      arrows_as_bound(events_of(session_of(killed_scenario()))),
      ::testing::ElementsAre("start(child) → begin", "kill(child) → end", "end → join(child)"));
}

// main waits, and meanwhile gets a signal and runs a handler; what it waited for comes after that.
TEST(TraceEvents, have_arrows_to_what_was_interrupted) {
  ScenarioResult scenario = killed_scenario();
  Course& course = *scenario.judgement.course;
  course.texts = {"", "join", "got", "print", "kill", "end", "stopped"};
  course.events = {
      {Course::Kind::Step, 0, 1000, 9000, 1}, {Course::Kind::Got, 0, 2000, 2000, 2},
      {Course::Kind::Step, 0, 2100, 2500, 3}, {Course::Kind::Step, 1, 1500, 1600, 4},
      {Course::Kind::End, 1, 8000, 8500, 5},  {Course::Kind::Stopped, 0, 3000, 3000, 6}};
  course.arrows = {{3, 1}, {3, 5}, {4, 0}};
  const json events = events_of(session_of(scenario));
  expect_valid(events);
  EXPECT_THAT(arrows_as_bound(events),
              ::testing::ElementsAre("kill → got", "kill → stopped", "end → join"));
}

// What the kernel did at an end is known by the same stamp as the end itself.
TEST(TraceEvents, have_arrows_between_what_was_seen_at_once) {
  ScenarioResult scenario = killed_scenario();
  Course& course = *scenario.judgement.course;
  course.texts = {"", "await", "orphaned", "end"};
  course.events = {{Course::Kind::Step, 0, 1000, 9000, 1},
                   {Course::Kind::Orphaned, 0, 4000, 5000, 2},
                   {Course::Kind::End, 1, 3000, 5000, 3}};
  course.arrows = {{2, 1}};
  EXPECT_THAT(arrows_as_bound(events_of(session_of(scenario))),
              ::testing::ElementsAre("end → orphaned"));
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
