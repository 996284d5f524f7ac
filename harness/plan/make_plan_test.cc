// SPDX-License-Identifier: MIT
// Lines and instances: what is unrolled, in which order, and what a name in a step denotes.
#include "harness/plan/make_plan.h"

#include "harness/plan/events.h"
#include "harness/scenario/reader.h"
#include "harness/testing/planned.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace procession::plan {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using testing::planned;
using testing::Planned;
using testing::planning_problems;

InstanceId instance_of(const Planned& test, std::string_view path) {
  const Plan plan = test.plan();
  for (InstanceId id = 0; id < plan.instances().size(); ++id) {
    if (plan.text(plan.instance(id).path) == path) {
      return id;
    }
  }
  ADD_FAILURE() << "no process has the path " << path;
  return 0;
}

// "start(child)", "print[0]", …
std::vector<std::string> line(const Planned& test, std::string_view path) {
  const EventFinder finder(test.plan());
  const Range steps = test.plan().instance(instance_of(test, path)).steps;
  std::vector<std::string> names;
  for (StepId id = steps.first; id < steps.first + steps.count; ++id) {
    names.push_back(finder.name_of_step(id));
  }
  return names;
}

std::vector<std::string> paths(const Planned& test) {
  std::vector<std::string> paths;
  for (const Instance& instance : test.plan().instances()) {
    paths.emplace_back(test.plan().text(instance.path));
  }
  return paths;
}

// The text of a print, as far as it is known before the run.
std::vector<std::string> printed(const Planned& test, std::string_view path) {
  const Plan plan = test.plan();
  std::vector<std::string> texts;
  for (const Step& step : plan.line_of(instance_of(test, path))) {
    std::string text;
    for (const Piece& piece : plan.pieces(step.text)) {
      text += plan.text(piece.literal);
    }
    if (step.verb == scenario::Verb::Print) {
      texts.push_back(text);
    }
  }
  return texts;
}

// --- lines

TEST(Lines, EveryLineEndsWithAnImplicitExit) {
  const Planned test = planned(R"(
processes:
  main:
    - exit: 3
)");
  EXPECT_THAT(line(test, "main"), ElementsAre("exit", "exit"));
  const auto steps = test.plan().line_of(0);
  EXPECT_EQ(steps[0].number, 3);
  EXPECT_FALSE(steps[0].implicit);
  EXPECT_TRUE(steps[1].implicit);
}

TEST(Lines, AStepOnAReplicatedNameIsOneStepForEachAndOneGroup) {
  const Planned test = planned(R"(
processes:
  main:
    - start: worker
    - join: worker
  worker:
    count: 2
    steps: []
)");
  EXPECT_THAT(line(test, "main"), ElementsAre("start(worker[0])", "start(worker[1])",
                                              "join(worker[0])", "join(worker[1])", "exit"));
  const auto steps = test.plan().line_of(0);
  const StepId first = test.plan().instance(0).steps.first;
  EXPECT_EQ(steps[2].group_first, first + 2);
  EXPECT_EQ(steps[3].group_first, first + 2);
  EXPECT_EQ(steps[3].group_size, 2U);
}

TEST(Lines, AListOfProcessesIsOneGroupInItsOwnOrder) {
  const Planned test = planned(R"(
processes:
  main:
    - start: [b, a]
  a: []
  b: []
)");
  EXPECT_THAT(line(test, "main"), ElementsAre("start(b)", "start(a)", "exit"));
  EXPECT_EQ(test.plan().step(0).group_size, 2U);
}

TEST(Lines, AStepOnOneProcessIsNoGroup) {
  const Planned test = planned(R"(
processes:
  main:
    - start: worker
  worker:
    count: 1
    steps: []
)");
  EXPECT_EQ(test.plan().step(0).group_first, kNone);
  EXPECT_EQ(test.plan().step(0).group_size, 1U);
}

constexpr std::string_view kJoinsIn = R"(
processes:
  main:
    - start: worker
    - {join: worker, order: %}
  worker:
    count: 6
    steps: []
)";

Planned joined_in(std::string_view order) {
  std::string text(kJoinsIn);
  return planned(text.replace(text.find('%'), 1, order));
}

TEST(Lines, ReverseTurnsTheOrderRound) {
  EXPECT_THAT(line(joined_in("reverse"), "main"),
              ElementsAre("start(worker[0])", "start(worker[1])", "start(worker[2])",
                          "start(worker[3])", "start(worker[4])", "start(worker[5])",
                          "join(worker[5])", "join(worker[4])", "join(worker[3])",
                          "join(worker[2])", "join(worker[1])", "join(worker[0])", "exit"));
}

TEST(Lines, RandomIsAnotherOrderOfTheSameAndTheSameEachTime) {
  const auto once = line(joined_in("random"), "main");
  EXPECT_EQ(once, line(joined_in("random"), "main"));
  const auto in_order = line(joined_in("reverse"), "main");
  EXPECT_NE(once, in_order);
  EXPECT_TRUE(std::ranges::is_permutation(once, in_order));
}

TEST(Lines, LoopsAreUnrolledWithTheirLetters) {
  const Planned test = planned(R"(
processes:
  main:
    - repeat: 2
      index: i
      steps:
        - start: worker[i+1]
        - repeat: 2
          steps:
            - print: again
        - join: worker[i+1]
  worker:
    count: 3
    steps: []
)");
  EXPECT_THAT(line(test, "main"),
              ElementsAre("start(worker[1])", "print[0]", "print[1]", "join(worker[1])",
                          "start(worker[2])", "print[2]", "print[3]", "join(worker[2])", "exit"));
}

TEST(Lines, TheInnermostLoopOwnsALetter) {
  const Planned test = planned(R"(
processes:
  main:
    - repeat: 1
      index: i
      steps:
        - repeat: 2
          index: i
          steps:
            - start: worker[i]
  worker:
    count: 2
    steps: []
)");
  EXPECT_THAT(line(test, "main"), ElementsAre("start(worker[0])", "start(worker[1])", "exit"));
}

TEST(Lines, RunPlaysTheOthersStepsInTheCallerWithTheOthersArgument) {
  const Planned test = planned(R"(
processes:
  main:
    - run: task[1]
  task:
    args: [red, blue]
    steps:
      - print: ${arg} by ${name}
)");
  EXPECT_THAT(paths(test), ElementsAre("main"));
  EXPECT_THAT(printed(test, "main"), ElementsAre("blue by main"));
}

TEST(Lines, AHandlersStepsStandBehindTheLineAndBelongToIt) {
  const Planned test = planned(R"(
processes:
  main:
    - handle: SIGUSR1
      steps:
        - mark: handled
    - print: on
)");
  EXPECT_THAT(line(test, "main"), ElementsAre("handle(SIGUSR1)", "print", "exit"));
  const Range handler = test.plan().step(0).handler;
  ASSERT_EQ(handler.count, 1U);
  EXPECT_EQ(handler.first, 3U);
  EXPECT_EQ(test.plan().step(handler.first).self, 0U);
  EXPECT_THAT(steps_of(test.plan(), 0), ElementsAre(0, 3, 1, 2));
}

TEST(Lines, ModuleComesFirstInMainAndInEachFreshImage) {
  const Planned test = planned(R"(
module:
  - print: loaded in ${module}
processes:
  main:
    - start: [forked, spawned, served]
  forked: []
  spawned:
    start_method: spawn
    steps:
      - start: grandchild
  grandchild: []
  served:
    start_method: forkserver
    steps: []
)");
  EXPECT_THAT(printed(test, "main"), ElementsAre("loaded in __main__"));
  EXPECT_THAT(printed(test, "forked"), IsEmpty());
  EXPECT_THAT(printed(test, "spawned"), ElementsAre("loaded in __mp_main__"));
  EXPECT_THAT(printed(test, "grandchild"), IsEmpty());
  EXPECT_THAT(printed(test, "served"), ElementsAre("loaded in __mp_main__"));
  EXPECT_THAT(line(test, "forkserver"), ElementsAre("exit"));
}

std::string served_by(std::string_view method) {
  return R"(
module:
  - print: loaded
processes:
  main:
    - start: [server, client]
  server:
    - {serve: upper, until: client.end, start_method: )" +
         std::string(method) + R"(}
  client:
    - await: server.ready
    - connect: server
)";
}

TEST(Lines, ASpawnedTalkerLoadsModuleToo) {
  EXPECT_THAT(line(planned(served_by("spawn")), "server/talker[0]"),
              ElementsAre("print", "talk", "exit"));
  EXPECT_THAT(line(planned(served_by("fork")), "server/talker[0]"), ElementsAre("talk", "exit"));
}

// What main knows of itself is not what the talker knows.
TEST(Lines, ASpawnedTalkersModuleIsItsOwn) {
  const Planned test = planned(R"(
module:
  - handle: SIGUSR1
    steps:
      - print: handled by ${name}
  - {signal: [server, client], send: SIGCONT, fails: [not_started, ok]}
processes:
  main:
    - start: [server, client]
  server:
    - {serve: upper, until: client.end, start_method: spawn}
  client:
    - await: server.ready
    - connect: server
)");
  const Plan plan = test.plan();
  const auto handled_by = [&](std::string_view path) {
    const InstanceId id = instance_of(test, path);
    const Step& print = plan.step(plan.line_of(id).front().handler.first);
    EXPECT_EQ(print.self, id);
    return std::string(plan.text(plan.pieces(print.text).front().literal));
  };
  EXPECT_EQ(handled_by("main"), "handled by main");
  EXPECT_EQ(handled_by("server/talker[0]"), "handled by talker[0]");
  const InstanceId talker = instance_of(test, "server/talker[0]");
  EXPECT_EQ(plan.line_of(talker)[1].group_first, plan.instance(talker).steps.first + 1);
}

// --- display paths

TEST(Paths, WhatOneProcessStartsNeedsNoPath) {
  const Planned test = planned(R"(
processes:
  main:
    - start: worker
  worker:
    - start: leaf
  leaf: []
)");
  EXPECT_THAT(paths(test), ElementsAre("main", "worker", "leaf"));
}

TEST(Paths, WhatSeveralStartIsToldApartByItsStarter) {
  const Planned test = planned(R"(
processes:
  main:
    - start: [a, worker]
  a:
    - start: leaf
  worker:
    count: 2
    steps:
      - start: leaf
  leaf: []
)");
  EXPECT_THAT(paths(test), ElementsAre("main", "a", "worker[0]", "worker[1]", "a/leaf",
                                       "worker[0]/leaf", "worker[1]/leaf"));
}

// --- names in steps

constexpr std::string_view kTwoFamilies = R"(
processes:
  main:
    - start: [left, right, watcher]
  left:
    - start: leaf
    - join: leaf
  right:
    - start: leaf
    - join: leaf
  watcher:
    - %
  leaf: []
)";

std::string two_families(std::string_view step) {
  std::string text(kTwoFamilies);
  return text.replace(text.find('%'), 1, step);
}

TEST(Names, OnesOwnChildComesFirst) {
  const Planned test = planned(two_families("print: nothing"));
  EXPECT_THAT(line(test, "left"), ElementsAre("start(left/leaf)", "join(left/leaf)", "exit"));
  EXPECT_THAT(line(test, "right"), ElementsAre("start(right/leaf)", "join(right/leaf)", "exit"));
}

TEST(Names, ElseTheOnlyProcessSoNamed) {
  EXPECT_THAT(line(planned(two_families("kill: right")), "watcher"),
              ElementsAre("kill(right)", "exit"));
}

TEST(Names, APathMayBeShortenedFromTheLeft) {
  EXPECT_THAT(line(planned(two_families("kill: right/leaf")), "watcher"),
              ElementsAre("kill(right/leaf)", "exit"));
  EXPECT_THAT(line(planned(two_families("kill: main/left/leaf")), "watcher"),
              ElementsAre("kill(left/leaf)", "exit"));
}

TEST(Names, OneOfSeveralFamiliesIsAmbiguous) {
  EXPECT_THAT(planning_problems(two_families("kill: leaf")),
              ElementsAre("12: `leaf` could be any of 2 processes | write the path of one, for "
                          "example `left/leaf`"));
}

TEST(Names, SelfIsTheCaller) {
  EXPECT_THAT(line(planned(two_families("kill: self")), "watcher"),
              ElementsAre("kill(watcher)", "exit"));
}

TEST(Names, UnknownOnesAreToldWithTheNearest) {
  EXPECT_THAT(planning_problems(two_families("kill: rihgt")),
              ElementsAre("12: no process is named `rihgt` | did you mean `right`?"));
  EXPECT_THAT(planning_problems(two_families("start: laef")),
              ElementsAre("12: no process is named `laef` | did you mean `leaf`?"));
  EXPECT_THAT(planning_problems(two_families("kill: watcher/leaf")),
              ElementsAre("12: no process is named `leaf` | another process starts it: check the "
                          "path"));
}

TEST(Names, OnlyOnesOwnChildrenAreStarted) {
  EXPECT_THAT(planning_problems(two_families("start: right/leaf")),
              ElementsAre("12: a process starts its own children only: a path cannot stand here | "
                          "write `leaf`"));
}

// --- indices in steps

std::string replicated(std::string_view step) {
  return R"(
processes:
  main:
    - start: [worker, single]
  single: []
  worker:
    count: 3
    steps:
      - )" +
         std::string(step);
}

TEST(Indices, ANumberIndexOrOffsetPicksOne) {
  EXPECT_THAT(line(planned(replicated("kill: worker[1]")), "worker[2]"),
              ElementsAre("kill(worker[1])", "exit"));
  EXPECT_THAT(line(planned(replicated("kill: worker[index]")), "worker[2]"),
              ElementsAre("kill(worker[2])", "exit"));
}

TEST(Indices, BeyondTheCountIsAProblem) {
  EXPECT_THAT(planning_problems(replicated("kill: worker[3]")),
              ElementsAre("9: no process is named `worker[3]` | it has another `count`, or another "
                          "process starts it"));
  EXPECT_THAT(planning_problems(replicated("kill: worker[index+1]")),
              ElementsAre("9: no process is named `worker[3]` | it has another `count`, or another "
                          "process starts it"));
}

constexpr std::string_view kStartsAt = R"(
processes:
  main:
    - start: %
  single: []
  worker:
    count: 2
    steps: []
)";

std::string starts(std::string_view what) {
  std::string text(kStartsAt);
  return text.replace(text.find('%'), 1, what);
}

TEST(Indices, AStartBeyondTheCountSaysHowManyThereAre) {
  EXPECT_THAT(planning_problems(starts("worker[2]")),
              ElementsAre("4: there is no `worker[2]` | its `count` is 2"));
}

TEST(Indices, ALetterNeedsALoopRoundTheStep) {
  EXPECT_THAT(planning_problems(starts("worker[i]")),
              ElementsAre("4: the index of `worker` means nothing here | a letter must be the "
                          "`index` of a `repeat` round the step"));
  EXPECT_THAT(planning_problems(replicated("kill: worker[i]")),
              ElementsAre("9: the index of `worker` means nothing here | a letter must be the "
                          "`index` of a `repeat` round the step"));
}

TEST(Indices, AProcessWithoutCountHasNone) {
  EXPECT_THAT(planning_problems(starts("single[0]")),
              ElementsAre("4: `single` has no index: it has no `count` | write `single`"));
}

TEST(Indices, IndexMeansNothingInAProcessWithoutCount) {
  EXPECT_THAT(planning_problems(starts("worker[index]")),
              ElementsAre("4: the index of `worker` means nothing here | a letter must be the "
                          "`index` of a `repeat` round the step"));
}

// --- what cannot be

TEST(Problems, AProcessThatStartsItself) {
  EXPECT_THAT(planning_problems(R"(
processes:
  main:
    - start: a
  a:
    - start: b
  b:
    - start: a
)"),
              ElementsAre("8: `a` would start itself without end | give it an end: `depth: 3` in "
                          "`a`"));
}

TEST(Problems, AProcessThatRunsItself) {
  EXPECT_THAT(planning_problems(R"(
processes:
  main:
    - run: a
  a:
    - run: a
)"),
              ElementsAre("6: `a` runs itself without end"));
}

TEST(Problems, AProcessThatNobodyStarts) {
  EXPECT_THAT(planning_problems(R"(
processes:
  main: []
  lonely: []
)"),
              ElementsAre("4: `lonely` is never started | add `start: lonely` to the process that "
                          "starts it"));
}

TEST(Problems, AllAreToldInTheOrderOfTheFile) {
  EXPECT_THAT(planning_problems(R"(
processes:
  main:
    - start: wroker
    - start: worker[7]
  worker:
    count: 2
    steps: []
)"),
              ElementsAre("4: no process is named `wroker` | did you mean `worker`?",
                          "5: there is no `worker[7]` | its `count` is 2"));
}

// --- limits

// What is refused is not built first: else these tests would run into their timeout, or out of
// memory.
TEST(Limits, NestedCountsMultiply) {
  EXPECT_THAT(planning_problems(R"(
processes:
  main:
    - start: team
  team:
    count: 100000
    steps:
      - start: worker
  worker:
    count: 100000
    steps: []
)"),
              ElementsAre("4: more than 100000 processes"));
}

TEST(Limits, NestedLoopsMultiply) {
  EXPECT_THAT(planning_problems(R"(
processes:
  main:
    - repeat: 100000
      steps:
        - repeat: 100000
          steps:
            - print: again
)"),
              ElementsAre("8: more than 2000000 steps"));
}

TEST(Limits, NestedLoopsOfNothingMultiplyToNothing) {
  EXPECT_THAT(planning_problems(R"(
processes:
  main:
    - repeat: 1000000
      steps:
        - repeat: 1000000
          steps:
            - repeat: 1000000
              steps: []
)"),
              IsEmpty());
}

TEST(Limits, AStepOnManyProcessesCountsForEach) {
  EXPECT_THAT(planning_problems(R"(
processes:
  main:
    - start: worker
    - repeat: 100
      steps:
        - is_alive: worker
  worker:
    count: 50000
    steps: []
)"),
              ElementsAre("7: more than 2000000 steps"));
}

TEST(Limits, SoDoesAStart) {
  EXPECT_THAT(planning_problems(R"(
processes:
  main:
    - repeat: 100
      steps:
        - {start: worker, fails: [already_started, ok]}
  worker:
    count: 50000
    steps: []
)"),
              ElementsAre("6: more than 2000000 steps"));
}

// --- determinism

TEST(Bytes, TheSameScenarioGivesTheSamePlan) {
  const Planned test = planned(R"(
module:
  - print: loaded
processes:
  main:
    - start: [server, client, spawned]
    - {join: client, order: random}
    - barrier: b
  server:
    - {serve: upper, until: client.end}
  spawned:
    start_method: spawn
    steps:
      - barrier: b
  client:
    count: 4
    steps:
      - await: server.ready
      - connect: server
      - {request: "hello ${index} ${pid}", expect: "HELLO"}
expect:
  timing:
    - client.begin < server.end
)");
  const OwnedPlan again = make_plan(test.scenario).plan;
  const auto bytes = test.plan().bytes();
  EXPECT_THAT(again.view().bytes(), ElementsAreArray(bytes.begin(), bytes.end()));
}

}  // namespace
}  // namespace procession::plan
