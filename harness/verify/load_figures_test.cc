// SPDX-License-Identifier: MIT
// What is said of figures of loads, on Records written by hand.
#include "harness/plan/events.h"
#include "harness/verify/judged_test.h"
#include "harness/verify/load_audit.h"

#include <cerrno>
#include <csignal>

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

// Of main's loads, one after the other, what each has measured.
trace::Record run_of(const Planned& test, const std::vector<trace::LoadPhase>& measured) {
  const plan::EventFinder finder(test.plan());
  RecordScript run(test);
  run.begin("main", 0).step("main.start(server)", 1, 5);
  run.begin("server", 6).implicit("server", 0, 7, 8);
  std::int64_t at = 10;
  for (const plan::Load& load : test.plan().loads()) {
    run.step("main." + finder.name_of_step(load.step), at, at + 80);
    trace::Process& main = run.process("main");
    const trace::Event step = main.events.back();
    for (const Phase phase : {Phase::Measure, Phase::Drain}) {
      trace::Event begun = step;
      begun.kind = trace::Line::Phase;
      begun.answer = static_cast<std::int64_t>(phase);
      begun.call = begun.returned.emplace(step.call + base::Duration(20'000 * begun.answer));
      main.events.push_back(begun);
    }
    at += 100;
  }
  run.step("server.serve", 9, at).exit("server", at + 1, at + 5);
  run.exit("main", at + 2, at + 20);
  for (const trace::LoadPhase& phase : measured) {
    run.record.loads.push_back(load_of(phase));
  }
  return run.record;
}

trace::Record run_of(const Planned& test, const trace::LoadPhase& measured) {
  return run_of(test, std::vector{measured});
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

// --- Rates

Planned twice(std::string_view expect) {
  return planned(R"(
processes:
  main:
    - start: server
    - {repeat: 2, steps: [{load: server, for: 1s, think: 1ms}]}
  server:
    - {serve: echo, handler: epoll, until: last(main.load)}
expect:
  figures: [)" + std::string(expect) +
                 "]\n");
}

trace::LoadPhase moved(trace::LoadPhase phase, std::int64_t by) {
  phase.counts.begin += by;
  phase.counts.end += by;
  return phase;
}

TEST(LoadRate, IsOfAllThatEndedOverTheTimeInWhichOneWasMeasured) {
  const Planned test = twice("load.rate == 1000/s");
  const trace::LoadPhase one = closed_phase();
  const auto said = [&](std::int64_t by) {
    return said_on("figures", test, {run_of(test, {one, moved(one, by)})});
  };
  EXPECT_EQ(said(kSecond), "held: load.rate is 1000/s, exactly 1000/s") << "one after the other";
  EXPECT_EQ(said(10 * kSecond), "held: load.rate is 1000/s, exactly 1000/s")
      << "nobody measured in between";
  EXPECT_THAT(said(0), HasSubstr("broken: load.rate is 2000/s")) << "at the same time";
  EXPECT_THAT(said(kSecond / 2), HasSubstr("broken: load.rate is 1333.3/s"));
}

TEST(LoadRate, DoesNotGrowWithWhatEndedEarly) {
  const Planned test = twice("load.rate == 1001/s");
  trace::LoadPhase quick;  // one request of 1 µs
  quick.counts.begin = kSecond;
  quick.counts.end = kSecond + kMicrosecond;
  quick.counts.due = quick.counts.sent = quick.counts.answered = quick.counts.ended = 1;
  quick.counts.population_ns = kMicrosecond;
  quick.series.resize(trace::kSeries);
  quick.series[static_cast<std::size_t>(Series::Service)] = all_alike(kMicrosecond, 1);
  EXPECT_EQ(said_on("figures", test, {run_of(test, {closed_phase(), quick})}),
            "held: load.rate is 1001/s, exactly 1001/s");
}

// --- A client that was killed

// Half a second into its measuring, with one request under way.
trace::Record killed_run(const Planned& test, trace::LoadPhase measured) {
  measured.counts.end = 0;
  RecordScript run(test);
  run.begin("main", 0).step("main.start(server)", 1, 4).step("main.start(client)", 5, 6);
  run.begin("server", 6).implicit("server", 0, 7, 8);
  run.begin("client", 7).open("client.load(server)", 10);
  trace::Process& client = run.process("client");
  trace::Event begun = client.events.back();
  begun.kind = trace::Line::Phase;
  begun.answer = static_cast<std::int64_t>(Phase::Measure);
  begun.returned = begun.call;
  client.events.push_back(begun);
  run.step("main.kill(client)", 20, 30).killed("client", SIGKILL, 40);
  run.step("main.join(client)", 31, 45, trace::signal_status(SIGKILL, false));
  run.step("server.serve", 9, 41).exit("server", 42, 46);
  run.exit("main", 47, 50);
  client.dead_seen = base::Instant{measured.counts.begin + kSecond / 2};
  run.record.loads = {load_of(std::move(measured))};
  return run.record;
}

std::string said_of_killed(std::string_view expect, const trace::LoadPhase& phase) {
  const Planned test = planned(R"(
processes:
  main: [start: [server, client], kill: client, join: client]
  server:
    - {serve: echo, handler: epoll, until: client.end}
  client:
    - {load: server, for: 1s, think: 1ms}
expect:
  exit: {client: SIGKILL}
  figures: [)" + std::string(expect) +
                               "]\n");
  EXPECT_TRUE(test.plan().instance(2).watched) << "or its end is only known by its join";
  return said_on("figures", test, {killed_run(test, phase)});
}

TEST(LoadOfAKilledClient, HasARateUntilItsEnd) {
  EXPECT_EQ(said_of_killed("load.rate == 2000/s", closed_phase()),
            "held: load.rate is 2000/s, exactly 2000/s");
}

TEST(LoadOfAKilledClient, HasWhatWasUnderWayUnfinished) {
  trace::LoadPhase phase = closed_phase();
  phase.counts.due = phase.counts.sent = 1002;
  EXPECT_EQ(said_of_killed("load.unfinished == 2", phase), "held: load.unfinished is 2, exactly 2");
  EXPECT_EQ(said_of_killed("load.service.count == 1002", phase),
            "held: load.service.count is 1002, exactly 1002");
  EXPECT_THAT(said_of_killed("load.service.p50 < 2us", phase),
              HasSubstr("held: load.service.p50 is 1 µs"));
  EXPECT_THAT(said_of_killed("load.service.max < 2us", phase),
              HasSubstr("inconclusive: load.service.max is >= 1 µs"));
}

TEST(LoadOfAKilledClient, IsNotInvalidIfItWasKilledInItsDrain) {
  trace::LoadPhase phase = closed_phase();
  phase.counts.due = phase.counts.sent = 1001;
  trace::Load load = load_of(phase);
  load.phases[static_cast<std::size_t>(Phase::Drain)].counts.begin = phase.counts.end;
  EXPECT_TRUE(is_cut_off(load));
  EXPECT_THAT(impossible_in(plan::Load{}, phase, is_cut_off(load)), IsEmpty());
  phase.counts.answered = 1002;
  EXPECT_THAT(impossible_in(plan::Load{}, phase, is_cut_off(load)), HasSubstr("were answered"));
}

TEST(LoadFigures, OfSeveralRunsAreTheirMedian) {
  const Planned test = client("for: 1s, think: 1ms", "load.rate >= 900/s with ci95");
  Runs runs(6, run_of(test, closed_phase()));
  EXPECT_THAT(said_on("figures", test, numbered(runs)),
              HasSubstr("held: load.rate is 1000/s (ci95"));
  runs.resize(5);
  EXPECT_THAT(said_on("figures", test, numbered(runs)),
              AllOf(HasSubstr("inconclusive: load.rate is 1000/s"),
                    HasSubstr("load.rate needs `runs: 6` for an interval, has 5")));
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

trace::LoadPhase cut_off_phase() {
  trace::LoadPhase phase = closed_phase();
  phase.counts.failed[static_cast<std::size_t>(Failure::Truncated)] = 1;
  --phase.counts.answered;
  return phase;
}

TEST(LoadFigures, OfRepliesThatWereCutOffBreakTheScenarioToo) {
  const Planned silent = client("for: 1s, think: 1ms", "");
  EXPECT_EQ(said_on("left", silent, {run_of(silent, cut_off_phase())}),
            "broken: 1 reply to main was truncated in run 1");
  const Planned frank = client("for: 1s, think: 1ms", "load.truncated <= 1");
  EXPECT_THAT(said_on("left", frank, {run_of(frank, cut_off_phase())}), HasSubstr("held"));
}

TEST(LoadFigures, MayBeOfRepliesThatAKilledServerCutOff) {
  const Planned test = planned(R"(
processes:
  main:
    - start: server
    - {load: server, for: 1s, think: 1ms}
    - kill: server
    - join: server
  server:
    - {serve: echo, handler: epoll}
expect:
  exit: {server: SIGKILL}
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.start(server)", 1, 5);
  run.begin("server", 6).implicit("server", 0, 7, 8).open("server.serve", 9);
  run.step("main.load(server)", 10, 90);
  trace::Process& main = run.process("main");
  const trace::Event load = main.events.back();
  for (const Phase phase : {Phase::Measure, Phase::Drain}) {
    trace::Event begun = load;
    begun.kind = trace::Line::Phase;
    begun.answer = static_cast<std::int64_t>(phase);
    begun.call = begun.returned.emplace(load.call + base::Duration(20'000 * begun.answer));
    main.events.push_back(begun);
  }
  run.step("main.kill(server)", 91, 92).killed("server", SIGKILL, 95);
  run.step("main.join(server)", 93, 96, trace::signal_status(SIGKILL, false));
  run.exit("main", 97, 110);
  run.record.loads = {load_of(cut_off_phase())};
  EXPECT_THAT(said_on("left", test, {run.record}), HasSubstr("held"));
}

TEST(LoadFigures, OfALoadThatNobodyAnsweredBreakTheScenario) {
  trace::LoadPhase phase = closed_phase();
  phase.counts.failed[static_cast<std::size_t>(Failure::TimedOut)] = 1000;
  phase.counts.answered = phase.counts.ended = 0;
  const Planned silent = client("for: 1s, think: 1ms", "");
  EXPECT_EQ(said_on("left", silent, {run_of(silent, phase)}),
            "broken: none of 1000 requests of main was answered in run 1");
  const Planned frank = client("for: 1s, think: 1ms", "load.timed_out == 1000");
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
  phase.counts.at_least[static_cast<std::size_t>(Series::Response)] = 100;
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
  EXPECT_THAT(said_of("load.response.p99 < 2s with ci95", phase, kOpen),
              AllOf(HasSubstr("inconclusive: load.response.p99 is >= 1 s (ci95 1 s to unknown"),
                    HasSubstr("; what was given up")));
}

// A thousand of 1 to 1000 µs, and one that had taken 2 µs when it was given up.
TEST(LoadFigures, HoldThoughOneOfAThousandWasGivenUpEarly) {
  trace::LoadPhase phase = open_phase();
  auto& service = phase.series[static_cast<std::size_t>(Series::Service)];
  service = {1000, 1'000'000, {}};
  for (std::int64_t us = 1; us <= 1000; ++us) {
    service.cells.push_back(
        {static_cast<std::uint32_t>(measure::Histogram::cell_of(us * 1000)), 1});
  }
  ++service.cells[1].count;
  ++phase.counts.due;
  ++phase.counts.sent;
  phase.counts.unfinished = 1;
  phase.counts.at_least[static_cast<std::size_t>(Series::Service)] = 1;
  phase.counts.least_unfinished[static_cast<std::size_t>(Series::Service)] = 2000;
  EXPECT_THAT(said_of("load.service.p50 < 1ms", phase, kOpen),
              HasSubstr("held: load.service.p50 is 500 µs to 501 µs (ci95 469 µs to 532 µs"));
  EXPECT_THAT(said_of("load.service.p50 < 1ms with ci95", phase, kOpen), HasSubstr("held: "));
  EXPECT_THAT(said_of("load.service.max < 60s", phase, kOpen), HasSubstr("inconclusive: "));
}

TEST(LoadFigures, OfASeriesWithoutValuesAreBroken) {
  EXPECT_EQ(said_of("load.lag.p50 < 1s", closed_phase()),
            "broken: load.lag has no samples: nothing of it was measured in 1 run");
}

TEST(LoadFigures, AreMarkedWhereTheyAreInvalidThoughNobodyAsks) {
  trace::LoadPhase phase = open_phase();
  phase.series[static_cast<std::size_t>(Series::Lag)] = all_alike(3 * kSecond / 1000, 1000);
  phase.series[static_cast<std::size_t>(Series::Response)] = all_alike(4 * kSecond / 1000, 1000);
  const Planned test = client(kOpen, "");
  const Judgement judgement = judged(test, {run_of(test, phase)});
  for (const measure::Number& number : judgement.numbers) {
    EXPECT_EQ(number.invalid.empty(), number.name != "load.rate") << number.name;
  }
  for (const measure::Figure& figure : judgement.figures) {
    EXPECT_EQ(figure.invalid.empty(), figure.name == "load.lag") << figure.name;
  }
}

TEST(LoadFigures, TellTheKindsOfErrorsThatOccurred) {
  trace::LoadPhase phase = closed_phase();
  phase.counts.failed[static_cast<std::size_t>(Failure::Reset)] = 2;
  phase.counts.answered -= 2;
  const Planned test = client("for: 1s, think: 1ms", "");
  std::vector<std::string> names;
  for (const measure::Number& number : judged(test, {run_of(test, phase)}).numbers) {
    names.push_back(number.name);
  }
  EXPECT_THAT(names, ::testing::ElementsAre("load.rate", "load.requests", "load.errors",
                                            "load.reset", "load.unfinished"));
}

TEST(LoadFigures, OfALoadThatMadeNoConnectionAreItsFailures) {
  const auto said = [](std::string_view expect) {
    const Planned test = client("for: 1s, fails: ECONNREFUSED", expect);
    RecordScript run(test);
    run.begin("main", 0).step("main.start(server)", 1, 5);
    run.begin("server", 6).implicit("server", 0, 7, 8);
    run.step("main.load(server)", 10, 90, 0, ECONNREFUSED);
    run.step("server.serve", 9, 95).exit("server", 96, 100);
    run.exit("main", 97, 110);
    trace::LoadPhase phase;
    phase.counts.failed[static_cast<std::size_t>(Failure::Refused)] = 5;
    run.record.loads = {load_of(phase)};
    return said_on("figures", test, {run.record});
  };
  EXPECT_EQ(said("load.refused == 5"), "held: load.refused is 5, exactly 5");
  EXPECT_EQ(said("load.errors == 5"), "held: load.errors is 5, exactly 5");
  EXPECT_EQ(said("load.rate > 1/s"),
            "broken: load.rate: `load` failed with ECONNREFUSED before its first request in run 1");
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
  EXPECT_THAT(impossible_in(plan::Load{}, phase, false), IsEmpty());
  phase.counts.ended = 980;
  EXPECT_THAT(impossible_in(plan::Load{}, phase, false), HasSubstr("Little's law"));
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

// Of two connections one waits for a reply from before the phase until after it: its time is none
// of those of the phase.
TEST(LoadAudit, KnowsOfRequestsThatLastThroughAPhase) {
  trace::LoadPhase phase = closed_phase();
  phase.counts.population_ns = 2 * kSecond;
  EXPECT_THAT(impossible_in(plan::Load{}, phase, false, kMicrosecond), HasSubstr("Little's law"));
  EXPECT_THAT(impossible_in(plan::Load{}, phase, false, kSecond), IsEmpty());
  trace::LoadPhase before = closed_phase();
  before.series[static_cast<std::size_t>(Series::Service)].max = kSecond;
  EXPECT_EQ(longest_in(before), kSecond);
  EXPECT_EQ(longest_in(trace::LoadPhase{}), 0);
}

}  // namespace
}  // namespace procession::verify
