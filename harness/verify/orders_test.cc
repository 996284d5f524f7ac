// SPDX-License-Identifier: MIT
// `order`, `timing` and `serial` on Records written by hand, with what is said of them.
#include "harness/verify/judged_test.h"

namespace procession::verify {
namespace {

using ::testing::ElementsAre;
using testing::planned;
using testing::Planned;
using testing::RecordScript;
using ::testing::StartsWith;

// --- order: guaranteed

constexpr std::string_view kJoined = R"(
processes:
  main:
    - start: child
    - join: child
    - print: on
  child:
    - print: works
expect:
  order:
    - child.end < main.join(child) < main.print
)";

RecordScript joined(const Planned& test) {
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 5, 15).begin("child", 20);
  run.text("child.print", 25, "works").exit("child", 30, 40);
  run.step("main.join(child)", 16, 42, trace::exited_status(0));
  run.text("main.print", 43, "on").exit("main", 50, 60);
  return run;
}

TEST(Order, HoldsByACauseAndShowsIt) {
  const Planned test = planned(kJoined);
  const Verdict verdict = verdict_on("order", test, {joined(test).record});
  EXPECT_EQ(said(verdict),
            "held: guaranteed (posix): child.end → main.join(child); without child.end, "
            "main.join(child) cannot happen (and so for all 2 pairs)");
  EXPECT_THAT(verdict.evidence, ElementsAre("run 1:", "child.end (line 7) between 31 µs and 40 µs",
                                            "main.join(child) (line 5) at 42 µs"));
}

TEST(Order, WithoutAnyRunIsInconclusive) {
  EXPECT_EQ(said_on("order", planned(kJoined), {}), "inconclusive: no run was recorded");
}

TEST(Order, OfAnIncompleteRecordIsInconclusive) {
  const Planned test = planned(kJoined);
  RecordScript run = joined(test);
  run.record.complete = false;
  EXPECT_EQ(said_on("order", test, {joined(test).record, run.record}),
            "inconclusive: 1 of 2 records are incomplete");
}

TEST(Order, OfAnEventThatWasLostIsInconclusive) {
  const Planned test = planned(kJoined);
  RecordScript run = joined(test);
  run.record.complete = false;
  std::erase_if(run.process("main").events, [&](const trace::Event& event) {
    return event.step == testing::step_named(test, "main.print");
  });
  EXPECT_EQ(said_on("order", test, {run.record}), "inconclusive: 1 of 1 records are incomplete");
}

TEST(Order, OfARecordThatIsNoExecutionOfThePlanIsInvalid) {
  const Planned test = planned(kJoined);
  RecordScript run = joined(test);
  run.process("child").dead_seen.reset();
  run.process("child").status.reset();
  EXPECT_EQ(said_on("order", test, {run.record}),
            "invalid: run 1: the record is not an execution of the plan: main.join(child) "
            "happened, what it needs did not");
}

TEST(Order, OfAClockThatContradictsTheCausesIsInvalid) {
  const Planned test = planned(R"(
processes:
  main:
    - start: child
    - join: child
  child: []
expect:
  order:
    - child.end < main.join(child)
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 5, 15);
  run.begin("child", 3).exit("child", 30, 40);  // before it was asked for
  run.step("main.join(child)", 16, 42, trace::exited_status(0)).exit("main", 50, 60);
  EXPECT_THAT(said_on("order", test, {run.record}),
              StartsWith("invalid: run 1: the clock contradicts the causes at "));
}

// --- order: seen only

constexpr std::string_view kNotJoined = R"(
processes:
  main:
    - start: child
    - print: on
  child:
    - print: works
expect:
  order:
    - child.print < main.print
)";

RecordScript not_joined(const Planned& test, std::int64_t main_prints,
                        std::int64_t child_prints = 25) {
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 5, 15).text("main.print", main_prints, "on");
  run.begin("child", 20).text("child.print", child_prints, "works").exit("child", 100, 110);
  run.exit("main", 115, 120);
  return run;
}

TEST(Order, SeenWithoutACauseIsBrokenAndShowsTheWayRound) {
  const Planned test = planned(kNotJoined);
  const Verdict verdict = verdict_on("order", test, {not_joined(test, 50).record});
  EXPECT_EQ(said(verdict),
            "broken: seen 1 of 1, not guaranteed: main.print can happen without child.print; it "
            "needs only main.start(child)");
  EXPECT_THAT(verdict.evidence, ElementsAre("a way without child.print: main.begin → "
                                            "main.start(child) → main.print"));
}

TEST(Order, ContradictedIsBrokenWithTheFirstContradictionAndTheCounts) {
  const Planned test = planned(kNotJoined);
  const Runs runs = numbered({not_joined(test, 50).record, not_joined(test, 16).record,
                              not_joined(test, 17).record, not_joined(test, 25).record});
  EXPECT_EQ(said_on("order", test, runs),
            "broken: contradicted in run 2: main.print at 17 µs, child.print at 26 µs (seen 1, "
            "contradicted 2, too close 1 of 4)");
}

TEST(Order, EqualStampsAreTooCloseToTell) {
  const Planned test = planned(kNotJoined);
  EXPECT_EQ(said_on("order", test, {not_joined(test, 25).record}),
            "broken: seen 0 of 1, not guaranteed: main.print can happen without child.print; it "
            "needs only main.start(child) (too close to tell in 1 of 1)");
}

// --- order: absent events

constexpr std::string_view kKilled = R"(
processes:
  main:
    - start: child
    - kill: child
    - join: child
  child:
    - print: perhaps
    - sleep: forever
expect:
  order:
    - child.print% < main.join(child)
  exit: {child: SIGKILL}
)";

Planned killed(std::string_view mark) {
  std::string text(kKilled);
  return planned(text.replace(text.find('%'), 1, mark));
}

RecordScript killed_run(const Planned& test, bool printed) {
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 5, 15).begin("child", 20);
  if (printed) {
    run.text("child.print", 25, "perhaps").open("child.sleep", 27);
  }
  run.step("main.kill(child)", 30, 31).killed("child", 9, 40);
  run.step("main.join(child)", 32, 42, trace::signal_status(9, false)).exit("main", 50, 60);
  return run;
}

TEST(Order, OfAnEventThatDidNotHappenIsVacuous) {
  const Planned test = killed("");
  EXPECT_EQ(said_on("order", test, {killed_run(test, true).record, killed_run(test, false).record}),
            "broken: vacuous: child.print happened in 1 of 2 runs");
}

TEST(Order, IfItHappensIsHeldByTheEndOfItsProcess) {
  const Planned test = killed("?");
  EXPECT_EQ(said_on("order", test, {killed_run(test, true).record, killed_run(test, false).record}),
            "held: guaranteed (posix): child.end → main.join(child); without child.end, "
            "main.join(child) cannot happen");
}

// --- order: first, last and letters

constexpr std::string_view kFirst = R"(
processes:
  main:
    - start: worker
    - await: first(worker.mark(go))
  worker:
    count: 2
    steps:
      - mark: go
expect:
  order:
    - first(worker.mark(go)) < main.await
)";

TEST(Order, FirstHoldsByWhicheverItWas) {
  const Planned test = planned(kFirst);
  RecordScript run(test);
  run.begin("main", 0);
  run.step("main.start(worker[0])", 5, 15).step("main.start(worker[1])", 16, 20);
  run.begin("worker[0]", 10).begin("worker[1]", 18);
  run.step("worker[1].mark(go)", 21, 23).step("main.await", 22, 30);
  run.step("worker[0].mark(go)", 40, 41).exit("worker[0]", 50, 60).exit("worker[1]", 51, 61);
  run.exit("main", 62, 70);
  EXPECT_EQ(said_on("order", test, {run.record}),
            "held: guaranteed (harness): worker[0].mark(go) → main.await(go); without "
            "worker[0].mark(go), main.await(go) cannot happen");
}

// Both ways through the wait lie behind it: no single cause, and yet the order cannot be.
TEST(Order, GuaranteedAndYetContradictedIsInvalid) {
  const Planned test = planned(kFirst);
  RecordScript run(test);
  run.begin("main", 0);
  run.step("main.start(worker[0])", 5, 15).step("main.start(worker[1])", 16, 20);
  run.begin("worker[0]", 10).begin("worker[1]", 18).step("main.await", 22, 30);
  run.step("worker[0].mark(go)", 40, 41).exit("worker[0]", 50, 60);
  run.step("worker[1].mark(go)", 42, 43).exit("worker[1]", 51, 61).exit("main", 62, 70);
  EXPECT_EQ(said_on("order", test, {run.record}),
            "invalid: a guaranteed order was contradicted in run 1: main.await(go) at 30 µs, "
            "worker[1].mark(go) between 42 µs and 43 µs");
}

// --- timing

constexpr std::string_view kTimed = R"(
processes:
  main:
    - start: child
    - sleep: 50us
    - print: on
  child:
    - print: works
expect:
  timing:
    - child.print < main.print
)";

RecordScript timed(const Planned& test, std::int64_t child_prints, std::int64_t sleeps) {
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 5, 15).step("main.sleep", 16, 16 + sleeps);
  run.text("main.print", 100, "on");
  run.begin("child", 20).text("child.print", child_prints, "works").exit("child", 500, 510);
  run.exit("main", 515, 520);
  return run;
}

TEST(Timing, HoldsByTheClock) {
  const Planned test = planned(kTimed);
  EXPECT_EQ(said_on("timing", test, {timed(test, 25, 51).record}),
            "held: seen 1 of 1, by the clock");
}

TEST(Timing, ContradictedIsBroken) {
  const Planned test = planned(kTimed);
  EXPECT_EQ(said_on("timing", test, {timed(test, 120, 51).record}),
            "broken: contradicted in run 1: main.print at 101 µs, child.print at 121 µs (seen 0, "
            "contradicted 1, too close 0 of 1)");
}

TEST(Timing, ContradictedByLessThanASleepOversleptIsInconclusive) {
  const Planned test = planned(kTimed);
  EXPECT_EQ(said_on("timing", test, {timed(test, 120, 80).record}),
            "inconclusive: contradicted in run 1: main.print at 101 µs, child.print at 121 µs, but "
            "a sleep took longer than the gap (seen 0, contradicted 1, too close 0 of 1)");
}

TEST(Timing, OneOversleptRunDoesNotExcuseAnother) {
  const Planned test = planned(kTimed);
  EXPECT_THAT(said_on("timing", test, {timed(test, 120, 80).record, timed(test, 120, 51).record}),
              StartsWith("broken: "));
}

TEST(Timing, TooCloseToTellIsInconclusive) {
  const Planned test = planned(kTimed);
  EXPECT_EQ(said_on("timing", test, {timed(test, 100, 51).record}),
            "inconclusive: seen 0, contradicted 0, too close 1 of 1");
}

TEST(Timing, OfAnIncompleteRecordIsInconclusive) {
  const Planned test = planned(kTimed);
  RecordScript run = timed(test, 25, 51);
  run.record.complete = false;
  EXPECT_THAT(said_on("timing", test, {run.record}), StartsWith("inconclusive: "));
}

TEST(Timing, OfAClockThatContradictsTheCausesIsInvalid) {
  const Planned test = planned(kTimed);
  RecordScript run = timed(test, 120, 51);
  run.process("child").begin.ns -= 100'000;
  EXPECT_THAT(said_on("timing", test, {run.record}),
              StartsWith("invalid: run 1: the clock contradicts the causes at "));
}

constexpr std::string_view kTwoTimed = R"(
processes:
  main:
    - start: child
    - sleep: 50us
    - print: on
  child:
    count: 2
    steps:
      - print: works
expect:
  timing:
    - child.print < main.print
)";

RecordScript two_timed(const Planned& test, std::int64_t sleeps) {
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child[0])", 1, 2).step("main.start(child[1])", 3, 4);
  run.step("main.sleep", 5, 5 + sleeps).text("main.print", 100, "on");
  for (const std::string child : {"child[0]", "child[1]"}) {
    run.begin(child, 20).text(child + ".print", 120, "works").exit(child, 500, 510);
  }
  run.exit("main", 515, 520);
  return run;
}

// Two pairs of one overslept run are one excuse, not two.
TEST(Timing, AnOversleptRunOfManyPairsExcusesOnlyItself) {
  const Planned test = planned(kTwoTimed);
  EXPECT_THAT(said_on("timing", test, {two_timed(test, 90).record, two_timed(test, 51).record}),
              StartsWith("broken: "));
}

// --- serial

std::string in_turn(std::string_view between) {
  return R"(
processes:
  main:
    - start: worker[0]
    - )" +
         std::string(between) + R"(
    - start: worker[1]
  worker:
    count: 2
    steps: []
expect:
  serial: [worker]
)";
}

RecordScript one_after_the_other(const Planned& test, std::int64_t second_begins) {
  RecordScript run(test);
  run.begin("main", 0).step("main.start(worker[0])", 5, 15);
  run.begin("worker[0]", 20).exit("worker[0]", 30, 40);
  run.begin("worker[1]", second_begins).exit("worker[1]", 70, 80);
  return run;
}

RecordScript joined_in_turn(const Planned& test) {
  RecordScript run = one_after_the_other(test, 60);
  run.step("main.join(worker[0])", 16, 42, trace::exited_status(0));
  run.step("main.start(worker[1])", 50, 55).exit("main", 85, 90);
  return run;
}

TEST(Serial, HoldsIfEachPairIsGuaranteedInOneDirection) {
  const Planned test = planned(in_turn("join: worker[0]"));
  EXPECT_EQ(said_on("serial", test, {joined_in_turn(test).record}),
            "held: guaranteed: each ends before the next begins");
}

TEST(Serial, ByLuckIsBroken) {
  const Planned test = planned(in_turn("sleep: 30us"));
  RecordScript run = one_after_the_other(test, 60);
  run.step("main.sleep", 16, 47).step("main.start(worker[1])", 50, 55).exit("main", 85, 90);
  EXPECT_EQ(said_on("serial", test, {run.record}),
            "broken: seen 1 of 1, not guaranteed: worker[0] and worker[1] may overlap");
}

TEST(Serial, SeenToOverlapIsBroken) {
  const Planned test = planned(in_turn("sleep: 1us"));
  RecordScript run = one_after_the_other(test, 25);
  run.step("main.sleep", 16, 18).step("main.start(worker[1])", 19, 22).exit("main", 85, 90);
  EXPECT_EQ(said_on("serial", test, {run.record}),
            "broken: worker[0] and worker[1] were not seen one after the other in run 1");
}

TEST(Serial, OfAnIncompleteRecordIsInconclusive) {
  const Planned test = planned(in_turn("join: worker[0]"));
  RecordScript run = joined_in_turn(test);
  run.record.complete = false;
  EXPECT_EQ(said_on("serial", test, {run.record}), "inconclusive: 1 of 1 records are incomplete");
}

TEST(Serial, OfARecordThatIsNoExecutionIsInvalid) {
  const Planned test = planned(in_turn("join: worker[0]"));
  RecordScript run = joined_in_turn(test);
  std::erase_if(run.process("main").events, [&](const trace::Event& event) {
    return event.step == testing::step_named(test, "main.start(worker[1])");
  });
  EXPECT_THAT(said_on("serial", test, {run.record}),
              StartsWith("invalid: run 1: the record is not an execution of the plan: "));
}

// --- watched ends

// The child is joined long after it has ended. What is known of its end is when somebody saw that
// it was dead: its reaper, late; or the warden, if it watches the child.
TEST(Timing, OfAnEndIsDecidedOnceItIsWatched) {
  const Planned test = planned(R"(
processes:
  main:
    - start: child
    - print: on
    - join: child
  child: []
expect:
  timing: [child.end < main.print]
)");
  EXPECT_TRUE(test.plan().header().watches_ends != 0);
  EXPECT_TRUE(test.plan().instance(1).watched);
  EXPECT_FALSE(test.plan().instance(0).watched);
  const auto run = [&](std::int64_t dead_seen) {
    RecordScript script(test);
    script.begin("main", 0).step("main.start(child)", 5, 15).begin("child", 20);
    script.exit("child", 30, dead_seen).text("main.print", 100, "on");
    script.step("main.join(child)", 500, 510, trace::exited_status(0)).exit("main", 520, 530);
    return script.record;
  };
  EXPECT_EQ(said_on("timing", test, {run(505)}),
            "inconclusive: seen 0, contradicted 0, too close 1 of 1");
  EXPECT_EQ(said_on("timing", test, {run(40)}), "held: seen 1 of 1, by the clock");
}

TEST(Timing, OfNoEndWatchesNobody) {
  const Planned test = planned(R"(
processes:
  main: [start: child, print: on]
  child: []
expect:
  order: [child.end < main.end]
  timing: [main.start(child) < main.print]
)");
  EXPECT_EQ(test.plan().header().watches_ends, 0U);
}

}  // namespace
}  // namespace procession::verify
