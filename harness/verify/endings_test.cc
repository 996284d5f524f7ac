// SPDX-License-Identifier: MIT
// `timeout`, `left`, and the story of a run that hung.
#include "harness/verify/judged_test.h"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>

namespace procession::verify {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Lt;
using testing::planned;
using testing::Planned;
using testing::RecordScript;
using ::testing::ResultOf;
using ::testing::StartsWith;

constexpr std::int64_t kTenSeconds = 10'000'000;

constexpr std::string_view kSleeper = R"(
processes:
  main:
    - start: child
    - join: child
  child:
    - sleep: forever
)";

RecordScript slept(const Planned& test) {
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 5, 15).open("main.join(child)", 16);
  run.begin("child", 20).open("child.sleep", 21);
  run.timed_out({"main", "child"}, kTenSeconds);
  return run;
}

RecordScript ended(const Planned& test) {
  RecordScript run(test);
  run.begin("main", 0).exit("main", 5, 10);
  return run;
}

// --- timeout

TEST(Timeout, HoldsIfEachRunHung) {
  const Planned test = planned(std::string(kSleeper) + "expect: {timeout: true}\n");
  const Runs runs(2, slept(test).record);
  EXPECT_EQ(said_on("timeout", test, runs), "held: each of 2 runs hung until its timeout");
  EXPECT_EQ(said_on("left", test, runs), "held: nothing outlived any of 2 runs");
}

TEST(Timeout, OfARunThatEndsIsBroken) {
  const Planned test = planned("processes:\n  main: []\nexpect: {timeout: true}\n");
  EXPECT_EQ(said_on("timeout", test, {ended(test).record}), "broken: run 1 ended by itself");
}

// --- left

TEST(Left, HoldsIfNothingOutlivedTheRun) {
  const Planned test = planned("processes:\n  main: []\n");
  EXPECT_EQ(said_on("left", test, {ended(test).record}), "held: nothing outlived any of 1 run");
}

TEST(Left, AHungRunNamesWhoWasLeftBehind) {
  const Planned test = planned(kSleeper);
  EXPECT_EQ(said_on("left", test, {slept(test).record}),
            "broken: run 1 hung until its timeout of 10 s: main and child left behind");
}

TEST(Left, AProcessThatNoStepStartedIsBroken) {
  const Planned test = planned("processes:\n  main: []\n");
  RecordScript run = ended(test);
  run.record.foreign = 2;
  EXPECT_EQ(said_on("left", test, {run.record}),
            "broken: 2 processes that no step started were found after run 1");
}

TEST(Left, LostEventsAreInconclusive) {
  const Planned test = planned("processes:\n  main: []\n");
  RecordScript run = ended(test);
  run.record.complete = false;
  run.record.damage = "events were lost: the arena was full";
  EXPECT_EQ(said_on("left", test, {run.record}),
            "inconclusive: run 1: events were lost: the arena was full");
}

// --- programs

constexpr std::string_view kServer = R"(
processes:
  main:
    - start: server
    - await: server.ready
    - join: server
  server:
    exec: [server, --quiet]
    ready: {line: ready for all}
)";

// It has begun and is not ready.
RecordScript starting(const Planned& test) {
  RecordScript run(test);
  run.begin("main", 0).step("main.start(server)", 5, 30);
  run.begin("server", 20).exiting("server", 21);
  return run;
}

// It was ready, and has ended so.
RecordScript served(const Planned& test, std::int32_t status) {
  RecordScript run(test);
  run.begin("main", 0).step("main.start(server)", 5, 30);
  run.begin("server", 20).implicit("server", 0, 21, 40);
  run.step("main.await(server)", 31, 50).step("main.join(server)", 51, 90, status);
  run.ended("server", status, 80).exit("main", 91, 95);
  return run;
}

TEST(Left, AProgramThatExitedAndLeftAProcessIsBroken) {
  const Planned test = planned(kServer);
  RecordScript run = served(test, 0);
  EXPECT_EQ(said_on("left", test, {run.record}), "held: nothing outlived any of 1 run");
  run.process("server").left_behind = 1;
  run.process("server").left_behind_name = "worker";
  EXPECT_EQ(said_on("left", test, {run.record}),
            "broken: server exited with 0 in run 1 and left a process of its own behind, worker");
  run.process("server").left_behind = 3;
  EXPECT_EQ(said_on("left", test, {run.record}),
            "broken: server exited with 0 in run 1 and left 3 processes of its own behind, one of "
            "them worker");
}

TEST(Left, AProgramThatWasKilledCouldNotCleanUp) {
  const Planned test = planned(kServer);
  RecordScript run = served(test, trace::signal_status(SIGKILL, false));
  run.process("server").left_behind = 1;
  EXPECT_EQ(said_on("left", test, {run.record}), "held: nothing outlived any of 1 run");
}

TEST(Left, ARunInWhichAProgramCouldNotBeExecutedIsNoFaultOfTheRecord) {
  const Planned test = planned(kServer);
  RecordScript run(test);
  run.begin("main", 0).step("main.start(server)", 5, 30, 0, ENOENT);
  run.exit("main", 31, 40).ended("main", 1, 40);
  EXPECT_EQ(said_on("left", test, {run.record}), "held: nothing outlived any of 1 run");
  EXPECT_EQ(said_on("exit", test, {run.record}), "broken: main ended with 1 in run 1, not with 0");
  EXPECT_THAT(judged(test, {run.record}).verdicts.front().evidence,
              ElementsAre("start(server) on line 4 failed: ENOENT, `server`: No such file or "
                          "directory"));
}

TEST(Exit, OfWhoWaitedInVainNamesTheProgramThatEndedTooSoon) {
  const Planned test = planned(kServer);
  RecordScript run = starting(test);
  run.step("main.await(server)", 31, 50, 0, scenario::kGone).ended("server", 3, 45);
  run.exit("main", 51, 60).ended("main", 1, 60);
  EXPECT_THAT(judged(test, {run.record}).verdicts.front().evidence,
              ElementsAre("await(server) on line 5 failed: gone",
                          "server ended with 3 before it was ready"));
}

TEST(Story, OfAProgramSaysWhatDidNotCome) {
  for (const auto& [ready, said] :
       {std::pair("{line: ready for all}", "it printed no line with `ready for all`"),
        {"{file: pid}", "there was no file `pid`"},
        {"port", "nobody listened at its port"},
        {"{fd: 5}", "it wrote no line to descriptor 5"}}) {
    std::string text(kServer);
    text.replace(text.find("{line: ready for all}"), 21, ready);
    const Planned test = planned(text);
    RecordScript run = starting(test);
    run.open("main.await(server)", 31).timed_out({"main", "server"}, kTenSeconds);
    EXPECT_THAT(judged(test, {run.record}).story,
                ElementsAre("main was in await(server) on line 5, for 10 s",
                            std::string("server was not ready: ") + said,
                            "main.await(server) waits for server.ready"));
  }
}

TEST(Story, OfAProgramThatRunsSaysSo) {
  const Planned test = planned(kServer);
  RecordScript run = starting(test);
  run.process("server").events.clear();
  run.implicit("server", 0, 21, 40)
      .step("main.await(server)", 31, 50)
      .open("main.join(server)", 51);
  run.timed_out({"main", "server"}, kTenSeconds);
  EXPECT_THAT(judged(test, {run.record}).story,
              ElementsAre("main was in join(server) on line 6, for 10 s", "server was running",
                          "main.join(server) waits for server.end"));
}

// --- the story

std::vector<std::string> story(const Planned& test, const RecordScript& run) {
  return judged(test, {run.record}).story;
}

TEST(Story, OfASleepingChildTellsWhoWaitsForWhom) {
  const Planned test = planned(kSleeper);
  EXPECT_THAT(
      story(test, slept(test)),
      ElementsAre(
          "main was in join(child) on line 5, for 10 s", "child was in sleep on line 7, for 10 s",
          "main.join(child) waits for child.end waits for child.exit waits for child.sleep"));
}

TEST(Story, OfACircleTellsItOnce) {
  const Planned test = planned(R"(
processes:
  main:
    - start: child
    - await: child.mark(done)
    - mark: go
  child:
    - await: main.mark(go)
    - mark: done
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 5, 15).open("main.await(done)", 16);
  run.begin("child", 20).open("child.await(go)", 21);
  run.timed_out({"main", "child"}, kTenSeconds);
  EXPECT_THAT(story(test, run),
              ElementsAre("main was in await(done) on line 5, for 10 s",
                          "child was in await(go) on line 8, for 10 s",
                          "a circle: main.await(done) waits for child.mark(done) waits for "
                          "child.await(go) waits for main.mark(go) waits for main.await(done)"));
}

TEST(Story, OfAnOrderlyExitSaysThatItWaitsForItsChildren) {
  const Planned test = planned(R"(
processes:
  main:
    - start: child
  child:
    - sleep: forever
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 5, 15).exiting("main", 16);
  run.begin("child", 20).open("child.sleep", 21);
  run.timed_out({"main", "child"}, kTenSeconds);
  EXPECT_THAT(
      story(test, run),
      ElementsAre("main had done its steps and waited for its children, for 10 s",
                  "child was in sleep on line 6, for 10 s",
                  "main.exit waits for child.end waits for child.exit waits for child.sleep"));
}

TEST(Story, OfAFailureThatNobodyExpectedTellsItFirst) {
  const Planned test = planned(R"(
processes:
  main:
    - start: child
    - {join: child, timeout: 1ms}
  child:
    - sleep: forever
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 5, 15);
  run.step("main.join(child)", 16, 17, trace::kNoAnswer, scenario::kTimedOut).exiting("main", 18);
  run.begin("child", 20).open("child.sleep", 21);
  run.timed_out({"main", "child"}, kTenSeconds);
  EXPECT_EQ(story(test, run).front(),
            "main failed in join(child) on line 5 (timed_out) and waited for its children, "
            "for 10 s");
}

// Nothing in the file can make a start fail, so no cause leads from it to the end of main.
TEST(Story, OfAStartThatFailsTellsWhoIsWaitedFor) {
  const Planned test = planned(R"(
processes:
  main:
    - start: one
    - start: two
    - start: three
  one:
    exec: [sleep, "1000"]
  two:
    exec: [sleep, "1000"]
  three:
    exec: [sleep, "1000"]
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.start(one)", 5, 15);
  run.step("main.start(two)", 16, 17, trace::kNoAnswer, EADDRINUSE).exiting("main", 18);
  run.begin("one", 10);
  run.timed_out({"main", "one"}, kTenSeconds);
  EXPECT_THAT(
      story(test, run),
      ElementsAre("main failed in start(two) on line 5 (EADDRINUSE) and waited for its children, "
                  "for 10 s",
                  "one was running", "main.exit waits for one.end"));
}

TEST(Story, OfALoadThatHasNotBegunTellsWhomItWaitsFor) {
  const Planned test = planned(R"(
processes:
  main:
    - start: [server, client]
  server:
    - {serve: echo, handler: epoll, until: client.end}
  client:
    count: 2
    steps:
      - sleep: 1s
      - {load: server, requests: 1}
)");
  const auto told = [&](bool both) {
    RecordScript run(test);
    run.begin("main", 0).begin("client[0]", 20).begin("client[1]", 20);
    run.step("client[0].sleep", 21, 22).open("client[0].load(server)", 23);
    if (both) {
      run.step("client[1].sleep", 21, 22).open("client[1].load(server)", 23);
    } else {
      run.open("client[1].sleep", 21);
    }
    run.timed_out({"main", "client[0]", "client[1]"}, kTenSeconds);
    return story(test, run);
  };
  EXPECT_THAT(told(false), Contains(HasSubstr(", at its start line, without client[1]")));
  EXPECT_THAT(told(true), Contains(HasSubstr("client[0] was in load(server) on line 11 before its "
                                             "start line")));
}

TEST(Story, OfALongChainTellsItsEnds) {
  std::string text = "\nprocesses:\n  main:\n    - start: p0\n    - join: p0\n";
  for (int i = 0; i < 30; ++i) {
    text += fmt::format("  p{}:\n    - start: p{}\n    - join: p{}\n", i, i + 1, i + 1);
  }
  text += "  p30:\n    - sleep: forever\n";
  const Planned test = planned(text);
  RecordScript run(test);
  std::vector<std::string> all = {"main"};
  run.begin("main", 0).step("main.start(p0)", 5, 15).open("main.join(p0)", 16);
  for (int i = 0; i < 30; ++i) {
    const std::string name = fmt::format("p{}", i);
    run.begin(name, 20).step(fmt::format("{}.start(p{})", name, i + 1), 25, 30);
    run.open(fmt::format("{}.join(p{})", name, i + 1), 31);
    all.push_back(name);
  }
  run.begin("p30", 20).open("p30.sleep", 21);
  all.push_back("p30");
  run.timed_out({all.begin(), all.end()}, kTenSeconds);
  EXPECT_THAT(
      story(test, run),
      Contains(AllOf(StartsWith("main.join(p0) waits for p0.end waits for p0.exit waits "),
                     HasSubstr(" more waits for "), EndsWith(" waits for p30.sleep"),
                     ResultOf([](const std::string& chain) { return chain.size(); }, Lt(400u)))));
}

TEST(Story, TellsOfWhoHadNotBegunOrWasBetweenSteps) {
  const Planned test = planned(kSleeper);
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 5, 15);
  run.process("child").started = true;
  run.timed_out({"main", "child"}, kTenSeconds);
  EXPECT_THAT(story(test, run), ElementsAre("main was between two steps", "child had not begun"));
}

TEST(Story, OfARunThatEndedIsEmpty) {
  const Planned test = planned("processes:\n  main: []\n");
  EXPECT_THAT(story(test, ended(test)), IsEmpty());
}

}  // namespace
}  // namespace procession::verify
