// SPDX-License-Identifier: MIT
// A Record from a file may say anything: what does not fit its plan is refused, and what fits can
// be judged, whatever the verdict.
#include "harness/verify/fits.h"

#include "harness/plan/events.h"
#include "harness/verify/judged_test.h"

#include <csignal>
#include <functional>
#include <limits>
#include <random>

namespace procession::verify {
namespace {

using ::testing::HasSubstr;
using testing::planned;
using testing::Planned;
using testing::RecordScript;

constexpr std::string_view kScenario = R"(
processes:
  main:
    - {handle: SIGUSR1, steps: [{print: heard}]}
    - start: child
    - {join: child, as: status}
    - print: over
  child:
    - print: works
    - raise: oops
expect:
  order: [child.print < main.join]
  exit: {child: 1}
  output: {main: [over]}
  outcomes: {allowed: [{status: 1}]}
)";

trace::Record good(const Planned& test) {
  RecordScript run(test);
  run.begin("main", 1).step("main.handle(SIGUSR1)", 2, 3).step("main.start(child)", 5, 15);
  run.begin("child", 10).text("child.print", 12, "works");
  run.ended("child", trace::exited_status(1), 40);
  run.step("main.join(child)", 20, 41, 1).text("main.print", 42, "over").exit("main", 43, 50);
  return run.record;
}

TEST(Fits, WhatWasPlayed) {
  const Planned test = planned(kScenario);
  const base::Result<> fitting = fits(test.plan(), good(test));
  EXPECT_TRUE(fitting) << fitting.error().message;
}

TEST(Fits, NothingElse) {
  const Planned test = planned(kScenario);
  const auto told = [&](const std::function<void(trace::Record&)>& spoil) {
    trace::Record record = good(test);
    spoil(record);
    const base::Result<> fitting = fits(test.plan(), record);
    return fitting ? std::string("it fits") : fitting.error().message;
  };
  using trace::Record;
  EXPECT_THAT(told([](Record& r) { r.processes.pop_back(); }),
              HasSubstr("run 1 cannot be of this plan: it has 1 processes, the plan 2"));
  EXPECT_THAT(told([](Record& r) { r.processes[1].started = false; }),
              HasSubstr("child played without being started"));
  EXPECT_THAT(told([](Record& r) { r.processes[1].status = 600; }), HasSubstr("status 600"));
  EXPECT_THAT(told([](Record& r) { r.processes[1].status = -1; }), HasSubstr("status -1"));
  EXPECT_THAT(told([](Record& r) { r.processes[1].reaped_by = 2; }), HasSubstr("reaped by"));
  EXPECT_THAT(told([](Record& r) { r.processes[1].events[0].step = 0; }),
              HasSubstr("played step 0, which is none of its steps"));
  EXPECT_THAT(told([](Record& r) { r.processes[1].events[0].step = 99; }), HasSubstr("step 99"));
  EXPECT_THAT(told([](Record& r) { r.processes[1].events[0].kind = trace::Line::Got; }),
              HasSubstr("none of its steps"));
  EXPECT_THAT(told([](Record& r) { r.processes[1].events[0].error = 1101; }),
              HasSubstr("error 1101"));
  EXPECT_THAT(told([](Record& r) {
                r.processes[1].events[0].cause = {0, 77};
              }),
              HasSubstr("with a cause"));
}

constexpr std::string_view kLoad = R"(
processes:
  main:
    - start: server
    - {load: server, requests: 10}
  server:
    - {serve: echo, handler: epoll, until: main.load}
expect:
  figures: [load.errors == 0, load.service.p50 < 1s]
)";

trace::Load good_load() {
  constexpr std::int64_t kSecond = 1'000'000'000;
  trace::Load load;
  load.connections = 1;
  load.phases.resize(trace::kPhases);
  trace::LoadPhase& phase = load.phases[static_cast<std::size_t>(trace::Phase::Measure)];
  phase.counts.begin = kSecond;
  phase.counts.end = 2 * kSecond;
  phase.counts.due = phase.counts.sent = phase.counts.answered = phase.counts.ended = 10;
  phase.series.resize(trace::kSeries);
  phase.series[static_cast<std::size_t>(trace::Series::Service)] = {1000, 1000, {{1000, 10}}};
  return load;
}

TEST(Fits, NoLoadThatCannotHaveBeenCounted) {
  const Planned test = planned(kLoad);
  const auto fit = [&](const std::function<void(trace::Load&, trace::LoadPhase&)>& spoil) {
    RecordScript run(test);
    run.begin("main", 1).begin("server", 2);
    run.record.loads = {good_load()};
    trace::Load& load = run.record.loads.front();
    spoil(load, load.phases[static_cast<std::size_t>(trace::Phase::Measure)]);
    return static_cast<bool>(fits(test.plan(), run.record));
  };
  using trace::Load;
  using trace::LoadPhase;
  constexpr auto kService = static_cast<std::size_t>(trace::Series::Service);
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_TRUE(fit([](Load&, LoadPhase&) {}));
  EXPECT_TRUE(fit([](Load&, LoadPhase& p) { p.counts.end = 0; })) << "it was killed";
  EXPECT_FALSE(fit([](Load& l, LoadPhase&) { l.phases.pop_back(); }));
  EXPECT_FALSE(fit([](Load& l, LoadPhase&) { l.connections = ~0ULL; }));
  EXPECT_FALSE(fit([](Load& l, LoadPhase&) { l.window_ns = -1; }));
  EXPECT_FALSE(fit([](Load& l, LoadPhase&) { l.windows.resize(trace::LoadArea::kWindows + 1); }));
  EXPECT_FALSE(fit([](Load&, LoadPhase& p) { p.series.pop_back(); }));
  EXPECT_FALSE(fit([](Load&, LoadPhase& p) { p.series[kService].min = 1001; }));
  EXPECT_FALSE(fit([](Load&, LoadPhase& p) { p.series[kService].min = -1; }));
  EXPECT_FALSE(fit([](Load&, LoadPhase& p) { p.series[kService].max = kMost; }));
  EXPECT_FALSE(fit([](Load&, LoadPhase& p) { p.series[kService].cells[0].cell = 27 * 1024; }));
  EXPECT_FALSE(fit([](Load&, LoadPhase& p) { p.series[kService].cells[0].count = ~0ULL; }));
  EXPECT_FALSE(fit([](Load&, LoadPhase& p) {
    p.series[kService].cells.assign(1000, {1000, std::uint64_t{1} << 47});
  })) << "each of its cells could be, but not their sum";
  EXPECT_FALSE(fit([](Load&, LoadPhase& p) { p.counts.end = p.counts.begin - 1; }));
  EXPECT_FALSE(fit([](Load&, LoadPhase& p) { p.counts.begin = -kMost; }));
  EXPECT_FALSE(fit([](Load&, LoadPhase& p) { p.counts.end = kMost; }));
  EXPECT_FALSE(fit([](Load&, LoadPhase& p) { p.counts.population_ns = kMost; }));
  EXPECT_FALSE(fit([](Load&, LoadPhase& p) { p.counts.think_ns = -kMost; }));
  EXPECT_FALSE(fit([](Load&, LoadPhase& p) { p.counts.least_unfinished[0] = -1; }));
  EXPECT_FALSE(fit([](Load&, LoadPhase& p) { p.counts.due = ~0ULL; }));
  EXPECT_FALSE(fit([](Load&, LoadPhase& p) { p.counts.failed[7] = ~0ULL; }));
  EXPECT_FALSE(fit([](Load&, LoadPhase& p) { p.counts.at_least[1] = ~0ULL; }));
}

TEST(Fits, IsEnoughToBeJudged) {
  const Planned test = planned(kScenario);
  std::mt19937_64 random(1);
  const auto number = [&](std::int64_t most) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(most));
  };
  const std::size_t verdicts = judged(test, {good(test)}).verdicts.size();
  int judged_runs = 0;
  for (int round = 0; round < 4000; ++round) {
    trace::Record record = good(test);
    for (int k = 0; k < 3; ++k) {
      trace::Process& process = record.processes[random() % record.processes.size()];
      trace::Event& event = process.events[random() % process.events.size()];
      switch (random() % 12) {
        case 0:
          event.step = static_cast<std::uint32_t>(number(9));
          break;
        case 1:
          event.kind = static_cast<trace::Line::Kind>(number(4));
          break;
        case 2:
          event.call = {number(std::int64_t{1} << 61)};
          break;
        case 3:
          event.returned.reset();
          break;
        case 4:
          event.returned = base::Instant{number(std::int64_t{1} << 61)};
          break;
        case 5:
          event.error = static_cast<std::int32_t>(number(1200));
          break;
        case 6:
          event.answer = static_cast<std::int64_t>(random());
          break;
        case 7:
          process.status = static_cast<std::int32_t>(number(600));
          break;
        case 8:
          process.events.push_back(event);
          break;
        case 9:
          process.dead_seen.reset();
          break;
        case 10:
          event.cause = {static_cast<std::uint32_t>(number(3)),
                         static_cast<std::uint32_t>(number(5))};
          break;
        default:
          process.survived = !process.survived;
      }
    }
    if (fits(test.plan(), record)) {
      ++judged_runs;
      EXPECT_EQ(judged(test, {record}).verdicts.size(), verdicts);
    }
  }
  EXPECT_GT(judged_runs, 300);
}

}  // namespace
}  // namespace procession::verify
