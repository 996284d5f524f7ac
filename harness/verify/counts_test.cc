// SPDX-License-Identifier: MIT
// `never` and `count`.
#include "harness/verify/judged_test.h"

#include <cerrno>

namespace procession::verify {
namespace {

using testing::planned;
using testing::Planned;
using testing::RecordScript;

std::string killed_child(std::string_view expect) {
  return R"(
processes:
  main:
    - start: child
    - kill: child
    - join: child
  child:
    - print: perhaps
    - sleep: forever
    - print: impossible
expect:
  exit: {child: SIGKILL}
  )" + std::string(expect) +
         "\n";
}

RecordScript killed(const Planned& test, bool printed) {
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 5, 15).begin("child", 20);
  if (printed) {
    run.text("child.print[0]", 25, "perhaps").open("child.sleep", 27);
  }
  run.step("main.kill(child)", 30, 31).killed("child", 9, 40);
  run.step("main.join(child)", 32, 42, trace::signal_status(9, false)).exit("main", 50, 60);
  return run;
}

// --- never

TEST(Never, OfWhatCannotHappenSaysSo) {
  const Planned test = planned(killed_child("never: [\"child.print[1]\"]"));
  EXPECT_EQ(said_on("never", test, {killed(test, true).record}), "held: cannot happen");
}

TEST(Never, OfWhatWasNotSeenSaysHowOftenItMayYetHappen) {
  const Planned test = planned(killed_child("never: [\"child.print[0]\"]"));
  const Runs runs(30, killed(test, false).record);
  EXPECT_EQ(said_on("never", test, runs), "held: not seen in 30 runs: rate below 0.1");
}

TEST(Never, OfWhatHappenedIsBrokenAndSaysWhen) {
  const Planned test = planned(killed_child("never: [\"child.print[0]\"]"));
  EXPECT_EQ(said_on("never", test, {killed(test, true).record}),
            "broken: child.print[0] happened in run 1 at 26 µs");
}

TEST(Never, OfAnIncompleteRecordIsInconclusive) {
  const Planned test = planned(killed_child("never: [\"child.print[0]\"]"));
  RecordScript run = killed(test, false);
  run.record.complete = false;
  run.record.damage = "a log has a gap";
  EXPECT_EQ(said_on("never", test, {run.record}),
            "inconclusive: the record of run 1 is incomplete: a log has a gap");
}

TEST(Never, WhatHappenedInAnIncompleteRecordHappened) {
  const Planned test = planned(killed_child("never: [\"child.print[0]\"]"));
  RecordScript run = killed(test, true);
  run.record.complete = false;
  EXPECT_EQ(verdict_on("never", test, {run.record}).kind, scenario::VerdictKind::Broken);
}

TEST(Never, OutOfReachIsVacuous) {
  const Planned test = planned(R"(
processes:
  main:
    - start: middle
  middle:
    - start: child
  child:
    - print: never
expect:
  never: [child.print]
  exit: {middle: SIGKILL}
)");
  RecordScript run(test);
  run.begin("main", 0)
      .step("main.start(middle)", 5, 15)
      .killed("middle", 9, 20)
      .exit("main", 50, 60);
  EXPECT_EQ(said_on("never", test, {run.record}),
            "broken: vacuous: nothing that could do it was reached in run 1");
}

TEST(Never, OfAnErrorLooksAtWhatStepsFailedWith) {
  const Planned test = planned(R"(
processes:
  main:
    - pipe: p
    - {send: hello, to: p, fails: [EPIPE, ok]}
expect:
  never: [main.error(EPIPE)]
)");
  RecordScript fine(test);
  fine.begin("main", 0).step("main.pipe(p)", 1, 2).step("main.send(p)", 3, 4).exit("main", 5, 9);
  RecordScript failed(test);
  failed.begin("main", 0).step("main.pipe(p)", 1, 2).step("main.send(p)", 3, 4, 0, EPIPE);
  failed.exit("main", 5, 9);
  EXPECT_EQ(verdict_on("never", test, {fine.record}).kind, scenario::VerdictKind::Held);
  EXPECT_EQ(said_on("never", test, {failed.record}),
            "broken: main.error(EPIPE) happened in run 1 between 3 µs and 4 µs");
}

// --- count

constexpr std::string_view kTwoWorkers = R"(
processes:
  main:
    - start: worker
  worker:
    count: 2
    steps:
      - repeat: 2
        steps:
          - print: again
expect:
  count: {worker.print: %}
)";

Planned counted(std::string_view range) {
  std::string text(kTwoWorkers);
  return planned(text.replace(text.find('%'), 1, range));
}

RecordScript two_workers(const Planned& test, int prints) {
  RecordScript run(test);
  run.begin("main", 0);
  run.step("main.start(worker[0])", 5, 15).step("main.start(worker[1])", 16, 20);
  for (const std::string worker : {"worker[0]", "worker[1]"}) {
    run.begin(worker, 30);
    for (int i = 0; i < prints; ++i) {
      run.text(worker + ".print[" + std::to_string(i) + "]", 40 + 10 * i, "again");
    }
    run.exit(worker, 70, 80);
  }
  run.exit("main", 90, 99);
  return run;
}

TEST(Count, TakesInstancesAndOccurrencesTogether) {
  const Planned test = counted("4");
  EXPECT_EQ(said_on("count", test, {two_workers(test, 2).record}),
            "held: counted in each of 1 run");
}

TEST(Count, MayBeARange) {
  const Planned test = counted("3..5");
  EXPECT_EQ(verdict_on("count", test, {two_workers(test, 2).record}).text, "worker.print: 3..5");
  EXPECT_EQ(verdict_on("count", test, {two_workers(test, 2).record}).kind,
            scenario::VerdictKind::Held);
}

TEST(Count, TooFewOrTooManyIsBroken) {
  const Planned fewer = counted("3");
  EXPECT_EQ(said_on("count", fewer, {two_workers(fewer, 2).record}),
            "broken: happened 4 times in run 1");
  const Planned more = counted("5..9");
  EXPECT_EQ(said_on("count", more, {two_workers(more, 2).record}),
            "broken: happened 4 times in run 1");
}

TEST(Count, OfAnIncompleteRecordIsInconclusive) {
  const Planned test = counted("4");
  RecordScript run = two_workers(test, 1);
  run.record.complete = false;
  run.record.damage = "a log has a gap";
  EXPECT_EQ(said_on("count", test, {run.record}),
            "inconclusive: the record of run 1 is incomplete: a log has a gap");
}

TEST(Count, AHandlersStepsCountEachTime) {
  const Planned test = planned(R"(
processes:
  main:
    - handle: SIGUSR1
      steps:
        - mark: handled
    - {signal: self, send: SIGUSR1}
    - {signal: self, send: SIGUSR1}
expect:
  count: {main.mark(handled): 2}
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.handle(SIGUSR1)", 1, 2).step("main.signal(main)[0]", 3, 8);
  run.step("main.mark(handled)", 5, 6).step("main.signal(main)[1]", 10, 18);
  run.step("main.mark(handled)", 15, 16).exit("main", 20, 30);
  EXPECT_EQ(verdict_on("count", test, {run.record}).kind, scenario::VerdictKind::Held);
}

}  // namespace
}  // namespace procession::verify
