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

constexpr std::string_view kShared = R"(
processes:
  main:
    - print: a
    - start: [child, silent]
    - print: ""
    - print: d
  child:
    stdout: inherit
    steps:
      - print: b
      - print: c
  silent:
    stdout: "null"
    steps:
      - print: x
expect:
  output: {main: [a, b, "", c, d], child: [], silent: []}
  printed: [a, b, "", c, d]
)";

// `places`: of main's three lines and of the child's two.
RecordScript shared(const Planned& test, const std::vector<std::uint32_t>& places) {
  RecordScript run(test);
  run.begin("main", 0).text("main.print[0]", 1, "a");
  run.step("main.start(child)", 2, 3).step("main.start(silent)", 4, 5);
  run.text("main.print[1]", 6, "").text("main.print[2]", 7, "d");
  run.begin("child", 3).text("child.print[0]", 6, "b").text("child.print[1]", 7, "c");
  run.begin("silent", 5).text("silent.print", 6, "");
  run.exit("child", 10, 11).exit("silent", 10, 11).exit("main", 12, 13);
  std::size_t next = 0;
  for (const char* writer : {"main", "child"}) {
    for (trace::Event& event : run.process(writer).events) {
      if (test.plan().step(event.step).verb == scenario::Verb::Print) {
        event.place = places[next++];
      }
    }
  }
  return run;
}

// The clock does not say who of two writers was first; the place that a text has got does. An empty
// line has the place of the next one.
TEST(Output, OfSeveralWritersStandsInTheOrderOfWriting) {
  const Planned test = planned(kShared);
  const RecordScript run = shared(test, {0, 2, 3, 1, 2});
  EXPECT_EQ(said_on("output", test, {run.record}), "held: printed so in each of 1 run");
  EXPECT_EQ(said_on("printed", test, {run.record}), "held: all printed in each of 1 run");
  for (const Verdict& verdict : judged(test, {run.record}).verdicts) {
    EXPECT_EQ(verdict.kind, scenario::VerdictKind::Held) << verdict.text;
  }
}

TEST(Output, OfSeveralWritersInAnotherOrderIsBroken) {
  const Planned test = planned(kShared);
  EXPECT_EQ(said_on("output", test, {shared(test, {0, 1, 1, 2, 3}).record}),
            "broken: main printed something else in run 1");
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

// --- programs

TEST(Output, OfAProgramIsWhatItHasPrinted) {
  const Planned test = planned(R"(
processes:
  main:
    - start: tool
    - join: tool
  tool:
    exec: [tool]
expect:
  output: {tool: [one, two]}
  printed: [two, one]
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.start(tool)", 5, 30).step("main.join(tool)", 31, 60);
  run.begin("tool", 20).implicit("tool", 0, 21, 22).ended("tool", 0, 50).exit("main", 61, 70);
  for (const std::string text : {"one", "two"}) {
    trace::Event line = run.process("tool").events.front();
    line.kind = trace::Line::Output;
    line.text = text;
    run.process("tool").events.push_back(line);
  }
  EXPECT_EQ(said_on("output", test, {run.record}), "held: printed so in each of 1 run");
  EXPECT_EQ(said_on("printed", test, {run.record}), "held: all printed in each of 1 run");
  RecordScript other = run;
  other.process("tool").events.back().text = "three";
  EXPECT_EQ(said_on("output", test, {other.record}),
            "broken: tool printed something else in run 1");
  other.process("tool").output_cut = true;
  EXPECT_EQ(said_on("output", test, {other.record}),
            "inconclusive: tool printed more in run 1 than is kept of a program");
  EXPECT_EQ(said_on("printed", test, {other.record}),
            "inconclusive: tool printed more in run 1 than is kept of a program");
}

}  // namespace
}  // namespace procession::verify
