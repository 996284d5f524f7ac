// SPDX-License-Identifier: MIT
// The Judge as a whole: what the file wants to come out, when to give up, and what is shown.
#include "harness/verify/judged_test.h"

#include <cerrno>

namespace procession::verify {
namespace {

using scenario::VerdictKind;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using testing::planned;
using testing::Planned;
using testing::RecordScript;
using ::testing::ResultOf;
using ::testing::StartsWith;

// The first order holds, the second is luck.
std::string two_orders(std::string_view verdict) {
  return R"(
processes:
  main:
    - start: child
    - print: on
    - join: child
  child:
    - print: works
expect:
  order:
    - child.print < main.join(child)
    - child.print < main.print
)" + std::string(verdict);
}

RecordScript two_prints(const Planned& test, std::int64_t main_prints) {
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 5, 15).text("main.print", main_prints, "on");
  run.begin("child", 20).text("child.print", 30, "works").exit("child", 50, 60);
  run.step("main.join(child)", 70, 80, trace::exited_status(0)).exit("main", 85, 90);
  return run;
}

std::vector<std::string> keys(const Judgement& judgement) {
  std::vector<std::string> keys;
  for (const Verdict& verdict : judgement.verdicts) {
    keys.push_back(verdict.key);
  }
  return keys;
}

TEST(Verdicts, StandInTheOrderOfExpectWithLeftAtTheEnd) {
  const Planned test = planned(two_orders(""));
  EXPECT_THAT(keys(judged(test, {})), ElementsAre("order", "order", "exit", "left"));
}

TEST(Verdicts, WithoutARecordAreAllInconclusive) {
  const Planned test = planned(two_orders(""));
  EXPECT_THAT(judged(test, {}).verdicts, Each(Field(&Verdict::kind, VerdictKind::Inconclusive)));
}

TEST(Verdicts, AreWantedHeldUnlessTheFileSaysOtherwise) {
  const Planned test = planned(two_orders(""));
  const auto verdicts = judged(test, {two_prints(test, 40).record}).verdicts;
  EXPECT_THAT(verdicts, Each(Field(&Verdict::wanted, VerdictKind::Held)));
  EXPECT_TRUE(verdicts[0].as_expected());
  EXPECT_FALSE(verdicts[1].as_expected());
}

TEST(Verdicts, WantedByKeyAreMetByTheWorstUnderIt) {
  const Planned test = planned(two_orders("verdict: {order: broken}\n"));
  const auto verdicts = judged(test, {two_prints(test, 40).record}).verdicts;
  EXPECT_EQ(verdicts[0].kind, VerdictKind::Held);
  EXPECT_EQ(verdicts[1].kind, VerdictKind::Broken);
  EXPECT_THAT(verdicts, Each(ResultOf(std::mem_fn(&Verdict::as_expected), true)));
}

TEST(Verdicts, WantedBrokenAndYetHeldAreNotAsExpected) {
  const Planned test = planned(two_orders("verdict: {exit: broken}\n"));
  const Verdict exit = verdict_on("exit", test, {two_prints(test, 40).record});
  EXPECT_EQ(exit.kind, VerdictKind::Held);
  EXPECT_EQ(exit.wanted, VerdictKind::Broken);
  EXPECT_FALSE(exit.as_expected());
}

TEST(Verdicts, OverRunsTheWorstCounts) {
  const Planned test = planned(two_orders(""));
  RecordScript lost = two_prints(test, 40);
  lost.process("child").status.reset();
  RecordScript failed = two_prints(test, 40);
  failed.process("child").status = 3;
  const Runs runs = numbered({two_prints(test, 40).record, lost.record, failed.record});
  EXPECT_EQ(said_on("exit", test, runs),
            "broken: child ended with 3 in run 3, not with 0 (2 of 3 runs)");
}

// --- giving up

TEST(Hopeless, IsAVerdictThatNoFurtherRunCanMend) {
  const Planned test = planned(two_orders(""));
  Judge judge(test.scenario, test.plan());
  EXPECT_FALSE(judge.hopeless());
  judge.add(two_prints(test, 40).record);
  EXPECT_FALSE(judge.hopeless()) << "what is not guaranteed may yet be contradicted";
  judge.add(two_prints(test, 25).record);
  EXPECT_TRUE(judge.hopeless());
}

TEST(Hopeless, IsNotWhatTheFileWantsBroken) {
  const Planned test = planned(two_orders("verdict: {order: broken}\n"));
  Judge judge(test.scenario, test.plan());
  judge.add(two_prints(test, 25).record);
  EXPECT_FALSE(judge.hopeless());
}

TEST(Hopeless, IsNotAnInconclusiveRun) {
  const Planned test = planned(two_orders(""));
  RecordScript run = two_prints(test, 40);
  run.record.complete = false;
  Judge judge(test.scenario, test.plan());
  judge.add(run.record);
  EXPECT_FALSE(judge.hopeless());
}

// --- what is shown

TEST(Shown, IsTheLastRunIfAllIsWell) {
  const Planned test = planned(two_orders("verdict: {order: broken}\n"));
  EXPECT_EQ(
      judged(test, numbered({two_prints(test, 40).record, two_prints(test, 40).record})).shown_run,
      1U);
}

TEST(Shown, IsTheFirstRunThatBrokeSomething) {
  const Planned test = planned(two_orders(""));
  const Judgement judgement =
      judged(test, numbered({two_prints(test, 40).record, two_prints(test, 25).record,
                             two_prints(test, 26).record}));
  EXPECT_EQ(judgement.shown_run, 1U);
}

TEST(Shown, AreItsLinesInTheOrderOfPrinting) {
  const Planned test = planned(two_orders(""));
  const auto printed = judged(test, {two_prints(test, 40).record}).printed;
  ASSERT_EQ(printed.size(), 2U);
  EXPECT_EQ(printed[0].process, "child");
  EXPECT_EQ(printed[0].text, "works");
  EXPECT_EQ(printed[0].at, std::chrono::microseconds(30));
  EXPECT_EQ(printed[1].process, "main");
}

// --- connections that nobody made

std::string two_connections(std::string_view order) {
  return R"(
processes:
  main:
    - start: [server, client]
  server:
    - {serve: upper, until: client.end}
  client:
    - await: server.ready
    - {connect: server, fails: [ECONNREFUSED, ok]}
    - {connect: server, fails: [ECONNREFUSED, ok]}
expect:
  order:
    - )" +
         std::string(order) + "\n";
}

RecordScript served(const Planned& test, bool one_is_made) {
  RecordScript run(test);
  run.begin("main", 0).step("main.start(server)", 1, 2).step("main.start(client)", 3, 4);
  run.begin("server", 5).step("server.ready", 6, 7).begin("client", 10);
  run.step("client.await", 11, 12);
  run.step("client.connect(server)[0]", 13, 14, 0, one_is_made ? 0 : ECONNREFUSED);
  run.step("client.connect(server)[1]", 15, 16, 0, ECONNREFUSED).exit("client", 17, 30);
  run.step("server.serve", 8, 90).exit("server", 91, 100).exit("main", 110, 120);
  if (one_is_made) {
    run.begin("server/talker[0]", 20).implicit("server/talker[0]", 0, 21, 40);
    run.exit("server/talker[0]", 41, 50);
  }
  return run;
}

// Two are planned; the server waits for those that there are.
TEST(Talkers, ThatDidNotBeginAreNotWaitedFor) {
  const Planned test = planned(two_connections("server/talker[0].end < server.serve"));
  EXPECT_THAT(said_on("order", test, {served(test, true).record}),
              StartsWith("held: guaranteed (harness): server/talker[0].end → server.serve"));
}

TEST(Talkers, ThatNoRunHadAreNotAskedFor) {
  const Planned test = planned(two_connections("talker.end < server.serve"));
  EXPECT_THAT(said_on("order", test, {served(test, true).record}),
              StartsWith("held: guaranteed (harness): server/talker[0].end → server.serve"));
}

TEST(Talkers, OfAnOrderThereMustBeOneInEachRun) {
  const Planned test = planned(two_connections("server.serve.call < talker.begin"));
  EXPECT_THAT(said_on("order", test, {served(test, true).record}), StartsWith("held: guaranteed"));
  EXPECT_EQ(said_on("order", test, {served(test, true).record, served(test, false).record}),
            "broken: vacuous: server/talker[0].begin happened in 1 of 2 runs");
}

}  // namespace
}  // namespace procession::verify
