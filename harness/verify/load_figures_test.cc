// SPDX-License-Identifier: MIT
// What is said of figures of loads, on Records written by hand.
#include "harness/verify/judged_test.h"
#include "harness/verify/load_audit.h"

#include <cerrno>

namespace procession::verify {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::planned;
using testing::Planned;
using testing::RecordScript;
using trace::Failure;
using trace::Phase;
using trace::Series;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::uint32_t kMicrosecond = 1000;  // its cell, and its length

trace::SeriesCounts all_alike(std::int64_t ns, std::uint64_t count) {
  return {ns, ns, {{static_cast<std::uint32_t>(measure::Histogram::cell_of(ns)), count}}};
}

// A thousand requests of one second, of 1 µs each, on one connection that thinks in between.
trace::LoadPhase closed_phase() {
  trace::LoadPhase phase;
  phase.counts.begin = kSecond;
  phase.counts.end = 2 * kSecond;
  phase.counts.due = phase.counts.sent = phase.counts.answered = phase.counts.ended = 1000;
  phase.counts.population_ns = kSecond;
  phase.counts.think_ns = kSecond - 1000 * kMicrosecond;
  phase.series.resize(trace::kSeries);
  phase.series[static_cast<std::size_t>(Series::Service)] = all_alike(kMicrosecond, 1000);
  return phase;
}

trace::LoadPhase open_phase() {
  trace::LoadPhase phase = closed_phase();
  phase.series[static_cast<std::size_t>(Series::Response)] = all_alike(2 * kMicrosecond, 1000);
  phase.series[static_cast<std::size_t>(Series::Lag)] = all_alike(kMicrosecond, 1000);
  return phase;
}

trace::Load load_of(trace::LoadPhase measured) {
  trace::Load load;
  load.connections = 1;
  load.window_ns = trace::LoadArea::kFirstWindow;
  load.phases.resize(trace::kPhases);
  load.phases[static_cast<std::size_t>(Phase::Measure)] = std::move(measured);
  return load;
}

Planned client(std::string_view options, std::string_view expect) {
  return planned(R"(
processes:
  main:
    - start: server
    - {load: server, )" +
                 std::string(options) + R"(}
  server:
    - {serve: echo, handler: epoll, until: main.load}
expect:
  figures: [)" + std::string(expect) +
                 "]\n");
}

trace::Record run_of(const Planned& test, trace::LoadPhase measured) {
  RecordScript run(test);
  run.begin("main", 0).step("main.start(server)", 1, 5);
  run.begin("server", 6).implicit("server", 0, 7, 8);
  run.step("main.load(server)", 10, 90);
  run.step("server.serve", 9, 95).exit("server", 96, 100);
  run.exit("main", 97, 110);
  trace::Process& main = run.process("main");
  const trace::Event load = main.events[1];
  for (const Phase phase : {Phase::Measure, Phase::Drain}) {
    trace::Event begun = load;
    begun.kind = trace::Line::Phase;
    begun.answer = static_cast<std::int64_t>(phase);
    begun.call = begun.returned.emplace(load.call + base::Duration(20'000 * begun.answer));
    main.events.insert(main.events.end() - 1, begun);
  }
  run.record.loads = {load_of(std::move(measured))};
  return run.record;
}

std::string said_of(std::string_view expect, const trace::LoadPhase& phase,
                    std::string_view options = "for: 1s, think: 1ms") {
  const Planned test = client(options, expect);
  return said_on("figures", test, {run_of(test, phase)});
}

constexpr std::string_view kOpen = "for: 1s, loop: open, rate: 1000/s";

TEST(LoadFigures, AreNumbersOfARun) {
  EXPECT_EQ(said_of("load.rate >= 900/s", closed_phase()),
            "held: load.rate is 1000/s, 100/s above 900/s");
  EXPECT_EQ(said_of("load.requests == 1000", closed_phase()),
            "held: load.requests is 1000, exactly 1000");
  EXPECT_EQ(said_of("load.errors == 0", closed_phase()), "held: load.errors is 0, exactly 0");
}

TEST(LoadFigures, AreSeriesOfAllRequests) {
  EXPECT_THAT(said_of("load.service.p99 < 2us", closed_phase()),
              HasSubstr("held: load.service.p99 is 1 µs"));
  EXPECT_EQ(said_of("load.service.count == 1000", closed_phase()),
            "held: load.service.count is 1000, exactly 1000");
  EXPECT_EQ(said_of("load.service.p99.99 < 2us", closed_phase()),
            "inconclusive: load.service.p99.99 needs 29956 samples, has 1000");
}

TEST(LoadFigures, OfSeveralRunsAreTheirMedian) {
  const Planned test = client("for: 1s, think: 1ms", "load.rate >= 900/s with ci95");
  Runs runs(6, run_of(test, closed_phase()));
  EXPECT_THAT(said_on("figures", test, numbered(runs)),
              HasSubstr("held: load.rate is 1000/s (ci95"));
  runs.resize(5);
  EXPECT_THAT(said_on("figures", test, numbered(runs)),
              HasSubstr("inconclusive: load.rate is 1000/s"));
}

TEST(LoadFigures, AreBrokenWhereNothingWasMeasured) {
  const Planned test = client("for: 1s", "load.rate >= 1/s");
  trace::Record run = run_of(test, closed_phase());
  run.loads = {trace::Load{}};
  EXPECT_EQ(said_on("figures", test, {run}), "broken: load.rate: no `load` was played in run 1");
}

TEST(LoadFigures, CountFailuresByTheirKind) {
  trace::LoadPhase phase = closed_phase();
  phase.counts.failed[static_cast<std::size_t>(Failure::Crossed)] = 2;
  phase.counts.answered -= 2;
  EXPECT_EQ(said_of("load.crossed == 2", phase), "held: load.crossed is 2, exactly 2");
  EXPECT_EQ(said_of("load.corrupt == 0", phase), "held: load.corrupt is 0, exactly 0");
  EXPECT_EQ(said_of("load.errors == 2", phase), "held: load.errors is 2, exactly 2");
}

TEST(LoadFigures, OfWrongRepliesThatNobodySpeaksOfBreakTheScenario) {
  trace::LoadPhase phase = closed_phase();
  phase.counts.failed[static_cast<std::size_t>(Failure::Corrupt)] = 3;
  phase.counts.answered -= 3;
  const Planned silent = client("for: 1s, think: 1ms", "load.crossed == 0");
  EXPECT_EQ(said_on("left", silent, {run_of(silent, phase)}),
            "broken: 3 replies to main were corrupt in run 1");
  const Planned frank = client("for: 1s, think: 1ms", "load.errors == 3");
  EXPECT_THAT(said_on("left", frank, {run_of(frank, phase)}), HasSubstr("held"));
}

TEST(LoadFigures, OfWhatWasGivenUpAreLowerBounds) {
  trace::LoadPhase phase = open_phase();
  auto& response = phase.series[static_cast<std::size_t>(Series::Response)];
  response.cells.push_back({static_cast<std::uint32_t>(measure::Histogram::cell_of(kSecond)), 100});
  response.max = kSecond;
  phase.counts.due += 100;
  phase.counts.sent += 100;
  phase.counts.unfinished = 100;
  phase.counts.least_unfinished[static_cast<std::size_t>(Series::Response)] = kSecond;
  EXPECT_THAT(said_of("load.response.p99 < 2s", phase, kOpen),
              AllOf(HasSubstr("inconclusive: load.response.p99 is >= 1 s"),
                    HasSubstr("; what was given up had taken so long at least, and may have taken "
                              "longer")));
  EXPECT_THAT(said_of("load.response.p99 < 1ms", phase, kOpen),
              HasSubstr("broken: load.response.p99 is >= 1 s"));
  EXPECT_THAT(said_of("load.response.p99 > 1ms", phase, kOpen), HasSubstr("held: "));
  EXPECT_THAT(said_of("load.response.p50 < 1ms", phase, kOpen), HasSubstr("held: "));
  EXPECT_THAT(said_of("load.response.mean < 10s", phase, kOpen), HasSubstr("inconclusive: "));
}

TEST(LoadFigures, OfASeriesWithoutValuesAreBroken) {
  EXPECT_EQ(said_of("load.lag.p50 < 1s", closed_phase()),
            "broken: load.lag has no samples: nothing of it was measured in 1 run");
}

// --- Its phases

std::string fault_of(const trace::Record& record, const Planned& test) {
  return said_on("left", test, {record});
}

TEST(LoadPhases, AreFaultsOfTheHarnessWhereTheyCannotBe) {
  const Planned test = client("for: 1s, think: 1ms", "load.requests >= 0");
  const trace::Record right = run_of(test, closed_phase());
  EXPECT_THAT(fault_of(right, test), HasSubstr("held"));
  constexpr std::string_view kFault =
      "invalid: run 1: load(server) is recorded with a phase that it cannot have there";
  // Of main's events: start, load, measure, drain, exit.
  const auto spoilt = [&](auto spoil) {
    trace::Record wrong = right;
    spoil(wrong.processes[0].events);
    return fault_of(wrong, test);
  };
  EXPECT_THAT(spoilt([](auto& events) { events[2].answer = 0; }), HasSubstr("invalid"))
      << "it has no warm-up";
  EXPECT_THAT(spoilt([](auto& events) { events[3].answer = 1; }), HasSubstr("invalid")) << "twice";
  EXPECT_EQ(spoilt([](auto& events) { std::swap(events[2], events[3]); }), kFault);
  EXPECT_EQ(spoilt([](auto& events) { events[3].returned.reset(); }), kFault);
  EXPECT_THAT(spoilt([](auto& events) { events.erase(events.begin() + 2); }), HasSubstr("invalid"));
}

// --- A load that fails

std::string said_of_error(scenario::Symbol error) {
  const Planned test = client("for: 1s", "load.requests >= 0");
  RecordScript run(test);
  run.begin("main", 0).step("main.start(server)", 1, 5);
  run.begin("server", 6).implicit("server", 0, 7, 8);
  run.step("main.load(server)", 10, 90, 0, error);
  run.exit("main", 97, 110);
  run.process("main").status = trace::exited_status(1);
  const Verdict verdict = verdict_on("exit", test, {run.record});
  return verdict.evidence.empty() ? verdict.message : verdict.evidence.front();
}

TEST(FailedLoad, TellsTheLimitThatItHasMet) {
  EXPECT_EQ(said_of_error(EMFILE),
            "load(server) on line 5 failed: EMFILE: each connection takes a descriptor, and "
            "RLIMIT_NOFILE (`ulimit -Hn`) is lower");
  EXPECT_THAT(said_of_error(ENFILE),
              HasSubstr(": the machine has no descriptor left (fs.file-max)"));
  EXPECT_THAT(said_of_error(EADDRNOTAVAIL),
              HasSubstr(": no port is left for another connection (net.ipv4.ip_local_port_range)"));
  EXPECT_THAT(said_of_error(ECONNREFUSED), HasSubstr(": nobody listens, or the server has ended"));
  EXPECT_THAT(
      said_of_error(scenario::kTimedOut),
      HasSubstr(": connections were not made within `timeout`; they wait if `backlog` is too "
                "small"));
  EXPECT_THAT(said_of_error(ECONNRESET),
              HasSubstr(": the server has closed every connection without a reply"));
  EXPECT_EQ(said_of_error(EINVAL), "load(server) on line 5 failed: EINVAL");
}

// --- The audit

TEST(LoadAudit, FindsRequestsThatAreLost) {
  trace::LoadPhase phase = closed_phase();
  phase.counts.answered = 999;
  EXPECT_EQ(said_of("load.rate >= 1/s", phase),
            "invalid: load.rate: main in run 1: 1000 requests were due, but 999 were answered, 0 "
            "failed and 0 were unfinished");
}

TEST(LoadAudit, HoldsAClosedLoopAgainstLittlesLaw) {
  trace::LoadPhase phase = closed_phase();
  phase.counts.ended = 700;  // a rate that is too low for one connection
  EXPECT_THAT(
      said_of("load.rate >= 1/s", phase),
      HasSubstr("invalid: load.rate: main in run 1: by Little's law 0.7 connections were in "
                "the loop (700/s of 1 ms), but there were 1"));
  phase.counts.ended = 1000;
  phase.counts.population_ns = 2 * kSecond;
  EXPECT_THAT(said_of("load.service.p50 < 1s", phase), HasSubstr("invalid: "));
}

TEST(LoadAudit, AllowsWhatSticksOutAtEitherEnd) {
  trace::LoadPhase phase = closed_phase();
  phase.counts.ended = 992;
  EXPECT_THAT(impossible_in(plan::Load{}, phase), IsEmpty());
  phase.counts.ended = 980;
  EXPECT_THAT(impossible_in(plan::Load{}, phase), HasSubstr("Little's law"));
}

TEST(LoadAudit, CallsTimesInvalidWhenTheClientLagged) {
  trace::LoadPhase phase = open_phase();
  phase.series[static_cast<std::size_t>(Series::Lag)] = all_alike(3 * kSecond / 1000, 1000);
  phase.series[static_cast<std::size_t>(Series::Response)] = all_alike(4 * kSecond / 1000, 1000);
  phase.series[static_cast<std::size_t>(Series::Service)] = all_alike(kSecond / 1000, 1000);
  for (const std::string_view told :
       {"load.rate >= 1/s", "load.response.p50 < 1s", "load.service.p50 < 1s"}) {
    EXPECT_THAT(said_of(told, phase, kOpen), HasSubstr("invalid: ")) << told;
    EXPECT_THAT(
        said_of(told, phase, kOpen),
        HasSubstr("the client lagged: 1 % of its requests left more than 3 ms late, and 75 % "
                  "of all response time was its own"))
        << told;
  }
  for (const std::string_view told : {"load.requests == 1000", "load.lag.p50 > 1ms"}) {
    EXPECT_THAT(said_of(told, phase, kOpen), HasSubstr("held: ")) << told;
  }
}

TEST(LoadAudit, ForgivesALagThatIsNotFelt) {
  EXPECT_THAT(said_of("load.rate >= 1/s", open_phase(), kOpen), HasSubstr("held: "))
      << "half of all response time, but a microsecond";
  trace::LoadPhase phase = open_phase();
  phase.series[static_cast<std::size_t>(Series::Lag)] = all_alike(2'000'000, 1000);
  phase.series[static_cast<std::size_t>(Series::Response)] = all_alike(30'000'000, 1000);
  phase.series[static_cast<std::size_t>(Series::Blocked)] = all_alike(28'000'000, 1000);
  EXPECT_THAT(said_of("load.rate >= 1/s", phase, kOpen), HasSubstr("held: "))
      << "2 ms, but a fifteenth of all response time";
}

}  // namespace
}  // namespace procession::verify
