// SPDX-License-Identifier: MIT
// What verdicts say, word for word, where no other test of this folder shows it; ci/check_messages
// tells which those are.
#include "harness/verify/judged_test.h"

#include <csignal>

namespace procession::verify {
namespace {

using ::testing::ElementsAre;
using testing::planned;
using testing::Planned;
using testing::RecordScript;

// --- an order with a cause in the run, which need not have been the cause

TEST(Messages, AnEndMayComeAboutOtherwise) {
  const Planned test = planned(R"(
processes:
  main:
    - start: child
    - kill: child
    - join: child
  child:
    - sleep: 5s
expect:
  order: [main.kill(child) < child.end]
  exit: {child: [0, SIGKILL]}
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 1, 2).begin("child", 3);
  run.open("child.sleep", 4).step("main.kill(child)", 5, 6).killed("child", SIGKILL, 9);
  run.step("main.join(child)", 7, 10, trace::signal_status(SIGKILL, false)).exit("main", 11, 12);
  EXPECT_EQ(said_on("order", test, {run.record}),
            "broken: seen 1 of 1, each time with a cause, not guaranteed: "
            "child.end can come about in another way");
}

TEST(Messages, AnAnswerMayBeAnother) {
  const Planned test = planned(R"(
processes:
  main:
    - start: child
    - is_alive: child
  child: []
expect:
  order: [child.end < main.is_alive(child)]
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 1, 2).begin("child", 3).exit("child", 4, 6);
  run.step("main.is_alive(child)", 5, 8, 0).exit("main", 11, 12);
  EXPECT_EQ(said_on("order", test, {run.record}),
            "broken: seen 1 of 1, each time with a cause, not guaranteed: "
            "is_alive(child) on line 5 may answer otherwise");
}

TEST(Messages, AnotherEventMayOpenAnAwait) {
  const Planned test = planned(R"(
processes:
  main:
    - start: worker
    - await: first(worker.end)
  worker:
    count: 2
    steps:
      - sleep: 1ms
expect:
  order:
    - worker[0].end < main.await
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.start(worker[0])", 1, 2).step("main.start(worker[1])", 3, 4);
  run.begin("worker[0]", 5).step("worker[0].sleep", 6, 7).exit("worker[0]", 8, 9);
  run.step("main.await", 5, 12).begin("worker[1]", 13).step("worker[1].sleep", 14, 30);
  EXPECT_EQ(said_on("order", test, {run.record}),
            "broken: seen 1 of 1, each time with a cause, not guaranteed: "
            "await(worker) on line 5 may be opened by another event or fail");
}

TEST(Messages, AnotherProcessMaySendWhatIsReceived) {
  const Planned test = planned(R"(
processes:
  main:
    - pipe: p
    - start: [a, b]
    - receive: p
  a:
    - {send: x, to: p}
  b:
    - sleep: 1s
    - {send: x, to: p}
expect:
  order:
    - a.send < main.receive(p)
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.pipe(p)", 1, 2).step("main.start(a)", 3, 4);
  run.step("main.start(b)", 5, 6).begin("a", 7).begin("b", 8).step("a.send(p)", 9, 10);
  run.exit("a", 11, 20).text("main.receive(p)", 12, "x").open("b.sleep", 9);
  EXPECT_EQ(said_on("order", test, {run.record}),
            "broken: seen 1 of 1, each time with a cause, not guaranteed: "
            "receive(p) on line 6 may receive what another process sent");
}

TEST(Messages, AnotherSignalMayRunAHandler) {
  const Planned test = planned(R"(
processes:
  main:
    - start: [child, other]
    - await: child.mark(here)
    - {signal: child, send: SIGUSR1}
    - join: child
  child:
    - handle: SIGUSR1
      steps:
        - print: got it
    - mark: here
    - sleep: 1ms
  other:
    - sleep: 1s
    - {signal: child, send: SIGUSR1, fails: [ok, not_my_child]}
expect:
  order: [main.signal(child) < child.got(SIGUSR1)]
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 1, 2).step("main.start(other)", 3, 4);
  run.begin("child", 5).step("child.handle(SIGUSR1)", 6, 7).step("child.mark(here)", 8, 9);
  run.begin("other", 5).open("other.sleep", 6);
  run.step("main.await", 5, 10).step("main.signal(child)", 11, 12);
  trace::Event got = run.process("child").events.front();
  got.kind = trace::Line::Got;
  got.call.ns += 8'000;
  got.returned = got.call;
  run.process("child").events.push_back(got);
  EXPECT_EQ(said_on("order", test, {run.record}),
            "broken: seen 1 of 1, each time with a cause, not guaranteed: "
            "handle(SIGUSR1) on line 9 has another way to happen");
}

TEST(Messages, AProcessThatStillRanIsAContradiction) {
  const Planned test = planned(R"(
processes:
  main:
    - start: child
    - print: on
  child:
    - sleep: 1ms
expect:
  order: [child.end < main.print]
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 1, 2).text("main.print", 5, "on");
  run.begin("child", 3).step("child.sleep", 10, 20).exit("child", 21, 30).exit("main", 31, 32);
  EXPECT_EQ(
      said_on("order", test, {run.record}),
      "broken: contradicted in run 1: main.print at 6 µs, child still running at 22 µs (seen 0, "
      "contradicted 1, too close 0 of 1)");
}

// --- others

TEST(Messages, AStepThatShouldHaveFailed) {
  const Planned test = planned(R"(
processes:
  main:
    - start: child
    - {join: child, fails: ECHILD}
  child: []
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 1, 2).begin("child", 3).exit("child", 4, 6);
  run.step("main.join(child)", 5, 8, trace::exited_status(0))
      .ended("main", trace::exited_status(1), 12);
  const Verdict verdict = verdict_on("exit", test, {run.record});
  EXPECT_EQ(said(verdict), "broken: main ended with 1 in run 1, not with 0");
  EXPECT_THAT(verdict.evidence,
              ElementsAre("join(child) on line 5 should have failed, but succeeded"));
}

TEST(Messages, NobodyWasLeftWhenTheTimeWasUp) {
  const Planned test = planned("processes: {main: []}\n");
  RecordScript run(test);
  run.begin("main", 0).exit("main", 1, 2).timed_out({}, 10);
  const Verdict verdict = verdict_on("left", test, {run.record});
  EXPECT_EQ(verdict.text, "nothing is left");
  EXPECT_EQ(said(verdict), "broken: run 1 hung until its timeout of 10 s: nobody was left");
}

TEST(Messages, PrintedAndOutcomesHaveNamesOfTheirOwn) {
  const Planned test = planned(R"(
processes:
  main:
    - {print: one, as: said}
expect:
  printed: [one]
  outcomes:
    allowed: [{said: one}]
)");
  EXPECT_EQ(verdict_on("printed", test, {}).text, "1 lines in any order");
  EXPECT_EQ(verdict_on("outcomes", test, {}).text, "the outcomes of all runs");
}

TEST(Messages, ParallelThatIsNotShownAsksForMoreCpus) {
  const Planned test = planned(R"(
processes:
  main:
    - start: worker
  worker:
    count: 2
    steps:
      - spin: 1ms
expect:
  parallel: [worker]
)");
  RecordScript run(test);
  run.begin("main", 0).begin("worker[0]", 1).begin("worker[1]", 1);
  run.sample("worker[0]", 10, 0).sample("worker[0]", 20, 5);
  run.ended("worker[0]", 0, 30).ended("worker[1]", 0, 30);
  EXPECT_THAT(verdict_on("parallel", test, {run.record}).evidence,
              ElementsAre("are there as many free CPUs? `requires: {cpus: N}` skips where there "
                          "are not"));
}

// --- a step that fails

TEST(Messages, AStepThatFailsIsAWayToTheEnd) {
  const Planned test = planned(R"(
processes:
  main:
    - start: [a, b]
    - join: [a, b]
  a:
    - signal: b
      send: SIGCONT
  b: []
expect:
  order: [a.signal(b) < a.end]
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.start(a)", 1, 2).step("main.start(b)", 3, 4);
  run.begin("a", 3).begin("b", 5).step("a.signal(b)", 6, 7).exit("a", 8, 9).exit("b", 8, 9);
  run.step("main.join(a)", 8, 10).step("main.join(b)", 11, 12).exit("main", 13, 14);
  const Verdict verdict = verdict_on("order", test, {run.record});
  EXPECT_EQ(said(verdict),
            "broken: seen 1 of 1, not guaranteed: a.end can happen without a.signal(b); it needs "
            "only a.exit: a.signal(b) can fail (not_started)");
  EXPECT_THAT(verdict.evidence,
              ElementsAre("a way without a.signal(b): main.begin → main.start(a) → a.begin → "
                          "a.signal(b).call (fails: not_started) → a.exit → a.end"));
}

// --- who outlives main

TEST(Messages, WhoOutlivesMainMayBeMeantTo) {
  const Planned test = planned(R"(
processes:
  main:
    - start: middle
    - join: middle
  middle:
    - start: orphan
    - exit_now: 0
  orphan:
    - sleep: forever
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.start", 1, 2).begin("middle", 3);
  run.step("middle.start", 4, 5).begin("orphan", 6).open("orphan.sleep", 7);
  run.exit("middle", 8, 9).step("main.join", 10, 11).exit("main", 12, 13);
  run.timed_out({"orphan"}, 10'000'000);
  EXPECT_THAT(verdict_on("left", test, {run.record}).evidence,
              ElementsAre("orphan was in sleep on line 10, for 10 s",
                          "if this is meant, expect `survivors: [orphan]`"));
}

// --- many outcomes

TEST(Messages, OfManyOutcomesTheMostFrequentAreListed) {
  const Planned test = planned(R"(
runs: 20
processes:
  main:
    - {print: "${pid}", as: said}
expect:
  outcomes:
    allowed: [{}]
    forbidden: [{said: none}]
)");
  std::vector<trace::Record> records;
  for (int i = 0; i < 12; ++i) {
    RecordScript run(test);
    run.begin("main", 0).text("main.print", 1, std::to_string(std::max(i, 2))).exit("main", 3, 4);
    records.push_back(run.record);
  }
  EXPECT_EQ(said_on("outcomes", test, records),
            "held: 10 outcomes in 12 runs, all as listed: 3 of said: 2; 1 of said: 10; 1 of said: "
            "11; 1 of said: 3; 1 of said: 4; 1 of said: 5; 1 of said: 6; 1 of said: 7; 2 more");
}

}  // namespace
}  // namespace procession::verify
