// SPDX-License-Identifier: MIT
// What `await`, `barrier` and `until` wait for, and which points of which lines arrive there.
#include "harness/plan/make_plan.h"
#include "harness/testing/planned.h"

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
using ::testing::SizeIs;
using testing::step_named;

std::string main_awaits(std::string_view event) {
  return R"(
processes:
  main:
    - start: worker
    - await: )" +
         std::string(event) + R"(
  worker:
    count: 2
    steps:
      - mark: go
      - {print: done, as: told}
      - {serve: upper, until: main.begin}
)";
}

const Gate& gate_of(const Planned& test, std::string_view event) {
  const GateId id = test.plan().step(step_named(test, event)).gate;
  EXPECT_NE(id, kNone);
  return test.plan().gates()[id];
}

std::string point(Feed::Point point) {
  constexpr std::string_view kNames[] = {"begin", "call", "effect", "return"};
  return std::string(kNames[static_cast<std::size_t>(point)]);
}

// Who arrives: "worker[0] begin", and whose end is waited for: "worker[0] end".
std::vector<std::string> arrivals(const Planned& test, const Gate& gate) {
  const Plan plan = test.plan();
  const auto path = [&](InstanceId id) { return std::string(plan.text(plan.instance(id).path)); };
  std::vector<std::string> all;
  for (const Feed& feed : plan.feeds(gate.feeds)) {
    all.push_back(path(feed.by) + " " + point(feed.point));
  }
  for (const std::uint32_t id : plan.ids(gate.ends)) {
    all.push_back(path(id) + " end");
  }
  return all;
}

std::vector<std::string> awaited(std::string_view event) {
  const Planned test = planned(main_awaits(event));
  return arrivals(test, gate_of(test, "main.await"));
}

TEST(Await, EachKindOfEventHasItsPoint) {
  EXPECT_THAT(awaited("worker[0].begin"), ElementsAre("worker[0] begin"));
  EXPECT_THAT(awaited("worker[0].end"), ElementsAre("worker[0] end"));
  EXPECT_THAT(awaited("worker[0].ready"), ElementsAre("worker[0] effect"));
  EXPECT_THAT(awaited("worker[0].mark(go)"), ElementsAre("worker[0] effect"));
  EXPECT_THAT(awaited("worker[0].mark(go).call"), ElementsAre("worker[0] call"));
  EXPECT_THAT(awaited("worker[0].print"), ElementsAre("worker[0] return"));
  EXPECT_THAT(awaited("worker[0].told"), ElementsAre("worker[0] return"));
}

TEST(Await, AMarkIsItsEffectByItsLabelToo) {
  EXPECT_THAT(awaited("worker[0].go"), ElementsAre("worker[0] effect"));
}

TEST(Await, WithoutIndexEachIsWaitedFor) {
  const Planned test = planned(main_awaits("worker.end"));
  const Gate& gate = gate_of(test, "main.await");
  EXPECT_THAT(arrivals(test, gate), ElementsAre("worker[0] end", "worker[1] end"));
  EXPECT_FALSE(gate.any);
}

TEST(Await, FirstIsSatisfiedByAnyOfThem) {
  const Planned test = planned(main_awaits("first(worker.mark(go))"));
  const Gate& gate = gate_of(test, "main.await");
  EXPECT_THAT(arrivals(test, gate), ElementsAre("worker[0] effect", "worker[1] effect"));
  EXPECT_TRUE(gate.any);
}

TEST(Await, IsWokenAtItsOwnInstance) {
  const Planned test = planned(main_awaits("worker.mark(go)"));
  const Gate& gate = gate_of(test, "main.await");
  EXPECT_THAT(test.plan().ids(gate.waiters), ElementsAre(0));
  EXPECT_FALSE(gate.barrier);
}

TEST(Await, EveryArrivalHasAWordOfItsOwn) {
  const Planned test = planned(main_awaits("worker.mark(go)"));
  const Gate& gate = gate_of(test, "main.await");
  const auto feeds = test.plan().feeds(gate.feeds);
  ASSERT_THAT(feeds, SizeIs(2));
  EXPECT_NE(feeds[0].word, feeds[1].word);
  EXPECT_NE(feeds[0].word, gate.counter);
  EXPECT_LT(feeds[1].word, test.plan().header().word_count);
}

TEST(Await, TheStepKnowsItsArrivals) {
  const Planned test = planned(main_awaits("worker[1].mark(go)"));
  const Step& mark = test.plan().step(step_named(test, "worker[1].mark(go)"));
  EXPECT_THAT(test.plan().feeds(mark.feeds), SizeIs(1));
  const Step& other = test.plan().step(step_named(test, "worker[0].mark(go)"));
  EXPECT_THAT(test.plan().feeds(other.feeds), IsEmpty());
}

TEST(Await, OnesOwnChildrenComeFirst) {
  const Planned test = planned(R"(
processes:
  main:
    - start: [left, right]
    - await: leaf.begin
  left:
    - start: leaf
    - await: leaf.end
  right:
    - start: leaf
  leaf: []
)");
  EXPECT_THAT(arrivals(test, gate_of(test, "left.await")), ElementsAre("left/leaf end"));
  EXPECT_THAT(arrivals(test, gate_of(test, "main.await")),
              ElementsAre("left/leaf begin", "right/leaf begin"));
}

TEST(Await, IndicesMeanTheCallersOwn) {
  const Planned test = planned(R"(
processes:
  main:
    - start: [worker, partner]
  worker:
    count: 2
    steps:
      - await: partner[index].begin
  partner:
    count: 2
    steps: []
)");
  EXPECT_THAT(arrivals(test, gate_of(test, "worker[1].await")), ElementsAre("partner[1] begin"));
}

TEST(Await, AStopAndAnOrphanCannotBeWaitedFor) {
  const auto problems = [](std::string_view event) {
    return planning_problems(R"(
processes:
  main:
    - start: child
    - suspend: child
    - resume: child
    - await: )" + std::string(event) +
                             R"(
  child: []
)");
  };
  EXPECT_THAT(problems("child.stopped"),
              ElementsAre("7: `child.stopped` cannot be waited for | wait for the step that does "
                          "it: `main.suspend(child)`"));
  EXPECT_THAT(problems("child.continued"),
              ElementsAre("7: `child.continued` cannot be waited for | wait for the step that does "
                          "it: `main.resume(child)`"));
  EXPECT_THAT(
      problems("child.orphaned"),
      ElementsAre("7: `child.orphaned` cannot be waited for | wait for `main.end`, which is "
                  "when it happens"));
}

TEST(Await, AnErrorOrASignalCannotBeWaitedFor) {
  EXPECT_THAT(planning_problems(main_awaits("worker[0].error(EPIPE)")),
              ElementsAre("5: `worker[0].error(EPIPE)` cannot be waited for | give the step a "
                          "label and wait for that"));
}

TEST(Await, WhatNoStepMakesIsAProblem) {
  EXPECT_THAT(planning_problems(main_awaits("worker[0].tlod")),
              ElementsAre("5: `worker[0].tlod`: no step of `worker[0]` makes this event; did you "
                          "mean `told`?"));
  EXPECT_THAT(planning_problems(main_awaits("worker[i].end")),
              ElementsAre("5: an index of `worker[i].end` means nothing here | a letter must be "
                          "the `index` of a `repeat` round the step"));
}

TEST(Until, IsAGateOfTheServe) {
  const Planned test = planned(main_awaits("worker.begin"));
  EXPECT_THAT(arrivals(test, gate_of(test, "worker[1].serve")), ElementsAre("main begin"));
}

TEST(Barrier, ItsPartiesAreAllWhoNameIt) {
  const Planned test = planned(R"(
processes:
  main:
    - start: worker
    - barrier: b
  worker:
    count: 2
    steps:
      - barrier: b
)");
  const Gate& gate = gate_of(test, "worker[0].barrier(b)");
  EXPECT_TRUE(gate.barrier);
  EXPECT_THAT(arrivals(test, gate), ElementsAre("main call", "worker[0] call", "worker[1] call"));
  EXPECT_THAT(test.plan().ids(gate.waiters), ElementsAre(0, 1, 2));
}

TEST(Barrier, TheKthMeetingIsOfTheKthSteps) {
  const Planned test = planned(R"(
processes:
  main:
    - start: worker
    - barrier: b
    - barrier: b
  worker:
    - barrier: b
    - barrier: b
)");
  EXPECT_EQ(test.plan().step(step_named(test, "main.barrier(b)[1]")).gate,
            test.plan().step(step_named(test, "worker.barrier(b)[1]")).gate);
  EXPECT_NE(test.plan().step(step_named(test, "main.barrier(b)[0]")).gate,
            test.plan().step(step_named(test, "main.barrier(b)[1]")).gate);
}

TEST(Barrier, APartyThatComesLessOftenIsMissedByTheOthers) {
  const Planned test = planned(R"(
processes:
  main:
    - start: worker
    - barrier: b
    - barrier: b
  worker:
    - barrier: b
)");
  const Gate& second = gate_of(test, "main.barrier(b)[1]");
  EXPECT_THAT(arrivals(test, second), ElementsAre("main call", "worker call"));
  // No step makes the worker's second arrival.
  std::size_t arriving = 0;
  for (const Step& step : test.plan().steps()) {
    arriving += step.feeds.count;
  }
  EXPECT_EQ(arriving, 3U);
}

TEST(Gates, ThatWaitForTooMuchAreRefusedQuickly) {
  const auto problems = testing::planning_problems(R"(
processes:
  main:
    - start: worker
  worker:
    count: 2000
    steps:
      - await: worker.begin
)");
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_THAT(problems.front(), ::testing::HasSubstr("more than 1000000 arrivals"));
}

}  // namespace
}  // namespace procession::plan
