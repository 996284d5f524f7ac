// SPDX-License-Identifier: MIT
#pragma once
// Results that the tests of several reports share.

#include "harness/measure/hdr_encoding.h"
#include "harness/measure/histogram.h"
#include "harness/report/result.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace procession::report {

using verify::Course;

inline ScenarioResult held_scenario() {
  ScenarioResult result;
  result.id = result.file = "tutorial/join.yaml";
  result.title = "a joined child ends first";
  result.tags = {"tutorial"};
  result.runs = result.runs_wanted = 1;
  result.wall = std::chrono::microseconds(1200);
  result.judgement.verdicts = {{.key = "order",
                                .text = "child.end < main.print",
                                .at = {4, 5},
                                .message = "guaranteed (posix): child.end → main.join(child)"}};
  return result;
}

inline ScenarioResult broken_scenario() {
  ScenarioResult result;
  result.file = "tutorial/luck.yaml";
  result.id = "tutorial/luck.yaml[method=fork]";
  result.title = "nobody joins";
  result.lines = {"scenario: nobody joins", "expect:", "  order:", "    - child.end < main.print"};
  result.outcome = Outcome::Broken;
  result.runs = 3;
  result.runs_wanted = 10;
  result.wall = std::chrono::milliseconds(4);
  result.judgement.verdicts = {
      {.key = "order",
       .text = "child.end < main.print",
       .at = {4, 7},
       .kind = scenario::VerdictKind::Broken,
       .message = "seen 3 of 3, not guaranteed: main.print can happen without child.end",
       .evidence = {"main.start(child) → main.print, line 7"}},
      {.key = "left", .text = "nothing is left"}};
  result.judgement.shown_run = 2;
  result.judgement.printed = {{"main", "<on> & \x1b[31mon\xFF", std::chrono::microseconds(5)},
                              {"main/child", "done", std::chrono::microseconds(9)}};
  result.judgement.story = {"main/child: in receive(p) since 9.9 s"};
  return result;
}

inline ScenarioResult other_scenario(std::string id, Outcome outcome, std::string reason) {
  ScenarioResult result;
  result.id = result.file = std::move(id);
  result.outcome = outcome;
  result.reason = std::move(reason);
  return result;
}

inline SessionResult sample_session() {
  SessionResult session;
  ScenarioResult unreadable = other_scenario("bad.yaml", Outcome::Unreadable, "");
  unreadable.diagnostics = {"bad.yaml:3:7: unknown key `jion`; did you mean `join`?\n"};
  session.scenarios = {held_scenario(), broken_scenario(),
                       other_scenario("numa.yaml", Outcome::Skipped, "needs 64 cpus, has 2"),
                       unreadable};
  session.wall = std::chrono::milliseconds(1500);
  session.started = "2024-05-01T12:00:00Z";
  session.command = "procession run tutorial";
  session.scenarios[1].placement = {{"child", "0-1"}};
  session.machine = {{"kernel", "Linux 6.1"}, {"cpus", "2"}};
  return session;
}

inline measure::Figure::Percentile told_percentile(double percent, double value, double low,
                                                   double high) {
  return {percent, 1, value, {low, high}};
}

inline std::string histogram_of(
    const std::vector<std::pair<std::int64_t, std::uint64_t>>& values_and_times) {
  const auto histogram = std::make_unique<measure::Histogram>();
  for (const auto& [value, times] : values_and_times) {
    histogram->record(value, times);
  }
  return measure::hdr_encode(*histogram);
}

// A load with all kinds of figures: well known, bounded from below, of too few values, invalid.
inline ScenarioResult load_scenario() {
  ScenarioResult result;
  result.file = "servers/echo.yaml";
  result.id = "servers/echo.yaml[handler=epoll,n=8]";
  result.title = "回声：八个客户端 — an echo";
  result.tags = {"load"};
  result.runs = result.runs_wanted = 3;
  result.wall = std::chrono::milliseconds(930);
  result.run_walls = {std::chrono::milliseconds(311), std::chrono::milliseconds(309),
                      std::chrono::milliseconds(310)};
  result.judgement.verdicts = {
      {.key = "figures", .text = "load.response.p99 < 1ms", .at = {12, 7}, .message = "812 µs"}};
  measure::Figure response{.name = "load.response", .unit = "ns", .count = 12000};
  response.min = 21'500;
  response.mean = 192'000.5;
  response.max = 2'768'895;
  response.deviation = 251'000.25;
  response.mean_bounds = {190'000, 194'001};
  response.percentiles = {told_percentile(50, 88'000, 87'400, 88'900),
                          told_percentile(90, 140'000, 138'000, 143'000),
                          told_percentile(99, 812'000, 790'000, 840'000),
                          {99.9, 2995, 1'900'000, {1'700'000, {}}}};
  response.histogram = histogram_of({{21'500, 1},
                                     {88'000, 6000},
                                     {140'000, 4800},
                                     {812'000, 1080},
                                     {1'900'000, 118},
                                     {2'768'895, 1}});
  response.by_run = {{87'000, 88'000, 89'500}, {811'000, 812'000, 820'000}};
  measure::Figure service = response;
  service.name = "load.service";
  service.deviation.reset();
  service.at_least = {"mean", "p99", "p99.9", "max"};
  measure::Figure connect{.name = "load.connect", .unit = "ns", .count = 3};
  connect.min = 40'000;
  connect.mean = 50'000;
  connect.max = 60'000;
  connect.deviation = 10'000;
  connect.mean_bounds = {25'159, 74'841};
  connect.percentiles = {
      {50, 5, {}, {}}, {90, 29, {}, {}}, {99, 299, {}, {}}, {99.9, 2995, {}, {}}};
  connect.histogram = histogram_of({{40'000, 1}, {50'000, 1}, {60'000, 1}});
  measure::Figure lag = response;
  lag.name = "load.lag";
  lag.invalid = "client in run 2: the client lagged | by <b>9 ms</b>";
  result.judgement.figures = {response, service, connect, lag};
  result.judgement.numbers = {{"load.rate", "/s", 12'903.25, {}, {12'000, 12'903.25, 13'100.5}},
                              {"load.requests", "", 4000},
                              {"load.errors", "", 0},
                              {"load.unfinished", "", 2, "the client was killed"}};
  result.judgement.throughputs = {{"load",
                                   2'000'000,
                                   10'000'000,
                                   {20, 140, 131, 129, 0, 128, 133, 130, 127, 64},
                                   {{"warmup", 1'000'000}, {"measure", 2'000'000}}}};
  result.judgement.course = {.run = 3,
                             .wall_ns = 310'000'000,
                             .lanes = {{"main", "", 4000, "0"}, {"client", "vfork", 4001, "0"}},
                             .texts = {"", "begin", "load(server)", "end"},
                             .events = {{Course::Kind::Begin, 0, 1000, 1000, 1},
                                        {Course::Kind::End, 0, 309'000'000, 309'500'000, 3},
                                        {Course::Kind::Begin, 1, 90'000, 90'000, 1},
                                        {Course::Kind::Step, 1, 1'000'000, 105'000'000, 2, 0, 0, 9},
                                        {Course::Kind::End, 1, 105'100'000, 106'000'000, 3}}};
  return result;
}

// Whoever wrote the scenario, or the result file, means harm.
inline ScenarioResult hostile_scenario() {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  ScenarioResult result;
  result.file = "=cmd|' /C calc'!A0.yaml";
  result.id = "=cmd|' /C calc'!A0.yaml[x=\"`a``b\",y=</script>]";
  result.title =
      "</script><script>alert(1)</script> @everyone [x](javascript:alert(1)) ![](//x) `|` **b** "
      "https://evil.example www.evil.example :tada: #1 $x$ ]]> \xFF\x1b[31m --> \n# head";
  result.outcome = Outcome::Broken;
  result.runs = result.runs_wanted = 2;
  result.lines = {"scenario: x", "expect:", "  printed: ['```', '</details>']"};
  result.judgement.verdicts = {{.key = "printed",
                                .text = "```",
                                .at = {3, 13},
                                .kind = scenario::VerdictKind::Broken,
                                .message = "printed `</details>` instead of | @here",
                                .evidence = {"```", "````text", "</details>", "# no | head"}}};
  result.judgement.printed = {
      {"main", "[[ATTACHMENT|/etc/passwd]]", std::chrono::microseconds(7)},
      {"main", "::error file=x::y\r\n\x01 \u202Etxt.exe", std::chrono::microseconds(8)}};
  measure::Figure figure{.name = "+1\",\n\\", .unit = "ns", .count = 9};
  figure.min = -1;
  figure.mean = kNaN;
  figure.max = kInfinity;
  figure.mean_bounds = {-kInfinity, kInfinity};
  figure.percentiles = {{50, 5, 0.0, {kNaN, 1.5}}, {90, 29, -kInfinity, {}}};
  result.judgement.figures = {figure};
  result.judgement.numbers = {{"load.rate", "/s", kInfinity, {}, {kNaN, kInfinity}},
                              {"load.errors", "", kNaN}};
  result.judgement.course = {.wall_ns = 100,
                             .lanes = {{"\"main\\", "</script>", 1, "\xFF\n"}},
                             .texts = {"", "print(\"}]\\\x01\")"},
                             .events = {{Course::Kind::Step, 0, 10, 50, 1, 1, 1, 1},
                                        {Course::Kind::Step, 0, 40, 60, 1},
                                        {Course::Kind::Step, 0, -5, 20, 1}},
                             .arrows = {{0, 2}}};
  result.judgement.throughputs = {{"load", 0, 0, {1, 2}, {}}};
  return result;
}

// main starts a child and joins it; the child is interrupted by a signal, then killed in a sleep.
inline ScenarioResult killed_scenario() {
  ScenarioResult result;
  result.id = result.file = "ends/killed.yaml";
  result.title = "殺死 a child";
  result.runs = result.runs_wanted = 1;
  result.wall = std::chrono::microseconds(400);
  result.run_walls = {std::chrono::microseconds(320)};
  result.judgement.verdicts = {{.key = "exit", .text = "child: SIGKILL", .at = {9, 3}}};
  result.judgement.course = {
      .run = 1,
      .wall_ns = 320'001,
      .lanes = {{"main", "", 77, "0"}, {"main/child", "spawn, daemon", 78, "SIGKILL"}},
      .texts = {"", "begin", "start(child)", "kill(child)", "join(child)", "end", "sleep(1m)",
                "got(SIGUSR1)", "print(caught)", "caught", "orphaned", "EINTR", "stopped",
                "continued"},
      .events = {{Course::Kind::Begin, 0, 1001, 1001, 1, 0, 0, 3},
                 {Course::Kind::Step, 0, 2000, 50'999, 2, 0, 0, 4},
                 {Course::Kind::Step, 0, 100'000, 101'000, 3, 0, 0, 5},
                 {Course::Kind::Step, 0, 101'500, 200'007, 4, 11, 0, 6},
                 {Course::Kind::End, 0, 300'000, 310'000, 5},
                 {Course::Kind::Begin, 1, 40'000, 40'000, 1},
                 {Course::Kind::Step, 1, 42'000, -1, 6, 0, 0, 9},
                 {Course::Kind::Got, 1, 60'000, 60'000, 7, 0, 0, 11},
                 {Course::Kind::Step, 1, 61'000, 65'000, 8, 0, 9, 12},
                 {Course::Kind::Stopped, 1, 70'000, 71'000, 12},
                 {Course::Kind::Continued, 1, 75'000, 75'000, 13},
                 {Course::Kind::Orphaned, 1, 80'000, 80'000, 10},
                 {Course::Kind::End, 1, 100'500, 150'000, 5}},
      .arrows = {{1, 5}, {2, 12}, {12, 3}},
      .left_out = 2};
  return result;
}

inline ScenarioResult race_scenario() {
  ScenarioResult result;
  result.id = result.file = "races/race.yaml";
  result.title = "who is first";
  result.runs = result.runs_wanted = 1000;
  result.wall = std::chrono::milliseconds(270);
  result.judgement.verdicts = {
      {.key = "outcomes", .text = "outcomes", .at = {9, 3}, .message = "3 of 3 seen"}};
  result.judgement.outcomes = {{{{"first", "a"}, {"second", "b"}}, 700, "allowed"},
                               {{{"first", "b"}, {"second", "a"}}, 299, "allowed"},
                               {{{"first", "|<b>"}, {"second", ""}}, 1, ""}};
  return result;
}

// Every kind of content that a report may meet.
inline SessionResult full_session() {
  SessionResult session = sample_session();
  session.scenarios.push_back(load_scenario());
  session.scenarios.push_back(hostile_scenario());
  session.scenarios.push_back(killed_scenario());
  session.scenarios.push_back(race_scenario());
  session.scenarios.push_back(
      other_scenario("late.yaml", Outcome::Stopped, "interrupted before its end"));
  session.seed = 42;
  return session;
}

}  // namespace procession::report
