// SPDX-License-Identifier: MIT
// `output` and `printed`.
#include "harness/verify/judged_test.h"

namespace procession::verify {
namespace {

using ::testing::ElementsAre;
using testing::planned;
using testing::Planned;
using testing::RecordScript;

std::string two_print(std::string_view expect) {
  return R"(
processes:
  main:
    - start: worker
    - print: started ${worker[1].pid}
  worker:
    args: [red, blue]
    steps:
      - print: ${arg} ${pid}
      - print: of ${ppid}
expect:
  )" + std::string(expect) +
         "\n";
}

RecordScript two(const Planned& test) {
  RecordScript run(test);
  run.begin("main", 0);
  run.step("main.start(worker[0])", 5, 15).step("main.start(worker[1])", 16, 20);
  run.text("main.print", 21, "started 102");
  run.begin("worker[0]", 30).text("worker[0].print[0]", 31, "red 101");
  run.text("worker[0].print[1]", 33, "of 100").exit("worker[0]", 40, 50);
  run.begin("worker[1]", 30).text("worker[1].print[0]", 31, "blue 102");
  run.text("worker[1].print[1]", 33, "of 100").exit("worker[1]", 40, 50);
  run.exit("main", 60, 70);
  run.process("main").pid = 100;
  for (const char* worker : {"worker[0]", "worker[1]"}) {
    run.process(worker).pid = worker == std::string("worker[0]") ? 101 : 102;
    run.process(worker).ppid = 100;
  }
  return run;
}

TEST(Output, IsEachInstancesOwnLinesWithItsFacts) {
  const Planned test = planned(two_print("output: {worker: [\"${arg} ${pid}\", \"of ${ppid}\"]}"));
  EXPECT_EQ(said_on("output", test, {two(test).record}), "held: printed so in each of 1 run");
}

TEST(Output, OfAnEmptyArgumentIsNothing) {
  const Planned test = planned(R"(
processes:
  main:
    - start: worker
  worker:
    args: [""]
    steps:
      - print: <${arg}>
expect:
  output: {worker: ["<${arg}>"]}
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.start(worker)", 5, 15);
  run.begin("worker[0]", 30).text("worker[0].print", 31, "<>").exit("worker[0]", 40, 50);
  run.exit("main", 60, 70);
  EXPECT_EQ(verdict_on("output", test, {run.record}).kind, scenario::VerdictKind::Held);
}

TEST(Output, MayNameFactsOfOtherProcesses) {
  const Planned test = planned(two_print("output: {main: [\"started ${worker[1].pid}\"]}"));
  EXPECT_EQ(verdict_on("output", test, {two(test).record}).kind, scenario::VerdictKind::Held);
}

TEST(Output, MayNameTheReaper) {
  const Planned test =
      planned(two_print("output: {worker: [\"${arg} ${pid}\", \"of "
                        "${reaper.pid}\"]}"));
  RecordScript run = two(test);
  run.record.warden_pid = 100;
  EXPECT_EQ(verdict_on("output", test, {run.record}).kind, scenario::VerdictKind::Held);
}

TEST(Output, InAnotherOrderIsBrokenAndShowsBoth) {
  const Planned test = planned(two_print("output: {\"worker[0]\": [of 100, red 101]}"));
  const Verdict verdict = verdict_on("output", test, {two(test).record});
  EXPECT_EQ(said(verdict), "broken: worker[0] printed something else in run 1");
  EXPECT_THAT(verdict.evidence, ElementsAre("expected:", "  of 100", "  red 101",
                                            "printed:", "  red 101", "  of 100"));
}

TEST(Output, APrintInWhichItsProcessWasEndedIsNone) {
  const Planned test = planned(two_print("output: {\"worker[1]\": [blue 102]}"));
  RecordScript run = two(test);
  run.process("worker[1]").events[1].returned.reset();
  EXPECT_EQ(verdict_on("output", test, {run.record}).kind, scenario::VerdictKind::Held);
}

TEST(Output, OfAnIncompleteRecordIsInconclusive) {
  const Planned test = planned(two_print("output: {main: [something else]}"));
  RecordScript run = two(test);
  run.record.complete = false;
  run.record.damage = "a text was lost: the arena was full";
  EXPECT_EQ(said_on("output", test, {run.record}),
            "inconclusive: the record of run 1 is incomplete: a text was lost: the arena was full");
}

TEST(Printed, TakesAllLinesOfAllProcessesInAnyOrder) {
  const Planned test =
      planned(two_print("printed: [of 100, blue 102, red 101, of 100, started 102]"));
  EXPECT_EQ(said_on("printed", test, {two(test).record}), "held: all printed in each of 1 run");
}

TEST(Printed, CountsEqualLines) {
  const Planned test = planned(two_print("printed: [of 100, blue 102, red 101, started 102]"));
  EXPECT_EQ(said_on("printed", test, {two(test).record}),
            "broken: other lines were printed in run 1");
}

}  // namespace
}  // namespace procession::verify
