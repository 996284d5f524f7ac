// SPDX-License-Identifier: MIT
// `overlap` and `parallel`.
#include "harness/verify/judged_test.h"

namespace procession::verify {
namespace {

using testing::planned;
using testing::Planned;
using testing::RecordScript;
using ::testing::StartsWith;

std::string two_spin(std::string_view expect) {
  return R"(
processes:
  main:
    - start: worker
    - join: worker
  worker:
    count: 2
    steps:
      - spin: 100us
expect:
  )" + std::string(expect) +
         ": [worker]\n";
}

struct Life {
  std::int64_t begin;
  std::int64_t last_stamp;
  std::int64_t dead_seen;
};

// The second worker is started so late that its life may lie anywhere.
RecordScript lives(const Planned& test, Life first, Life second) {
  RecordScript run(test);
  run.begin("main", 0).step("main.start(worker[0])", 1, 2);
  run.begin("worker[0]", first.begin).step("worker[0].spin", first.begin, first.last_stamp - 1);
  run.exit("worker[0]", first.last_stamp - 1, first.dead_seen);
  run.step("main.start(worker[1])", 3, second.begin);
  run.begin("worker[1]", second.begin);
  run.step("worker[1].spin", second.begin, second.last_stamp - 1);
  run.exit("worker[1]", second.last_stamp - 1, second.dead_seen);
  run.step("main.join(worker[0])", 500, 501).step("main.join(worker[1])", 502, 503);
  run.exit("main", 504, 510);
  return run;
}

// --- overlap

TEST(Overlap, HoldsIfEachBeganBeforeTheOthersLastStamp) {
  const Planned test = planned(two_spin("overlap"));
  EXPECT_EQ(said_on("overlap", test, {lives(test, {10, 50, 60}, {30, 80, 90}).record}),
            "held: every two of 2 were alive at one instant, in each of 1 run");
}

TEST(Overlap, OfLivesOneAfterTheOtherIsBroken) {
  const Planned test = planned(two_spin("overlap"));
  const Runs runs = numbered({lives(test, {10, 50, 60}, {30, 80, 90}).record,
                              lives(test, {10, 50, 60}, {70, 80, 90}).record});
  EXPECT_EQ(said_on("overlap", test, runs),
            "broken: worker[0] and worker[1] did not overlap in run 2 (1 of 2 runs)");
}

// The second began when the first had left its last stamp and had not yet been seen dead.
TEST(Overlap, OfABeginWithinTheOthersEndIsTooCloseToTell) {
  const Planned test = planned(two_spin("overlap"));
  EXPECT_EQ(said_on("overlap", test, {lives(test, {10, 50, 60}, {55, 80, 90}).record}),
            "inconclusive: worker[0] and worker[1] were too close to tell in run 1");
}

TEST(Overlap, OfAProcessThatDidNotBeginIsVacuous) {
  const Planned test = planned(R"(
processes:
  main:
    - start: child
    - kill: child
  child:
    - sleep: forever
expect:
  overlap: [main, child]
  exit: {child: SIGKILL}
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 1, 2).step("main.kill(child)", 3, 4);
  run.killed("child", 9, 10).exit("main", 5, 20);
  run.process("main").events.back().returned->ns += 6'000;  // it waited for the child
  EXPECT_EQ(said_on("overlap", test, {run.record}),
            "broken: vacuous: child did not begin in run 1");
}

TEST(Overlap, OfAnIncompleteRecordIsInconclusive) {
  const Planned test = planned(two_spin("overlap"));
  RecordScript run = lives(test, {10, 50, 60}, {30, 80, 90});
  run.record.complete = false;
  run.record.damage = "events were lost: the arena was full";
  EXPECT_EQ(said_on("overlap", test, {run.record}),
            "inconclusive: the record of run 1 is incomplete: events were lost: the arena was "
            "full");
}

TEST(Overlap, OfAClockThatContradictsTheCausesIsInvalid) {
  const Planned test = planned(two_spin("overlap"));
  RecordScript run = lives(test, {10, 50, 60}, {30, 80, 90});
  run.process("worker[0]").begin.ns -= 1'000'000;
  EXPECT_THAT(said_on("overlap", test, {run.record}),
              StartsWith("invalid: run 1: the clock contradicts the causes at "));
}

TEST(Overlap, ASurvivorLivesUntilTheRunIsOver) {
  const Planned test = planned(R"(
processes:
  main:
    - start: [child, ghost]
    - exit_now: 0
  child: []
  ghost:
    - sleep: forever
expect:
  survivors: [ghost]
  overlap: [child, ghost]
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 1, 2).step("main.start(ghost)", 3, 4);
  run.open("main.exit_now", 5).ended("main", 0, 10);
  run.begin("ghost", 6).open("ghost.sleep", 7).survived("ghost");
  run.begin("child", 50).exit("child", 60, 70);
  EXPECT_THAT(said_on("overlap", test, {run.record}), StartsWith("held: "));
}

// --- parallel

RecordScript spinning(const Planned& test, Life first, Life second) {
  RecordScript run = lives(test, first, second);
  run.sample("worker[0]", first.begin, 0).sample("worker[1]", second.begin, 0);
  return run;
}

// Both used 60 µs in the 90 µs from 10 to 100: more than one CPU could give.
TEST(Parallel, HoldsIfAWindowHasMoreCpuTimeThanOneCpuGives) {
  const Planned test = planned(two_spin("parallel"));
  RecordScript run = spinning(test, {10, 200, 210}, {20, 200, 210});
  run.sample("worker[0]", 50, 20).sample("worker[0]", 100, 60);
  run.sample("worker[1]", 50, 20).sample("worker[1]", 100, 60);
  EXPECT_EQ(said_on("parallel", test, {run.record}),
            "held: all 2 were on CPU at one instant in run 1: 133 % of a window of 0.09 ms");
}

// In turns on one CPU: in no window do both together use more than its length.
TEST(Parallel, TakingTurnsShowsNothing) {
  const Planned test = planned(two_spin("parallel"));
  RecordScript run = spinning(test, {10, 200, 210}, {20, 200, 210});
  run.sample("worker[0]", 50, 30).sample("worker[0]", 100, 30);
  run.sample("worker[1]", 50, 0).sample("worker[1]", 100, 50);
  EXPECT_EQ(said_on("parallel", test, {run.record}),
            "inconclusive: not shown in 1 run: no window has more than 1 times its length of CPU "
            "time");
}

TEST(Parallel, ExactlyOneCpuIsNotMoreThanOne) {
  const Planned test = planned(two_spin("parallel"));
  RecordScript run = spinning(test, {10, 200, 210}, {20, 200, 210});
  run.sample("worker[0]", 50, 0).sample("worker[0]", 100, 25);
  run.sample("worker[1]", 50, 0).sample("worker[1]", 100, 25);
  EXPECT_THAT(said_on("parallel", test, {run.record}), StartsWith("inconclusive: "));
}

// A reading lies somewhere between its two stamps. One process that computes all the time uses no
// more than all of the time, wherever in there its readings were.
TEST(Parallel, ReadingsCountFromTheFirstStampToTheLast) {
  const Planned test = planned(two_spin("parallel"));
  RecordScript run = spinning(test, {10, 200, 210}, {20, 200, 210});
  for (const std::int64_t at : {50, 90}) {
    run.sample("worker[0]", at, at == 90 ? 85 : 40);
    trace::Event& reading = run.process("worker[0]").events.back();
    reading.call.ns -= 5'000;
    reading.returned->ns += at == 90 ? 5'000 : 0;
  }
  EXPECT_THAT(said_on("parallel", test, {run.record}), StartsWith("inconclusive: "));
}

// A thousandth more than one CPU gives may come from how the wall clock is steered.
TEST(Parallel, ATraceMoreThanOneCpuIsNotMoreThanOne) {
  const Planned test = planned(two_spin("parallel"));
  RecordScript run = spinning(test, {10, 200, 210}, {20, 200, 210});
  run.sample("worker[0]", 10'000, 0).sample("worker[0]", 20'000, 5'005);
  run.sample("worker[1]", 10'000, 0).sample("worker[1]", 20'000, 5'004);
  EXPECT_THAT(said_on("parallel", test, {run.record}), StartsWith("inconclusive: "));
}

TEST(Parallel, OneRunSuffices) {
  const Planned test = planned(two_spin("parallel"));
  RecordScript none = spinning(test, {10, 200, 210}, {20, 200, 210});
  RecordScript proof = none;
  proof.sample("worker[0]", 50, 0).sample("worker[0]", 100, 50);
  proof.sample("worker[1]", 50, 0).sample("worker[1]", 100, 50);
  EXPECT_THAT(said_on("parallel", test, numbered({none.record, proof.record, none.record})),
              StartsWith("held: all 2 were on CPU at one instant in run 2"));
}

TEST(Parallel, WithoutSamplesIsVacuous) {
  const Planned test = planned(two_spin("parallel"));
  EXPECT_EQ(said_on("parallel", test, {lives(test, {10, 50, 60}, {30, 80, 90}).record}),
            "broken: vacuous: none of them spins, so no CPU time was recorded");
}

TEST(Parallel, OfLivesOneAfterTheOtherIsBroken) {
  const Planned test = planned(two_spin("parallel"));
  EXPECT_EQ(said_on("parallel", test, {spinning(test, {10, 50, 60}, {70, 80, 90}).record}),
            "broken: two of them were never alive at one instant");
}

TEST(Parallel, OneRunWithLivesApartBreaksNothing) {
  const Planned test = planned(two_spin("parallel"));
  EXPECT_THAT(said_on("parallel", test,
                      {spinning(test, {10, 50, 60}, {70, 80, 90}).record,
                       spinning(test, {10, 50, 60}, {30, 80, 90}).record}),
              StartsWith("inconclusive: "));
}

}  // namespace
}  // namespace procession::verify
