// SPDX-License-Identifier: MIT
// `exit`, `parent` and `survivors`.
#include "harness/verify/judged_test.h"

#include <cerrno>
#include <csignal>

namespace procession::verify {
namespace {

using ::testing::ElementsAre;
using testing::planned;
using testing::Planned;
using testing::RecordScript;

// --- exit

std::string two_children(std::string_view expect) {
  return R"(
processes:
  main:
    - start: child
  child:
    count: 2
    steps:
      - {send: hello, to: p, fails: [EPIPE, ok]}
      - {send: again, to: p}
module:
  - pipe: p
)" + std::string(expect);
}

// The second child ends with this status.
RecordScript children(const Planned& test, std::int32_t status) {
  RecordScript run(test);
  run.begin("main", 0).step("main.pipe(p)", 1, 2);
  run.step("main.start(child[0])", 5, 15).step("main.start(child[1])", 16, 20);
  for (const std::string child : {"child[0]", "child[1]"}) {
    run.begin(child, 30).step(child + ".send(p)[0]", 31, 32).step(child + ".send(p)[1]", 33, 34);
  }
  run.exit("child[0]", 40, 50).exit("child[1]", 40, 50).ended("child[1]", status, 50);
  run.exit("main", 60, 70);
  return run;
}

TEST(Exit, OfEveryProcessThatTheFileDoesNotNameIsNought) {
  const Planned test = planned(two_children(""));
  EXPECT_EQ(said_on("exit", test, {children(test, 0).record}), "held: 0, in each of 1 run");
  EXPECT_EQ(said_on("exit", test, {children(test, 3).record}),
            "broken: child[1] ended with 3 in run 1, not with 0");
  EXPECT_EQ(verdict_on("exit", test, {children(test, 3).record}).text, "every process: 0");
}

TEST(Exit, IsOfEachInstance) {
  const Planned test = planned(two_children("expect: {exit: {child: [0, SIGTERM]}}\n"));
  EXPECT_EQ(said_on("exit", test, {children(test, trace::signal_status(SIGTERM, false)).record}),
            "held: 0 or SIGTERM, in each of 1 run");
  EXPECT_EQ(said_on("exit", test, {children(test, trace::signal_status(SIGSEGV, true)).record}),
            "broken: child[1] ended with SIGSEGV in run 1, not with 0 or SIGTERM");
}

TEST(Exit, OfTheOthersStaysNought) {
  const Planned test = planned(two_children("expect: {exit: {\"child[1]\": 3}}\n"));
  const auto verdicts = judged(test, {children(test, 3).record}).verdicts;
  EXPECT_EQ(verdicts[0].text, "child[1]: 3");
  EXPECT_EQ(verdicts[1].text, "every other process: 0");
  EXPECT_EQ(said(verdicts[0]), "held: 3, in each of 1 run");
}

// An error that the file allows is not why.
TEST(Exit, AfterAnErrorSaysWhich) {
  const Planned test = planned(two_children(""));
  RecordScript run = children(test, 1);
  run.process("child[1]").events[0].error = EPIPE;
  run.process("child[1]").events[1].error = EPIPE;
  const Verdict verdict = verdict_on("exit", test, {run.record});
  EXPECT_THAT(verdict.evidence, ElementsAre("send(p)[1] on line 9 failed: EPIPE"));
}

TEST(Exit, OfALostStatusIsInconclusive) {
  const Planned test = planned(two_children(""));
  RecordScript run = children(test, 0);
  run.process("child[1]").status.reset();
  EXPECT_EQ(said_on("exit", test, {run.record}),
            "inconclusive: the status of child[1] was lost in run 1");
}

TEST(Exit, OfANamedProcessThatWasNotStartedIsVacuous) {
  const Planned test = planned(two_children("expect: {exit: {child: 0}}\n"));
  RecordScript run = children(test, 0);
  run.process("child[1]") = {};
  EXPECT_EQ(said_on("exit", test, {run.record}),
            "broken: vacuous: child[1] was not started in run 1");
}

TEST(Exit, OfANamedProcessThatLivesOnIsBroken) {
  const Planned test = planned(two_children("expect: {exit: {child: 0}, timeout: true}\n"));
  RecordScript run = children(test, 0);
  run.timed_out({"child[1]"}, 100);
  EXPECT_EQ(said_on("exit", test, {run.record}), "broken: child[1] did not end in run 1");
}

TEST(Exit, WhoIsNotNamedNeedNotBegin) {
  const Planned test = planned(two_children(""));
  RecordScript run = children(test, 0);
  run.process("child[1]") = {};
  EXPECT_EQ(verdict_on("exit", test, {run.record}).kind, scenario::VerdictKind::Held);
}

// --- parent

constexpr std::string_view kOrphan = R"(
processes:
  main:
    - start: middle
    - join: middle
  middle:
    - start: orphan
    - exit_now: 0
  orphan:
    - sleep: 10us
expect:
  parent: {orphan: %}
)";

Planned orphaned(std::string_view parent) {
  std::string text(kOrphan);
  return planned(text.replace(text.find('%'), 1, parent));
}

// The middle ends between 21 and 30; the orphan is reaped by the warden.
RecordScript orphan_ends(const Planned& test, std::int64_t last_stamp, std::int64_t dead_seen) {
  RecordScript run(test);
  run.begin("main", 0).step("main.start(middle)", 1, 2).begin("middle", 5);
  run.step("middle.start(orphan)", 6, 8).begin("orphan", 10);
  run.step("orphan.sleep", 11, last_stamp - 2).exit("orphan", last_stamp - 1, dead_seen);
  run.open("middle.exit_now", 21).ended("middle", 0, 30);
  run.step("main.join(middle)", 3, 31).exit("main", 100, 110);
  run.process("orphan").reaper = trace::Process::Reaper::Warden;
  return run;
}

TEST(Parent, OfAnOrphanIsTheReaper) {
  const Planned test = orphaned("reaper");
  EXPECT_EQ(said_on("parent", test, {orphan_ends(test, 50, 60).record}),
            "held: reaper, in each of 1 run");
}

TEST(Parent, OfWhoEndedFirstIsStillItsStarter) {
  const Planned test = orphaned("middle");
  EXPECT_EQ(said_on("parent", test, {orphan_ends(test, 18, 20).record}),
            "held: middle, in each of 1 run");
  EXPECT_EQ(said_on("parent", test, {orphan_ends(test, 50, 60).record}),
            "broken: the parent of orphan was reaper in run 1, not middle");
}

TEST(Parent, OfEndsTooCloseTogetherIsInconclusive) {
  const Planned test = orphaned("reaper");
  EXPECT_EQ(said_on("parent", test, {orphan_ends(test, 25, 40).record}),
            "inconclusive: orphan and its parent ended too close together in run 1 to tell");
}

TEST(Parent, WasTheReaperIfTheProcessItselfSawItsParentGone) {
  const Planned test = orphaned("reaper");
  RecordScript run = orphan_ends(test, 25, 40);
  run.process("orphan").parent_gone = true;
  EXPECT_EQ(verdict_on("parent", test, {run.record}).kind, scenario::VerdictKind::Held);
}

TEST(Parent, OfAChildThatItsStarterReapedIsItsStarter) {
  const Planned test = orphaned("middle");
  RecordScript run = orphan_ends(test, 50, 60);
  run.process("orphan").reaper = trace::Process::Reaper::Starter;
  EXPECT_EQ(verdict_on("parent", test, {run.record}).kind, scenario::VerdictKind::Held);
}

TEST(Parent, OfAProcessThatWasNotStartedIsVacuous) {
  const Planned test = orphaned("reaper");
  RecordScript run = orphan_ends(test, 50, 60);
  run.process("orphan") = {};
  EXPECT_EQ(said_on("parent", test, {run.record}),
            "broken: vacuous: orphan was not started in run 1");
}

TEST(Parent, OfAForkserversChildIsTheForkserver) {
  const Planned test = planned(R"(
processes:
  main:
    - start: child
  child:
    start_method: forkserver
    steps: []
expect:
  parent: {child: forkserver}
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 5, 15).begin("forkserver", 8);
  run.begin("child", 20).exit("child", 30, 40).exit("main", 50, 60).exit("forkserver", 70, 80);
  EXPECT_EQ(said_on("parent", test, {run.record}), "held: forkserver, in each of 1 run");
}

// main adopts what the middle leaves behind; it may do so too late.
constexpr std::string_view kAdopted = R"(
processes:
  main:
    - subreaper
    - start: middle
    - join: middle
  middle:
    - start: orphan
    - exit_now: 0
  orphan:
    - sleep: 10us
expect:
  parent: {orphan: %}
)";

Planned adopted(std::string_view parent) {
  std::string text(kAdopted);
  return planned(text.replace(text.find('%'), 1, parent));
}

RecordScript orphan_is_adopted(const Planned& test) {
  RecordScript run(test);
  run.begin("main", 0).step("main.subreaper", 1, 2).step("main.start(middle)", 3, 4);
  run.begin("middle", 5).step("middle.start(orphan)", 6, 8).begin("orphan", 10);
  run.open("middle.exit_now", 21).ended("middle", 0, 30);
  run.step("orphan.sleep", 11, 48).exit("orphan", 49, 60);
  run.step("main.join(middle)", 5, 31).exit("main", 100, 110);
  run.process("orphan").reaper = trace::Process::Reaper::Warden;
  return run;
}

TEST(Parent, OfAnOrphanIsTheSubreaperThatLives) {
  for (const std::string_view parent : {"main", "reaper"}) {
    const Planned test = adopted(parent);
    EXPECT_EQ(said_on("parent", test, {orphan_is_adopted(test).record}),
              "held: " + std::string(parent) + ", in each of 1 run");
  }
  const Planned test = adopted("middle");
  EXPECT_EQ(said_on("parent", test, {orphan_is_adopted(test).record}),
            "broken: the parent of orphan was main in run 1, not middle");
}

TEST(Parent, OfAnOrphanIsTheWardenOnceTheSubreaperHasEnded) {
  const Planned test = adopted("main");
  RecordScript run = orphan_is_adopted(test);
  run.process("main").dead_seen = run.record.started + base::Duration(45'000);
  run.process("main").events.back().call = run.record.started + base::Duration(40'000);
  run.process("main").events.back().returned = run.record.started + base::Duration(41'000);
  EXPECT_EQ(said_on("parent", test, {run.record}),
            "broken: the parent of orphan was reaper in run 1, not main");
}

// --- survivors

constexpr std::string_view kGhost = R"(
processes:
  main:
    - start: ghost
    - exit_now: 0
  ghost:
    - sleep: forever
expect:
  survivors: [ghost]
)";

RecordScript haunted(const Planned& test) {
  RecordScript run(test);
  run.begin("main", 0).step("main.start(ghost)", 1, 2).open("main.exit_now", 3);
  run.ended("main", 0, 10).begin("ghost", 5).open("ghost.sleep", 6);
  return run;
}

TEST(Survivors, HoldIfTheyLivedWhenAllElseHadEnded) {
  const Planned test = planned(kGhost);
  RecordScript run = haunted(test);
  run.survived("ghost");
  EXPECT_EQ(said_on("survivors", test, {run.record}),
            "held: alive when all else had ended, in each of 1 run");
  EXPECT_EQ(said_on("exit", test, {run.record}), "held: 0, in each of 1 run");
}

TEST(Survivors, ThatHadEndedAreBroken) {
  const Planned test = planned(kGhost);
  RecordScript run = haunted(test);
  run.killed("ghost", SIGKILL, 20);
  EXPECT_EQ(said_on("survivors", test, {run.record}), "broken: ghost had ended in run 1");
}

TEST(Survivors, ThatWereNotStartedAreBroken) {
  const Planned test = planned(kGhost);
  RecordScript run = haunted(test);
  run.process("ghost") = {};
  EXPECT_EQ(said_on("survivors", test, {run.record}), "broken: ghost was not started in run 1");
}

}  // namespace
}  // namespace procession::verify
