// SPDX-License-Identifier: MIT
// Processes that start themselves: how deep they go, and what is left out at the end.
#include "harness/plan/events.h"
#include "harness/testing/planned.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace procession::plan {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::planned;
using testing::Planned;
using testing::planning_problems;

std::vector<std::string> paths(const Planned& test) {
  std::vector<std::string> paths;
  for (const Instance& instance : test.plan().instances()) {
    paths.emplace_back(test.plan().text(instance.path));
  }
  return paths;
}

// The steps of an instance's line without the implicit exit.
std::vector<std::string> line(const Planned& test, InstanceId id) {
  const EventFinder finder(test.plan());
  const Range steps = test.plan().instance(id).steps;
  std::vector<std::string> names;
  for (StepId step = steps.first; step + 1 < steps.first + steps.count; ++step) {
    names.push_back(finder.name_of_step(step));
  }
  return names;
}

std::string generations(int depth) {
  return fmt::format(R"(
processes:
  main:
    - start: node
    - join: node
  node:
    depth: {}
    steps:
      - start: node
      - join: node
)",
                     depth);
}

TEST(Depth, IsTheLastLevel) {
  const Planned test = planned(generations(3));
  EXPECT_THAT(paths(test),
              ElementsAre("main", "main/node", "main/node/node", "main/node/node/node"));
  EXPECT_THAT(line(test, 2),
              ElementsAre("start(main/node/node/node)", "join(main/node/node/node)"));
  EXPECT_THAT(line(test, 3), IsEmpty());
}

TEST(Depth, OfOneIsAProcessThatStartsNobody) {
  const Planned test = planned(generations(1));
  EXPECT_THAT(paths(test), ElementsAre("main", "node"));
  EXPECT_THAT(line(test, 1), IsEmpty());
}

TEST(Depth, WithCountMakesATree) {
  const Planned test = planned(R"(
processes:
  main:
    - start: node
  node:
    count: 2
    depth: 2
    steps:
      - start: node
)");
  EXPECT_THAT(paths(test),
              ElementsAre("main", "main/node[0]", "main/node[1]", "main/node[0]/node[0]",
                          "main/node[0]/node[1]", "main/node[1]/node[0]", "main/node[1]/node[1]"));
}

// Whatever names the process does nothing at its last level; what names others too does the rest.
TEST(Depth, AtItsEndStepsThatNameItDoNothing) {
  const Planned test = planned(R"(
processes:
  main:
    - start: node
  node:
    depth: 2
    steps:
      - handle: SIGUSR1
        steps:
          - is_alive: node
          - mark: told
      - start: [leaf, node]
      - await: node.mark(here)
      - await: first(node.end)
      - {signal: node, send: SIGUSR1}
      - mark: here
      - join: node
      - join: [node, leaf]
      - print: ${node.pid}
  leaf: []
)");
  EXPECT_THAT(line(test, 1),
              ElementsAre("handle(SIGUSR1)", "start(main/node/leaf)", "start(main/node/node)",
                          "await(here)", "await(node)", "signal(main/node/node)", "mark(here)",
                          "join(main/node/node)[0]", "join(main/node/node)[1]",
                          "join(main/node/leaf)", "print"));
  EXPECT_THAT(line(test, 3), ElementsAre("handle(SIGUSR1)", "start(main/node/node/leaf)",
                                         "mark(here)", "join(main/node/node/leaf)", "print"));
  const Plan plan = test.plan();
  const Step& handle = plan.line_of(3)[0];
  EXPECT_EQ(handle.handler.count, 1u);
  const Step& print = plan.line_of(3)[4];
  EXPECT_EQ(plan.text(plan.pieces(print.text)[0].literal), "none");
}

TEST(Depth, EndsWhoStartsItByAnother) {
  const Planned test = planned(R"(
processes:
  main:
    - start: a
  a:
    depth: 2
    steps:
      - start: b
  b:
    - start: a
    - join: a
)");
  EXPECT_THAT(paths(test), ElementsAre("main", "main/a", "main/a/b", "main/a/b/a", "main/a/b/a/b"));
  EXPECT_THAT(line(test, 4), IsEmpty());
}

TEST(Depth, EachFamilyGoesAsDeep) {
  const Planned test = planned(R"(
processes:
  main:
    - start: [left, right]
  left:
    - start: node
  right:
    - start: node
  node:
    depth: 2
    steps:
      - start: node
)");
  EXPECT_THAT(paths(test), ElementsAre("main", "left", "right", "left/node", "right/node",
                                       "left/node/node", "right/node/node"));
}

TEST(Depth, WithoutItNobodyStartsItself) {
  EXPECT_THAT(planning_problems(R"(
processes:
  main:
    - start: a
  a:
    - start: a
)"),
              ElementsAre("6: `a` would start itself without end | give it an end: `depth: 3` in "
                          "`a`"));
}

TEST(Depth, OfTheOneDoesNotHelpTheOther) {
  EXPECT_THAT(planning_problems(R"(
processes:
  main:
    - start: a
  a:
    depth: 2
    steps:
      - start: b
  b:
    - start: b
)"),
              ElementsAre("10: `b` would start itself without end | give it an end: `depth: 3` in "
                          "`b`"));
}

TEST(Depth, OfAThousandCanBePlanned) {
  const Planned test = planned(generations(1000));
  EXPECT_EQ(test.plan().instances().size(), 1001u);
  EXPECT_EQ(paths(test).back().size(), 4 + 5 * 1000u);
}

TEST(Depth, WhosePathsAreTooLongIsRefused) {
  const std::string name(200, 'n');
  EXPECT_THAT(
      planning_problems(fmt::format(R"(
processes:
  main:
    - start: {0}
  {0}:
    depth: 1000
    steps:
      - start: {0}
)",
                                    name)),
      ElementsAre("5: the paths of the processes, such as main/nnnnnnnnnnnnnnn…, have more "
                  "than 64 MiB together | fewer levels, fewer processes, or shorter names"));
}

}  // namespace
}  // namespace procession::plan
