// SPDX-License-Identifier: MIT
// Writes the page that browser_test looks at: scenarios that came out in every way, hostile titles,
// a race, a load with figures, and courses from a few events to 100,000. Nothing is played.
//
// usage: sample_page FILE [EVENTS]
// Prints how long the page took to make, in ms.

#include "harness/measure/hdr_encoding.h"
#include "harness/measure/samples.h"
#include "harness/report/html.h"
#include "harness/report/result_samples_test.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <utility>

namespace procession::report {
namespace {

using verify::Course;
using Kind = Course::Kind;

constexpr std::string_view kHostile =
    "</script><script>document.title = 'run';</script><img src=x onerror=\"document.title = "
    "'run'\">"
    " \xE2\x80\xAE 子进程先结束 \x1b[31m";

// Puts a course together, text by text.
class Builder {
 public:
  std::uint32_t lane(std::string path, std::string status) {
    course_.lanes.push_back({std::move(path), "",
                             static_cast<std::int32_t>(4000 + course_.lanes.size()),
                             std::move(status)});
    return static_cast<std::uint32_t>(course_.lanes.size() - 1);
  }
  std::uint32_t add(Kind kind, std::uint32_t lane, std::int64_t from, std::int64_t to,
                    const std::string& text, std::uint32_t line = 0,
                    const std::string& answer = "") {
    course_.events.push_back({.kind = kind,
                              .lane = lane,
                              .from_ns = from,
                              .to_ns = to,
                              .text = text_of(text),
                              .answer = text_of(answer),
                              .line = line});
    return static_cast<std::uint32_t>(course_.events.size() - 1);
  }
  void arrow(std::uint32_t from, std::uint32_t to) { course_.arrows.push_back({from, to}); }
  Course take(std::int64_t wall_ns) {
    course_.wall_ns = wall_ns;
    return std::move(course_);
  }

 private:
  std::uint32_t text_of(const std::string& text) {
    const auto found = std::find(course_.texts.begin(), course_.texts.end(), text);
    const auto at = static_cast<std::uint32_t>(found - course_.texts.begin());
    if (found == course_.texts.end()) {
      course_.texts.push_back(text);
    }
    return at;
  }
  Course course_;
};

// Main starts a child and joins it: what browser_test clicks on stands at known times.
Course small_course() {
  Builder build;
  const std::uint32_t main = build.lane("main", "0");
  const std::uint32_t child = build.lane("main/child", "SIGTERM");
  build.add(Kind::Begin, main, 0, 0, "begin", 3);
  const auto start = build.add(Kind::Step, main, 10'000, 100'000, "start(child)", 4);
  const auto join = build.add(Kind::Step, main, 110'000, 900'000, "join(child)", 5, "SIGTERM");
  build.add(Kind::Step, main, 910'000, 930'000, "print", 6, std::string(kHostile));
  build.add(Kind::End, main, 950'000, 990'000, "end", 3);
  const auto begin = build.add(Kind::Begin, child, 90'000, 90'000, "begin", 7);
  build.add(Kind::Step, child, 200'000, 300'000, "print", 8, "the child works");
  build.add(Kind::Step, child, 310'000, -1, "sleep(forever)", 9);
  build.add(Kind::Stopped, child, 500'000, 510'000, "stopped");
  build.add(Kind::Continued, child, 600'000, 610'000, "continued");
  const auto end = build.add(Kind::End, child, 850'000, 870'000, "end", 7);
  build.arrow(start, begin);
  build.arrow(end, join);
  return build.take(1'000'000);
}

// Workers that hand on bytes to each other.
Course large_course(std::size_t events, std::uint32_t workers) {
  std::mt19937 random(7);
  std::exponential_distribution<double> length(1.0 / 20'000);
  Builder build;
  std::vector<std::uint32_t> sends(workers);
  for (std::uint32_t worker = 0; worker < workers; ++worker) {
    const std::uint32_t lane = build.lane(fmt::format("main/worker[{}]", worker), "0");
    std::int64_t at = 1000 * worker;
    build.add(Kind::Begin, lane, at, at, "begin", 9);
    for (std::size_t i = 0; i < events / workers; ++i) {
      const auto took = static_cast<std::int64_t>(length(random)) + 300;
      const std::string text = i % 3 == 0 ? "spin" : i % 3 == 1 ? "send(p)" : "receive(p)";
      const auto event =
          build.add(Kind::Step, lane, at, at + took, text, static_cast<std::uint32_t>(10 + i % 3),
                    i % 3 == 2 ? "work" : "");
      if (i % 24 == 1) {
        sends[worker] = event;
      } else if (i % 24 == 2 && worker > 0) {
        build.arrow(sends[worker - 1], event);
      }
      at += took + 200;
    }
    build.add(Kind::End, lane, at, at + 3000, "end", 9);
  }
  return build.take(1'000'000'000);
}

measure::Figure figure_of(const std::string& name, std::size_t count, double median) {
  std::mt19937 random(3);
  std::lognormal_distribution<double> values(std::log(median), 0.5);
  measure::Samples samples;
  const auto histogram = std::make_unique<measure::Histogram>();
  for (std::size_t i = 0; i < count; ++i) {
    const auto value = static_cast<std::int64_t>(values(random));
    samples.add(value);
    histogram->record(value);
  }
  measure::Figure figure = measure::figure_of(name, "ns", samples);
  figure.histogram = measure::hdr_encode(*histogram);
  return figure;
}

verify::Graph small_graph() {
  using Node = verify::GraphNode;
  using Edge = verify::GraphEdge;
  verify::Graph graph;
  graph.nodes = {{Node::Kind::Begin, "begin", 3},      {Node::Kind::Step, "start(child)", 4},
                 {Node::Kind::Step, "join(child)", 5}, {Node::Kind::End, "end", 3},
                 {Node::Kind::Begin, "begin", 7},      {Node::Kind::Step, "print", 8},
                 {Node::Kind::End, "end", 7}};
  graph.processes = {{"main", "", {{0, 1, 2, 3}}}, {"main/child", "spawn", {{4, 5, 6}}}};
  graph.edges = {{0, 1},
                 {1, 2},
                 {2, 3},
                 {4, 5},
                 {5, 6},
                 {1, 4, Edge::Kind::Cause, "posix"},
                 {6, 2, Edge::Kind::Cause, "posix"}};
  return graph;
}

ScenarioResult load_scenario() {
  ScenarioResult result = held_scenario();
  result.id = "load/clients.yaml";
  result.title = "clients of a server 一百个客户端";
  result.tags = {"load"};
  result.judgement.figures = {figure_of("load.response", 50'000, 210'000),
                              figure_of("load.service", 50'000, 190'000),
                              figure_of("start_to_begin", 40, 90'000)};
  result.judgement.figures[0].at_least = {"p99.9", "max"};
  result.judgement.figures[2].invalid = "the client lagged";
  result.judgement.numbers = {{"load.rate", "/s", 97'098.2}, {"load.errors", "", 0}};
  verify::Throughput rate{.name = "load",
                          .begin_ns = 1'000'000,
                          .window_ns = 20'000'000,
                          .phases = {{"warmup", 1'000'000}, {"measure", 200'000'000}}};
  for (std::uint64_t window = 0; window < 60; ++window) {
    rate.ended.push_back(window > 30 && window < 34 ? 20 : 1900 + window % 7 * 11);
  }
  result.judgement.throughputs = {rate};
  result.judgement.outcomes = {{{{"first", "true"}, {"second", "false"}}, 190, "required"},
                               {{{"first", "true"}, {"second", "true"}}, 9, "allowed"},
                               {{{"first", "false"}, {"second", "true"}}, 1, ""}};
  result.judgement.course = small_course();
  return result;
}

SessionResult session_of(std::size_t events) {
  SessionResult session = sample_session();
  ScenarioResult& broken = session.scenarios[1];
  broken.title = std::string(kHostile);
  broken.lines[0] = "scenario: " + std::string(kHostile);
  broken.judgement.verdicts[0].evidence = {"main.begin → main.start(child) → main.print",
                                           std::string(kHostile)};
  broken.judgement.course = small_course();
  broken.graph = small_graph();
  session.scenarios.push_back(load_scenario());
  ScenarioResult large = held_scenario();
  large.id = "scale/large.yaml";
  large.title = "many events";
  large.tags = {"scale"};
  large.judgement.course = large_course(events, 40);
  session.scenarios.push_back(std::move(large));
  session.command = "procession run scenarios --seed 7";
  session.seed = 7;
  return session;
}

Series::Point point(std::string started, double value, std::string machine_class) {
  return {.started = std::move(started),
          .value = value,
          .low = 0.99 * value,
          .high = 1.01 * value,
          .version = "0.1",
          .machine_class = std::move(machine_class)};
}

ComparedFigure compared(std::string name, std::string unit, double base, double changed) {
  return {.scenario = "load/clients.yaml",
          .name = std::move(name),
          .unit = std::move(unit),
          .base = {base},
          .changed = {changed}};
}

ComparisonResult comparison() {
  ComparisonResult result;
  result.base = "the result of May";
  result.figures = {compared("load.rate", "/s", 97'000, 91'000),
                    compared("load.service.p99", "ns", 5.5e5, 5.6e5)};
  result.figures[0].comparison = {
      .ratio = 0.938, .interval = {0.921, 0.957}, .change = measure::Change::Worse};
  result.figures[1].not_judged = "another class of machine";
  return result;
}

HtmlOptions options() {
  return {.comparison = comparison(),
          .history = {{.scenario = "load/clients.yaml",
                       .figure = "load.rate",
                       .unit = "/s",
                       .points = {point("2024-04-01T12:00:00Z", 95'000, "two cpus"),
                                  point("2024-04-02T12:00:00Z", 97'000, "two cpus"),
                                  point("2024-04-05T12:00:00Z", 91'000, "four cpus")}}}};
}

}  // namespace
}  // namespace procession::report

int main(int count, char** arguments) {
  if (count < 2) {
    std::fputs("usage: sample_page FILE [EVENTS]\n", stderr);
    return 2;
  }
  const std::size_t events = count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 100'000;
  const auto session = procession::report::session_of(events);
  const auto began = std::chrono::steady_clock::now();
  const std::string page = procession::report::to_html(session, procession::report::options());
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
  std::ofstream(arguments[1], std::ios::binary) << page;
  fmt::print("{:.1f}\n", took.count());
}
