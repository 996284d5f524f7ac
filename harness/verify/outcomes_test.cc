// SPDX-License-Identifier: MIT
// `outcomes`: all runs judged together.
#include "harness/verify/judged_test.h"

#include <csignal>

namespace procession::verify {
namespace {

using testing::planned;
using testing::Planned;
using testing::RecordScript;
using ::testing::SizeIs;

Planned polled(std::string_view lists) {
  return planned(R"(
processes:
  main:
    - start: child
    - terminate: child
    - {is_alive: child, as: first}
    - sleep: 2us
    - {is_alive: child, as: second}
  child:
    - sleep: 1s
expect:
  exit: {child: SIGTERM}
  outcomes: )" + std::string(lists) +
                 "\n");
}

trace::Record answered(const Planned& test, bool first, bool second) {
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 5, 15).step("main.terminate(child)", 16, 18);
  run.step("main.is_alive(child)[0]", 20, first ? 21 : 41, first ? 1 : 0);
  run.step("main.sleep", 42, 50).step("main.is_alive(child)[1]", 51, 60, second ? 1 : 0);
  run.begin("child", 17).open("child.sleep", 18);
  run.killed("child", SIGTERM, first && second ? 70 : 40).exit("main", 71, 80);
  return run.record;
}

TEST(Outcomes, RequiredOnesMustBeSeen) {
  const Planned test = polled("{required: [{first: \"true\", second: \"false\"}]}");
  EXPECT_EQ(said_on("outcomes", test, {answered(test, true, false)}),
            "held: 1 outcome in 1 run, all as listed: 1 of first: true, second: false");
}

TEST(Outcomes, ARequiredOneThatWasNotSeenIsInconclusive) {
  const Planned test = polled("{required: [{first: \"true\", second: \"false\"}]}");
  const Runs runs(30, answered(test, false, false));
  EXPECT_EQ(said_on("outcomes", test, runs),
            "inconclusive: required outcome first: true, second: false was not seen in 30 runs: "
            "rate below 0.1");
}

TEST(Outcomes, OutsideOfAllowedIsBroken) {
  const Planned test = polled("{allowed: [{first: \"true\", second: \"false\"}]}");
  const Verdict verdict = verdict_on(
      "outcomes", test,
      {answered(test, true, false), answered(test, true, false), answered(test, true, true)});
  EXPECT_EQ(said(verdict),
            "broken: 1 of 3 runs came out as first: true, second: true, which is not allowed");
}

TEST(Outcomes, WhatIsRequiredIsAllowedToo) {
  const Planned test =
      polled("{allowed: [{first: \"false\"}], required: [{first: \"true\", second: \"false\"}]}");
  EXPECT_EQ(
      said_on("outcomes", test, {answered(test, true, false), answered(test, false, false)}),
      "held: 2 outcomes in 2 runs, all as listed: 1 of first: false, second: false; 1 of first: "
      "true, second: false");
}

TEST(Outcomes, WithoutAllowedAnythingElseIsFree) {
  const Planned test = polled("{forbidden: [{second: \"true\"}]}");
  EXPECT_EQ(verdict_on("outcomes", test, {answered(test, false, false)}).kind,
            scenario::VerdictKind::Held);
}

TEST(Outcomes, ForbiddenIsBrokenEvenIfItIsAllowed) {
  const Planned test = polled("{allowed: [{first: \"true\"}], forbidden: [{second: \"true\"}]}");
  EXPECT_EQ(said_on("outcomes", test, {answered(test, true, true)}),
            "broken: 1 of 1 runs came out as first: true, second: true, which is forbidden");
}

TEST(Outcomes, AListOfValuesMeansAnyOfThem) {
  const Planned test =
      polled("{allowed: [{first: [\"true\", \"false\"], child.exit: [SIGTERM, \"0\"]}]}");
  EXPECT_EQ(verdict_on("outcomes", test, {answered(test, false, false)}).kind,
            scenario::VerdictKind::Held);
}

TEST(Outcomes, AnOrderIsTrueIfItWasSeen) {
  const Planned test = polled("{allowed: [{child.end < main.second: \"true\"}]}");
  EXPECT_EQ(verdict_on("outcomes", test, {answered(test, true, false)}).kind,
            scenario::VerdictKind::Held);
  EXPECT_EQ(said_on("outcomes", test, {answered(test, true, true)}),
            "broken: 1 of 1 runs came out as child.end < main.second: false, which is not allowed");
}

TEST(Outcomes, OfAnIncompleteRecordCountForNothing) {
  const Planned test = polled("{allowed: [{first: \"true\"}]}");
  trace::Record lost = answered(test, false, false);
  lost.complete = false;
  EXPECT_EQ(said_on("outcomes", test, {answered(test, true, false), lost}),
            "inconclusive: 1 of 2 records are incomplete");
}

TEST(Outcomes, WhatWasSeenIsCountedTheMostFrequentFirst) {
  const Planned test = polled("{allowed: [{first: \"true\"}]}");
  const auto seen = judged(test, {answered(test, false, false), answered(test, true, false),
                                  answered(test, true, false)})
                        .outcomes;
  ASSERT_THAT(seen, SizeIs(2));
  EXPECT_EQ(seen[0].count, 2U);
  EXPECT_EQ(seen[0].listed, "allowed");
  EXPECT_EQ(seen[1].values.front(), (std::pair<std::string, std::string>("first", "false")));
  EXPECT_EQ(seen[1].listed, "");
}

constexpr std::string_view kReplicas = R"(
processes:
  main:
    - pipe: p
    - start: reader
  reader:
    count: 2
    steps:
      - {close_end: p, end: write}
      - {receive: p, as: heard}
expect:
  outcomes:
    allowed: [{heard: "hello, eof"}]
)";

// The value is the multiset of what each replica got.
TEST(Outcomes, OfReplicasAreMultisetsInAnyOrder) {
  const Planned test = planned(kReplicas);
  RecordScript run(test);
  run.begin("main", 0).step("main.pipe(p)", 1, 2);
  run.step("main.start(reader[0])", 3, 4).step("main.start(reader[1])", 5, 6);
  for (const std::string reader : {"reader[0]", "reader[1]"}) {
    run.begin(reader, 10).step(reader + ".close_end(p)", 11, 12);
  }
  run.text("reader[1].receive(p)", 20, "hello");
  run.step("reader[0].receive(p)", 21, 30, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(verdict_on("outcomes", test, {run.record}).kind, scenario::VerdictKind::Held);
  EXPECT_EQ(judged(test, {run.record}).outcomes.front().values.front().second, "eof, hello");
}

}  // namespace
}  // namespace procession::verify
