// SPDX-License-Identifier: MIT
// The net as a value, and the events of a Plan's net with their names.
#include "harness/causes/net.h"

#include "harness/causes/guarantee.h"
#include "harness/causes/net_of.h"
#include "harness/testing/planned.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace procession::causes {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Net, GatesStandWithTheirEventInTheOrderInWhichTheyWereAdded) {
  Net net;
  net.add_events(4);
  net.needs(2, 0);
  net.needs(1, 0);
  net.add_gate(2, 1, std::array<EventId, 2>{1, 3});
  net.seal();
  EXPECT_THAT(net.gates_of(0), IsEmpty());
  EXPECT_THAT(net.gates_of(1), SizeIs(1));
  ASSERT_THAT(net.gates_of(2), SizeIs(2));
  EXPECT_THAT(net.members_of(net.gates_of(2)[0]), ElementsAre(0));
  EXPECT_THAT(net.members_of(net.gates_of(2)[1]), ElementsAre(1, 3));
}

TEST(Net, AnEventKnowsItsPoolsAndAPoolItsGates) {
  Net net;
  net.add_events(4);
  const PoolId pool = net.add_pool(std::array<EventId, 3>{0, 1, 0});
  net.add_gate(3, 3, pool);
  net.add_gate(2, 1, pool);
  net.add_gate(1, 1, pool);
  net.seal();
  EXPECT_THAT(net.pools_with(0), ElementsAre(pool, pool));
  EXPECT_THAT(net.pools_with(3), IsEmpty());
  const auto events_of = [&](std::span<const std::uint32_t> gates) {
    std::vector<EventId> events;
    for (const std::uint32_t gate : gates) {
      events.push_back(net.gates()[gate].event);
    }
    return events;
  };
  EXPECT_THAT(events_of(net.gates_at(pool)), ElementsAre(1, 2, 3));
  EXPECT_THAT(events_of(net.gates_at(pool, 1)), ElementsAre(1, 2));
  EXPECT_THAT(events_of(net.gates_at(pool, 2)), IsEmpty());
  EXPECT_THAT(events_of(net.gates_at(pool, 3)), ElementsAre(3));
}

TEST(Net, WithoutAnEventItNeverHappensAndIsNoMember) {
  Net net;
  net.add_events(3);
  net.add_gate(2, 1, std::array<EventId, 2>{0, 1});
  net.needs(1, 0);
  net.seal();
  const Net rest = net.without(std::array<EventId, 1>{0});
  EXPECT_THAT(possible(rest).in_order(), IsEmpty());
  EXPECT_THAT(rest.members_of(rest.gates_of(2)[0]), ElementsAre(1));
  EXPECT_THAT(possible(net).in_order(), ElementsAre(0, 2, 1));
}

constexpr std::string_view kFamily = R"(
processes:
  main:
    - handle: SIGUSR1
      steps:
        - mark: handled
    - start: child
    - {join: child, timeout: 1s, fails: timed_out}
    - raise: Trouble
  child: []
)";

TEST(PlanNet, EveryNamedEventIsItsOwn) {
  const testing::Planned test = testing::planned(kFamily);
  const PlanNet net = net_of(test.plan());
  for (EventId id = 0; id < net.net.event_count(); ++id) {
    if (const auto named = net.event_of(id)) {
      EXPECT_EQ(net.id_of(*named), id) << plan::EventFinder(test.plan()).name_of(*named);
    }
  }
}

TEST(PlanNet, WhatFollowsFromOthersHasNoNameAndIsNotObserved) {
  const testing::Planned test = testing::planned(kFamily);
  const PlanNet net = net_of(test.plan());
  EXPECT_FALSE(net.event_of(net.broken(1)));
  EXPECT_FALSE(net.is_observed(net.broken(1)));
  EXPECT_TRUE(net.is_observed(net.end(1)));
  EXPECT_TRUE(net.is_observed(net.call(0)));
}

TEST(PlanNet, AnErrorThatTheFileDoesNotForeseeHasAnEventToo) {
  const testing::Planned test = testing::planned(kFamily);
  const PlanNet net = net_of(test.plan());
  const plan::Event unforeseen{plan::Event::Kind::Error, 1, plan::kNone, scenario::kGone};
  EXPECT_TRUE(net.event_of(net.id_of(unforeseen)));
}

}  // namespace
}  // namespace procession::causes
