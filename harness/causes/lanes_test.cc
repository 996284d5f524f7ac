// SPDX-License-Identifier: MIT
// Many questions in one pass have the same answers as one by one: on random nets.
#include "harness/causes/lanes.h"

#include "harness/causes/guarantee.h"
#include "harness/causes/random_net_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace procession::causes {
namespace {

TEST(Lanes, EachAnswersAsPossibleDoes) {
  std::mt19937 random(1);
  std::size_t can = 0;
  std::size_t asked = 0;
  for (int round = 0; round < 200; ++round) {
    const std::uint32_t events = 5 + static_cast<std::uint32_t>(random() % 100);
    const Net net = random_net(random, events);
    std::vector<std::vector<EventId>> without(1 + random() % kLanes);
    for (auto& out : without) {
      out.resize(random() % 3);
      for (EventId& event : out) {
        event = static_cast<EventId>(random() % events);
      }
    }
    const auto trusted = static_cast<Warrant>(random() % 3);
    const std::vector<Lanes> lanes = possible_in_lanes(net, without, trusted);
    for (std::size_t lane = 0; lane < without.size(); ++lane) {
      const Possible alone = possible(net, without[lane], trusted);
      for (EventId event = 0; event < events; ++event) {
        ASSERT_EQ((lanes[event] >> lane & 1) != 0, alone[event])
            << "round " << round << ", lane " << lane << ", event " << event;
        can += alone[event] ? 1 : 0;
        ++asked;
      }
    }
  }
  EXPECT_GT(can, asked / 10);
  EXPECT_LT(can, asked * 9 / 10);
}

TEST(Lanes, ManyMembersCountAsOneByOne) {
  constexpr std::uint32_t kMembers = 1000;
  Net net;
  net.add_events(2 * kMembers);
  std::vector<EventId> members;
  for (EventId event = 0; event < kMembers; ++event) {
    members.push_back(event);
  }
  const PoolId pool = net.add_pool(members);
  for (EventId k = 0; k < kMembers; ++k) {
    net.add_gate(kMembers + k, k + 1, pool);
  }
  net.seal();
  const std::vector<std::vector<EventId>> without = {{}, {7}, {1, 2, 3}, members};
  const std::vector<Lanes> can = possible_in_lanes(net, without);
  const auto last_in = [&](unsigned lane) {
    EventId k = 0;
    while (k < kMembers && (can[kMembers + k] >> lane & 1) != 0) {
      ++k;
    }
    return k;
  };
  EXPECT_EQ(last_in(0), 1000U);
  EXPECT_EQ(last_in(1), 999U);
  EXPECT_EQ(last_in(2), 997U);
  EXPECT_EQ(last_in(3), 0U);
}

}  // namespace
}  // namespace procession::causes
