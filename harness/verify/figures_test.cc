// SPDX-License-Identifier: MIT
// `figures` on Records written by hand, with what is said of them.
#include "harness/verify/judged_test.h"

#include <fmt/format.h>

namespace procession::verify {
namespace {

using ::testing::HasSubstr;
using testing::planned;
using testing::Planned;
using testing::RecordScript;

constexpr std::int64_t kMicro = 1000;

Planned two_children(std::string_view expect, std::string_view figures = R"y(
  setup: {from: "main.start(child[i]).call", to: "child[i].begin"}
  life: {from: "child[i].begin", to: "child[i].end"}
)y") {
  return planned(R"(
processes:
  main:
    - start: child
    - join: child
  child:
    count: 2
    steps: []
figures:)" + std::string(figures) +
                 "\nexpect:\n  figures: [" + std::string(expect) + "]\n");
}

// Setup takes 30 + `more` and 40 µs; life at most 80 µs for both.
RecordScript family(const Planned& test, std::int64_t more = 0) {
  RecordScript run(test);
  run.begin("main", 0);
  run.step("main.start(child[0])", 10, 15).step("main.start(child[1])", 20, 25);
  run.begin("child[0]", 40 + more).begin("child[1]", 60);
  run.exit("child[0]", 90 + more, 120 + more).exit("child[1]", 100, 140);
  run.step("main.join(child[0])", 26, 130 + more, trace::exited_status(0));
  run.step("main.join(child[1])", 131 + more, 150 + more, trace::exited_status(0));
  run.exit("main", 160 + more, 170 + more);
  return run;
}

Runs families(const Planned& test, std::uint32_t runs) {
  Runs all;
  for (std::uint32_t i = 0; i < runs; ++i) {
    all.push_back(family(test, i % 10).record);
  }
  return numbered(std::move(all));
}

std::string said_of(std::string_view expect, std::uint32_t runs) {
  const Planned test = two_children(expect);
  return said_on("figures", test, families(test, runs));
}

// --- Without an interval

TEST(Figures, OfAllRunsAndInstancesArePooled) {
  EXPECT_EQ(said_of("setup.count == 6", 3), "held: setup.count is 6, exactly 6");
  EXPECT_EQ(said_of("setup.count == 7", 3), "broken: setup.count is 6, 1 below 7");
}

TEST(Figures, HoldOrNotAndSayByHowMuch) {
  EXPECT_EQ(said_of("setup.max < 50us", 3), "held: setup.max is 40 µs (n 6), 10 µs below 50 µs");
  EXPECT_EQ(said_of("setup.max < 40us", 3), "broken: setup.max is 40 µs (n 6), exactly 40 µs");
  EXPECT_EQ(said_of("setup.max <= 40us", 3), "held: setup.max is 40 µs (n 6), exactly 40 µs");
  EXPECT_EQ(said_of("setup.min > 20us", 3), "held: setup.min is 30 µs (n 6), 10 µs above 20 µs");
  EXPECT_EQ(said_of("setup.min == 30us", 3), "held: setup.min is 30 µs (n 6), exactly 30 µs");
}

// Of a sample that ends in an interval the latest moment counts, of one that begins in one the
// earliest.
TEST(Figures, LastFromTheEarliestToTheLatest) {
  EXPECT_EQ(said_of("life.max == 80us", 1), "held: life.max is 80 µs (n 2), exactly 80 µs");
  const Planned test = two_children("after.max < 60us", R"y(
  after: {from: "child[0].end", to: "main.join(child[1])"
})y");
  EXPECT_EQ(said_on("figures", test, {family(test).record}),
            "held: after.max is 59 µs (n 1), 1 µs below 60 µs");
}

TEST(Figures, TellAnIntervalOfPercentilesAndMeans) {
  EXPECT_EQ(said_of("setup.median <= 40us", 10),
            "held: setup.median is 39.5 µs (ci95 35 µs to 40 µs, n 20), 500 ns below 40 µs");
  EXPECT_THAT(said_of("setup.mean < 1ms", 10), HasSubstr("setup.mean is 37.2 µs (ci95 35.6 µs"));
}

TEST(Figures, OfOneSampleHaveAMeanWithoutAnInterval) {
  const Planned test = two_children("all.mean < 1ms, all.mean < 1ms with ci95", R"y(
  all: {from: first(child.begin), to: last(child.end)})y");
  EXPECT_EQ(said_on("figures", test, {family(test).record}),
            "held: all.mean is 100 µs (n 1), 900 µs below 1 ms");
  EXPECT_EQ(said(judged(test, {family(test).record}).verdicts[2]),
            "inconclusive: all.mean is 100 µs (n 1); all.mean needs 2 samples, has 1");
}

TEST(Figures, WithTooFewSamplesForAPercentileAreInconclusive) {
  EXPECT_EQ(said_of("setup.p99 < 1ms", 10), "inconclusive: setup.p99 needs 299 samples, has 20");
  EXPECT_EQ(said_of("setup.p99.9 < 1ms", 150),
            "inconclusive: setup.p99.9 needs 2995 samples, has 300");
  EXPECT_EQ(said_of("setup.median < 1ms", 2), "inconclusive: setup.median needs 5 samples, has 4");
  EXPECT_THAT(said_of("setup.p99 < 1ms", 150), HasSubstr("held: setup.p99 is 40 µs (ci95 "));
}

TEST(Figures, AreComparedWithEachOther) {
  EXPECT_EQ(said_of("life.max <= 2x of setup.max", 3),
            "held: setup.max is 40 µs (n 6); life.max is 80 µs (n 6), 2x of it, exactly 80 µs");
  EXPECT_EQ(said_of("life.max < 150% of setup.max", 3),
            "broken: setup.max is 40 µs (n 6); life.max is 80 µs (n 6), 2x of it, 20 µs above "
            "60 µs");
  EXPECT_THAT(said_of("life.count == 1x of setup.count", 3), HasSubstr("held: "));
}

// --- With an interval

TEST(Figures, HoldByAnIntervalOnlyIfAllOfItDoes) {
  // n = 40, the ranks of the median's interval are 14 and 27: 36 µs and 40 µs
  EXPECT_THAT(said_of("setup.median < 41us with ci95", 20), HasSubstr("held: setup.median is "));
  EXPECT_THAT(said_of("setup.median < 30us with ci95", 20), HasSubstr("broken: setup.median is "));
  EXPECT_THAT(said_of("setup.median > 20us with ci99", 20), HasSubstr("held: "));
  EXPECT_THAT(said_of("setup.median > 40us with ci99", 20), HasSubstr("broken: "));
  const std::string undecided = said_of("setup.median < 40us with ci95", 20);
  EXPECT_THAT(undecided, HasSubstr("inconclusive: setup.median is "));
  EXPECT_THAT(undecided, HasSubstr("the bound lies within the interval"));
}

TEST(Figures, SayHowManySamplesAnOpenIntervalLacks) {
  EXPECT_THAT(said_of("setup.p99 < 1ms with ci95", 10),
              HasSubstr("to unknown, n 20); setup.p99 needs 368 samples, has 20"));
  EXPECT_THAT(said_of("setup.p99 < 1ms with ci95", 184), HasSubstr("held: "));
  // Enough is enough: the end that is open does not matter here.
  EXPECT_THAT(said_of("setup.p99 < 1us with ci95", 10), HasSubstr("broken: "));
}

TEST(Figures, AreComparedByBothIntervals) {
  EXPECT_THAT(said_of("life.median <= 3x of setup.median with ci95", 20), HasSubstr("held: "));
  EXPECT_THAT(said_of("life.median <= 1x of setup.median with ci95", 20), HasSubstr("broken: "));
  EXPECT_THAT(said_of("life.median <= 2x of setup.median with ci95", 20),
              HasSubstr("inconclusive: "));
  EXPECT_THAT(said_of("life.median <= 2x of setup.median with ci95", 20), HasSubstr("ci97.5 "));
}

// --- What cannot be measured

TEST(Figures, WithoutARunAreInconclusive) {
  EXPECT_EQ(said_of("setup.max < 1s", 0), "inconclusive: no run was recorded");
}

TEST(Figures, WithoutSamplesAreBroken) {
  const Planned test = planned(R"(
processes:
  main:
    - start: child
    - kill: child
    - join: child
  child:
    - print: one
    - print: two
figures:
  work: {from: "child.print[0]", to: "child.print[1]"}
expect:
  exit: {child: SIGKILL}
  figures: [work.max < 1s, work.count == 0]
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 5, 15);
  run.step("main.kill(child)", 30, 31).killed("child", 9, 40);
  run.step("main.join(child)", 32, 42, trace::signal_status(9, false)).exit("main", 50, 60);
  const Judgement judgement = judged(test, {run.record});
  std::vector<std::string> verdicts;
  for (const Verdict& verdict : judgement.verdicts) {
    if (verdict.key == "figures") {
      verdicts.push_back(said(verdict));
    }
  }
  EXPECT_THAT(verdicts, ::testing::ElementsAre(
                            "broken: work has no samples: its events did not happen in 1 run",
                            "held: work.count is 0, exactly 0"));
}

TEST(Figures, WithoutAPartnerAreBrokenAndLost) {
  const Planned test = planned(R"(
processes:
  main:
    - start: child
    - kill: child
    - join: child
  child:
    count: 2
    steps: []
figures:
  setup: {from: "main.start(child[i]).call", to: "child[i].begin"}
expect:
  exit: {child: [0, SIGKILL]}
  figures: [setup.count == 1]
)");
  RecordScript run(test);
  run.begin("main", 0);
  run.step("main.start(child[0])", 10, 15).step("main.start(child[1])", 20, 25);
  run.begin("child[0]", 40);
  run.step("main.kill(child[0])", 26, 27).step("main.kill(child[1])", 28, 29);
  run.process("main/child[1]").started = true;
  run.killed("child[0]", 9, 100).killed("child[1]", 9, 100);
  run.step("main.join(child[0])", 30, 130, trace::signal_status(9, false));
  run.step("main.join(child[1])", 131, 150, trace::signal_status(9, false));
  run.exit("main", 160, 170);
  EXPECT_EQ(said_on("figures", test, {run.record}),
            "broken: setup: 1 of main.start(child[i]).call and 0 of child[i].begin in run 1 for i "
            "= 1: they cannot be paired");
  Judge judge(test.scenario, test.plan());
  EXPECT_FALSE(judge.hopeless());
  judge.add(run.record);
  EXPECT_TRUE(judge.hopeless());
}

TEST(Figures, WithoutALetterPairInThePlansOrder) {
  const Planned test = two_children("all.max == 80us", R"y(
  all: {from: child.begin, to: child.end})y");
  EXPECT_EQ(said_on("figures", test, {family(test).record}),
            "held: all.max is 80 µs (n 2), exactly 80 µs");
}

TEST(Figures, OfOneStepAndManyProcessesNeedALetter) {
  const Planned test = two_children("all.max < 1s", R"y(
  all: {from: main.start(child), to: child.begin})y");
  EXPECT_EQ(said_on("figures", test, {family(test).record}),
            "broken: all: 1 of main.start(child) and 2 of child.begin in run 1: they cannot be "
            "paired");
}

TEST(Figures, OfTheFirstAndTheLastAreOneSample) {
  const Planned test = two_children("all.max == 100us, all.count == 1", R"y(
  all: {from: first(child.begin), to: last(child.end)})y");
  EXPECT_EQ(said_on("figures", test, {family(test).record}),
            "held: all.max is 100 µs (n 1), exactly 100 µs");
}

TEST(Figures, OfNeighboursSkipWhatHasNone) {
  const Planned test = two_children("gap.count == 1, gap.max == 20us", R"y(
  gap: {from: "child[i].begin", to: "child[i+1].begin"})y");
  EXPECT_EQ(said_on("figures", test, {family(test).record}), "held: gap.count is 1, exactly 1");
}

TEST(Figures, ThatRunBackwardsAreBroken) {
  const Planned test = two_children("gap.count == 1", R"y(
  gap: {from: "child[1].begin", to: "child[0].begin"})y");
  EXPECT_EQ(said_on("figures", test, {family(test).record}),
            "broken: gap: child[0].begin came 20 µs before child[1].begin in run 1");
}

// A handler's steps happen again with each signal.
TEST(Figures, OfAHandlerCountEveryTime) {
  const Planned test = planned(R"(
processes:
  main:
    - start: child
    - await: child.handle(SIGUSR1)
    - {signal: child, send: SIGUSR1}
    - {signal: child, send: SIGUSR1}
    - kill: child
    - join: child
  child:
    - handle: SIGUSR1
      steps:
        - print: seen
    - sleep: forever
figures:
  handling: {from: main.signal(child).call, to: child.print}
expect:
  exit: {child: SIGKILL}
  figures: [handling.count == 2, handling.max == 30us]
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 5, 15).begin("child", 20);
  run.step("child.handle(SIGUSR1)", 21, 22).open("child.sleep", 23);
  run.step("main.await", 16, 24);
  run.step("main.signal(child)[0]", 30, 31);
  run.got("child.handle(SIGUSR1)", 35).step("child.print", 38, 40);
  run.step("main.signal(child)[1]", 50, 51);
  run.got("child.handle(SIGUSR1)", 70).step("child.print", 78, 80);
  run.step("main.kill(child)", 90, 91).killed("child", 9, 100);
  run.step("main.join(child)", 92, 105, trace::signal_status(9, false)).exit("main", 110, 120);
  std::vector<std::string> verdicts;
  for (const Verdict& verdict : judged(test, {run.record}).verdicts) {
    if (verdict.key == "figures") {
      verdicts.push_back(said(verdict));
    }
  }
  EXPECT_THAT(verdicts, ::testing::ElementsAre("held: handling.count is 2, exactly 2",
                                               "held: handling.max is 30 µs (n 2), exactly 30 µs"));
}

TEST(Figures, OfAnIncompleteRecordAreInconclusive) {
  const Planned test = two_children("setup.max < 1s");
  RecordScript run = family(test);
  run.record.complete = false;
  run.record.damage = "a log has a gap";
  EXPECT_EQ(said_on("figures", test, {run.record}),
            "inconclusive: setup: the record of run 1 is incomplete: a log has a gap");
}

TEST(Figures, OfARunWhoseClockIsAtFaultAreInvalid) {
  const Planned test = two_children("setup.max < 1s");
  RecordScript run = family(test);
  run.process("main/child[0]").begin = run.record.started + base::Duration(5 * kMicro);
  EXPECT_THAT(said_on("figures", test, {run.record}),
              HasSubstr("invalid: setup: run 1: the clock contradicts the causes"));
}

TEST(Figures, MayBeExpectedToBreak) {
  const Planned test = planned(R"(
processes:
  main: [print: one, print: two]
figures:
  gap: {from: "main.print[0]", to: "main.print[1]"}
expect:
  figures: [gap.max < 1ns]
verdict: {figures: broken}
)");
  RecordScript run(test);
  run.begin("main", 0).text("main.print[0]", 10, "one").text("main.print[1]", 20, "two");
  run.exit("main", 30, 40);
  EXPECT_TRUE(verdict_on("figures", test, {run.record}).as_expected());
}

// --- What is told besides

TEST(Figures, AreToldWhetherAnythingIsExpectedOfThemOrNot) {
  const Planned test = two_children("life.max < 1s");
  const Judgement judgement = judged(test, families(test, 10));
  ASSERT_EQ(judgement.figures.size(), 2U);
  EXPECT_EQ(judgement.figures[0].name, "setup");
  EXPECT_EQ(judgement.figures[0].unit, "ns");
  EXPECT_EQ(judgement.figures[0].count, 20U);
  EXPECT_EQ(judgement.figures[0].min, 30.0 * kMicro);
  EXPECT_EQ(judgement.figures[0].max, 40.0 * kMicro);
  EXPECT_EQ(judgement.figures[1].name, "life");
}

}  // namespace
}  // namespace procession::verify
