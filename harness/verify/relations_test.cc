// SPDX-License-Identifier: MIT
// Stops and orphans on Records written by hand.
#include "harness/verify/judged_test.h"

#include <csignal>

namespace procession::verify {
namespace {

using testing::planned;
using testing::Planned;
using testing::RecordScript;
using ::testing::StartsWith;

constexpr std::string_view kStopped = R"(
processes:
  main:
    - start: child
    - {suspend: child, as: suspended}
    - resume: child
    - kill: child
  child:
    - sleep: forever
expect:
  order:
    - child.stopped < main.suspended
    - child.stopped < child.continued
  count: {child.stopped: 1, child.continued: 1}
  exit: {child: SIGKILL}
)";

RecordScript stopped(const Planned& test, std::int64_t stop, std::int64_t continued) {
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 5, 10).begin("child", 12);
  run.open("child.sleep", 14);
  run.step("main.suspend(child)", 20, 30, stop).step("main.resume(child)", 32, 35, continued);
  run.step("main.kill(child)", 36, 38).killed("child", SIGKILL, 50).exit("main", 40, 60);
  return run;
}

TEST(Stops, AreWhatTheStepsHaveSeen) {
  const Planned test = planned(kStopped);
  const RecordScript run = stopped(test, 1, 1);
  EXPECT_THAT(said_on("order", test, {run.record}), StartsWith("held: guaranteed (linux)"));
  EXPECT_THAT(said_on("count", test, {run.record}), StartsWith("held"));
}

TEST(Stops, ThatNobodyHasSeenDidNotHappen) {
  const Planned test = planned(kStopped);
  EXPECT_THAT(said_on("count", test, {stopped(test, 0, 0).record}), StartsWith("broken"));
}

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
  order: [middle.end < orphan.orphaned]
)";

// The middle ends between 21 and 30.
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

TEST(Orphans, AreThoseWhoOutliveTheirParent) {
  const Planned test = planned(kOrphan);
  EXPECT_THAT(said_on("order", test, {orphan_ends(test, 50, 60).record}),
              StartsWith("held: guaranteed (linux): middle.end → orphan.orphaned"));
}

TEST(Orphans, AreNotThoseWhoEndBeforeTheirParent) {
  const Planned test = planned(kOrphan);
  EXPECT_EQ(said_on("order", test, {orphan_ends(test, 18, 20).record}),
            "broken: vacuous: orphan.orphaned happened in 0 of 1 runs");
}

TEST(Orphans, AreThoseWhoBeganWithAnotherParent) {
  const Planned test = planned(kOrphan);
  RecordScript run = orphan_ends(test, 25, 40);
  EXPECT_THAT(said_on("order", test, {run.record}), StartsWith("broken: vacuous"));
  run.process("middle").pid = 7;
  run.process("orphan").ppid = 1;
  EXPECT_THAT(said_on("order", test, {run.record}), StartsWith("held"));
}

TEST(Orphans, AreNotThoseWhomTheirStarterHasReaped) {
  const Planned test = planned(kOrphan);
  RecordScript run = orphan_ends(test, 50, 60);
  run.process("orphan").reaper = trace::Process::Reaper::Starter;
  EXPECT_THAT(said_on("order", test, {run.record}), StartsWith("broken: vacuous"));
}

}  // namespace
}  // namespace procession::verify
