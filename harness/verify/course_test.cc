// SPDX-License-Identifier: MIT
// The course of a run, as pictures show it.
#include "harness/verify/course.h"

#include "harness/verify/judged_test.h"

#include <fmt/format.h>

#include <csignal>

namespace procession::verify {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::planned;
using testing::Planned;
using testing::RecordScript;
using ::testing::UnorderedElementsAre;
using Kind = Course::Kind;

constexpr std::string_view kTwo = R"(
processes:
  main:
    - start: child
    - print: on
    - join: child
  child:
    - print: works
)";

RecordScript run_of_two(const Planned& test) {
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 5, 15).text("main.print", 18, "on");
  run.begin("child", 20).text("child.print", 30, "works").exit("child", 50, 60);
  run.step("main.join(child)", 25, 80, trace::exited_status(0)).exit("main", 85, 90);
  return run;
}

Course course_in(const Planned& test, const RecordScript& run) {
  Judgement judgement = judged(test, {run.record});
  return *std::move(judgement.course);
}

// "child: 30…31 print → works", in microseconds.
std::vector<std::string> told(const Course& course) {
  std::vector<std::string> lines;
  for (const Course::Event& event : course.events) {
    std::string line = fmt::format(
        "{}: {}…{} {}", course.lanes[event.lane].path, event.from_ns / 1000,
        event.to_ns < 0 ? "" : std::to_string(event.to_ns / 1000), course.texts[event.text]);
    line += event.answer == 0 ? "" : " → " + course.texts[event.answer];
    line += event.error == 0 ? "" : " failed: " + course.texts[event.error];
    lines.push_back(std::move(line));
  }
  return lines;
}

// "child.begin ← main.start(child)"
std::vector<std::string> arrows(const Course& course) {
  const auto name = [&](std::uint32_t event) {
    return course.lanes[course.events[event].lane].path + "." +
           course.texts[course.events[event].text];
  };
  std::vector<std::string> lines;
  for (const Course::Arrow& arrow : course.arrows) {
    lines.push_back(name(arrow.to) + " ← " + name(arrow.from));
  }
  return lines;
}

TEST(Course, HasALaneForEachProcessAndASpanForEachStep) {
  const Planned test = planned(kTwo);
  const Course course = course_in(test, run_of_two(test));
  EXPECT_EQ(course.run, 1U);
  ASSERT_EQ(course.lanes.size(), 2U);
  EXPECT_EQ(course.lanes[1].path, "child");
  EXPECT_EQ(course.lanes[1].status, "0");
  EXPECT_THAT(told(course),
              ElementsAre("main: 0…0 begin", "main: 5…15 start(child)", "main: 18…19 print → on",
                          "main: 25…80 join(child) → 0", "main: 85…86 exit", "main: 86…90 end",
                          "child: 20…20 begin", "child: 30…31 print → works", "child: 50…51 exit",
                          "child: 51…60 end"));
}

TEST(Course, AnArrowLeadsFromWhatAnEventWaitedFor) {
  const Planned test = planned(kTwo);
  EXPECT_THAT(
      arrows(course_in(test, run_of_two(test))),
      UnorderedElementsAre("child.begin ← main.start(child)", "main.join(child) ← child.end"));
}

TEST(Course, EventsKnowTheirLines) {
  const Planned test = planned(kTwo);
  const Course course = course_in(test, run_of_two(test));
  EXPECT_EQ(course.events[1].line, 4U);
  EXPECT_EQ(course.events[7].line, 8U) << "the child's print";
  EXPECT_EQ(course.events[4].line, 0U) << "an exit that no line has written";
}

TEST(Course, AStepThatDidNotReturnHasNoEndAndItsProcessASignal) {
  const Planned test = planned(R"(
processes:
  main:
    - start: child
    - kill: child
    - join: child
  child:
    - sleep: forever
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 5, 15);
  run.begin("child", 20).open("child.sleep", 25).killed("child", SIGKILL, 60);
  run.step("main.kill(child)", 40, 50)
      .step("main.join(child)", 55, 80, trace::signal_status(SIGKILL, false));
  run.exit("main", 85, 90);
  const Course course = course_in(test, run);
  EXPECT_THAT(told(course), Contains("child: 25… sleep"));
  EXPECT_EQ(course.lanes[1].status, "SIGKILL");
  EXPECT_THAT(arrows(course), Contains("child.end ← main.kill(child)"));
}

TEST(Course, AJoinThatMayTimeOutHasTheCauseThatItHad) {
  const Planned test = planned(R"(
processes:
  main:
    - start: child
    - {join: child, timeout: 1s}
  child:
    - print: works
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.start(child)", 5, 15);
  run.begin("child", 20).text("child.print", 30, "works").exit("child", 50, 60);
  run.step("main.join(child)", 25, 80, trace::exited_status(0)).exit("main", 85, 90);
  EXPECT_THAT(arrows(course_in(test, run)), Contains("main.join(child) ← child.end"));
}

TEST(Course, OfABarrierTheLastWhoCameIsTheCause) {
  const Planned test = planned(R"(
processes:
  main:
    - start: [a, b]
    - barrier: both
    - join: [a, b]
  a:
    - barrier: both
  b:
    - barrier: both
)");
  RecordScript run(test);
  run.begin("main", 0).step("main.start(a)", 5, 6).step("main.start(b)", 7, 8);
  run.begin("a", 10).step("a.barrier(both)", 11, 35).exit("a", 36, 40);
  run.begin("b", 20).step("b.barrier(both)", 30, 34).exit("b", 37, 41);
  run.step("main.barrier(both)", 9, 33);
  run.step("main.join(a)", 42, 43, trace::exited_status(0));
  run.step("main.join(b)", 44, 45, trace::exited_status(0)).exit("main", 46, 50);
  const std::vector<std::string> found = arrows(course_in(test, run));
  EXPECT_THAT(found, Contains("main.barrier(both) ← b.barrier(both)"));
  EXPECT_THAT(found, Contains("a.barrier(both) ← b.barrier(both)"));
  EXPECT_THAT(found, Not(Contains("b.barrier(both) ← a.barrier(both)")));
}

TEST(Course, IsOfTheFirstRunThatWasNotAsExpectedElseOfTheLast) {
  const Planned test = planned(std::string(kTwo) + "expect:\n  output: {child: [works]}\n");
  RecordScript other(test);
  other.begin("main", 0).step("main.start(child)", 5, 15).text("main.print", 18, "on");
  other.begin("child", 20).text("child.print", 30, "sleeps").exit("child", 50, 60);
  other.step("main.join(child)", 25, 80, trace::exited_status(0)).exit("main", 85, 90);
  const trace::Record good = run_of_two(test).record;
  EXPECT_EQ(judged(test, numbered({good, other.record, good})).course->run, 2U);
  EXPECT_EQ(judged(test, numbered({good, good})).course->run, 2U);
  EXPECT_FALSE(judged(test, {}).course);
}

TEST(Throughput, PoolsTheInstancesFromTheFirstThatMeasured) {
  const Planned test = planned(R"(
processes:
  main:
    - start: [server, client]
  server:
    - {serve: echo, handler: epoll, until: client.end}
  client:
    count: 2
    steps:
      - {load: server, for: 1s}
)");
  trace::Record record = RecordScript(test).record;
  trace::Load load;
  load.window_ns = 10;
  load.phases.resize(trace::kPhases);
  auto& measure = load.phases[static_cast<std::size_t>(trace::Phase::Measure)];
  measure.counts.begin = record.started.ns + 100;
  load.windows = {1, 2};
  record.loads = {load, load};
  record.loads[1].window_ns = 20;
  record.loads[1].phases[1].counts.begin += 25;
  record.loads[1].windows = {5};
  const auto found = judged(test, {record}).throughputs;
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name, "load");
  EXPECT_EQ(found[0].begin_ns, 100);
  EXPECT_EQ(found[0].window_ns, 20);
  EXPECT_THAT(found[0].ended, ElementsAre(3, 5));
  EXPECT_THAT(found[0].phases, ElementsAre(std::pair<std::string, std::int64_t>("measure", 100)));
  record.loads[1].phases[1].counts.begin += std::int64_t{1} << 50;  // as no run has it
  EXPECT_THAT(judged(test, {record}).throughputs[0].ended, ElementsAre(3));
  record.loads.clear();
  EXPECT_THAT(judged(test, {record}).throughputs, IsEmpty());
}

}  // namespace
}  // namespace procession::verify
