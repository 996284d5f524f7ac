// SPDX-License-Identifier: MIT
// The net as a value, and the events of a Plan's net with their names.
#include "harness/causes/net.h"

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

TEST(Net, AnEventKnowsTheGatesThatItFeeds) {
  Net net;
  net.add_events(3);
  net.needs(1, 0);
  net.needs(2, 0);
  net.seal();
  std::vector<EventId> fed;
  for (const std::uint32_t gate : net.fed_by(0)) {
    fed.push_back(net.gates()[gate].event);
  }
  EXPECT_THAT(fed, ElementsAre(1, 2));
  EXPECT_THAT(net.fed_by(1), IsEmpty());
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
