// SPDX-License-Identifier: MIT
// What no Record can say, each beside the same Record unspoilt.
#include "harness/verify/consistency.h"

#include "harness/verify/judged_test.h"

#include <csignal>

namespace procession::verify {
namespace {

using testing::planned;
using testing::Planned;
using testing::RecordScript;

class Consistency : public ::testing::Test {
 protected:
  [[nodiscard]] RecordScript good() const {
    RecordScript run(test_);
    run.begin("main", 0).step("main.pipe(p)", 1, 2).step("main.start(child)", 3, 4);
    run.begin("child", 5).exit("child", 6, 8).step("main.send(p)", 7, 9);
    run.step("main.join(child)", 10, 12, trace::exited_status(0)).exit("main", 13, 16);
    return run;
  }
  [[nodiscard]] std::string said_of(const RecordScript& run) const {
    return inconsistency(test_.plan(), run.record);
  }
  const Planned test_ = planned(R"(
processes:
  main:
    - pipe: p
    - start: child
    - {send: x, to: p}
    - join: child
  child: []
)");
};

TEST_F(Consistency, NothingIsWrongWithAGoodRecord) {
  EXPECT_EQ(said_of(good()), "");
  EXPECT_EQ(said_on("left", test_, {good().record}), "held: nothing outlived any of 1 run");
}

TEST_F(Consistency, MakesTheVerdictsInvalid) {
  RecordScript run = good();
  run.process("child").status = trace::exited_status(1);
  EXPECT_EQ(said_on("left", test_, {run.record}),
            "invalid: run 1: join(child) was told another status than the one recorded");
}

TEST_F(Consistency, AStepIsNotRecordedTwice) {
  RecordScript run = good();
  auto& events = run.process("main").events;
  events.insert(events.begin(), trace::Event(events.front()));
  EXPECT_EQ(said_of(run), "pipe(p) is recorded twice");
}

TEST_F(Consistency, NoStepIsLeftOut) {
  RecordScript run = good();
  auto& events = run.process("main").events;
  events.erase(events.end() - 2);
  EXPECT_EQ(said_of(run), "exit is recorded where join(child) must be");
}

TEST_F(Consistency, NothingFollowsAStepThatDidNotReturn) {
  RecordScript run = good();
  auto& events = run.process("main").events;
  events[2].returned.reset();
  EXPECT_EQ(said_of(run), "join(child) is recorded behind a step that did not return");
}

TEST_F(Consistency, AnErrorThatIsNotListedLeadsToTheExit) {
  RecordScript run = good();
  auto& events = run.process("main").events;
  events[2].error = EPIPE;
  EXPECT_EQ(said_of(run), "join(child) is recorded where exit must be");
  events.erase(events.end() - 2);
  EXPECT_EQ(said_of(run), "main ended with 0 though send(p) failed");
  run.process("main").status = trace::exited_status(1);
  EXPECT_EQ(said_of(run), "");
}

TEST_F(Consistency, AProcesssOwnStampsGoOn) {
  RecordScript run = good();
  run.process("main").events.back().call.ns -= 5'000;
  EXPECT_EQ(said_of(run), "exit is stamped before what its process did first");
}

TEST_F(Consistency, NoStampLiesOutsideTheRun) {
  RecordScript run = good();
  run.record.ended = base::Instant{run.record.started.ns + 10'000};
  EXPECT_EQ(said_of(run), "main has a stamp from outside the run");
}

TEST_F(Consistency, WhoEndedByItselfDidSomethingToEnd) {
  RecordScript run = good();
  run.process("child").events.clear();
  EXPECT_EQ(said_of(run), "child ended by itself, but did nothing to end");
  run.killed("child", SIGKILL, 8);
  run.process("main").events[3].answer = trace::signal_status(SIGKILL, false);
  EXPECT_EQ(said_of(run), "");
}

TEST_F(Consistency, WhatWasStartedThereIs) {
  RecordScript run = good();
  run.process("child") = {};
  EXPECT_EQ(said_of(run), "start(child) has made no process");
}

// A handler's steps may be recorded once for each signal, and an error in it ends the process.
TEST(ConsistencyOfHandlers, StepsOncePerSignalAndAnExitFromAnywhere) {
  const Planned test = planned(R"(
processes:
  main:
    - handle: SIGUSR1
      steps:
        - mark: got_it
    - signal: main
      send: SIGUSR1
      fails: [ok, not_my_child]
    - print: over
)");
  const auto with = [&](int signals, bool prints) {
    RecordScript run(test);
    run.begin("main", 0).step("main.handle(SIGUSR1)", 1, 2).step("main.signal(main)", 3, 4);
    for (int i = 0; i < signals; ++i) {
      trace::Event got = run.process("main").events.front();
      got.kind = trace::Line::Got;
      got.call = run.process("main").events.back().call;
      got.returned = got.call;
      run.process("main").events.push_back(got);
      run.step("main.mark(got_it)", 3, 4);
    }
    if (prints) {
      run.text("main.print", 5, "over");
    }
    run.exit("main", 7, 8);
    return run.record;
  };
  EXPECT_EQ(inconsistency(test.plan(), with(2, true)), "");
  trace::Record failed = with(1, false);
  EXPECT_EQ(inconsistency(test.plan(), failed), "exit is recorded where print must be");
  failed.processes[0].events[3].error = scenario::kGone;
  EXPECT_EQ(inconsistency(test.plan(), failed), "");
  EXPECT_EQ(inconsistency(test.plan(), with(0, false)), "exit is recorded where print must be");
  trace::Record once_too_often = with(1, true);
  auto& events = once_too_often.processes.front().events;
  events.insert(events.begin() + 3, trace::Event(events[3]));
  EXPECT_EQ(inconsistency(test.plan(), once_too_often), "mark(got_it) is recorded twice");
}

// --- programs

TEST(ConsistencyOfPrograms, OneWithoutAProbeIsReadyAtOnceAndCannotFail) {
  const Planned test = planned(R"(
processes:
  main:
    - start: tool
    - join: tool
  tool:
    exec: [tool]
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.start(tool)", 5, 30).step("main.join(tool)", 31, 60);
  run.begin("tool", 20).implicit("tool", 0, 21, 22).ended("tool", 0, 50).exit("main", 61, 70);
  EXPECT_EQ(inconsistency(test.plan(), run.record), "");
  auto& ready = run.process("tool").events.front();
  ready.error = EPIPE;
  EXPECT_EQ(inconsistency(test.plan(), run.record),
            "tool is recorded to have failed at becoming ready");
  ready.error = 0;
  ready.returned.reset();
  EXPECT_EQ(inconsistency(test.plan(), run.record), "tool has begun, but was not ready at once");
  run.process("main").status = trace::signal_status(SIGKILL, false);
  EXPECT_EQ(inconsistency(test.plan(), run.record), "") << "nobody was left to say so";
}

}  // namespace
}  // namespace procession::verify
