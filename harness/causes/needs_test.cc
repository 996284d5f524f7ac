// SPDX-License-Identifier: MIT
// Sure needs are needs: what is said to need something cannot happen without it. On random nets,
// and on nets written by hand.
#include "harness/causes/needs.h"

#include "harness/causes/random_net_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace procession::causes {
namespace {

using ::testing::ElementsAre;

TEST(SureNeeds, AreNeeds) {
  std::mt19937 random(1);
  std::size_t lost = 0;
  std::size_t sure = 0;
  for (int round = 0; round < 300; ++round) {
    const std::uint32_t events = 5 + static_cast<std::uint32_t>(random() % 100);
    const Net net = random_net(random, events);
    const auto trusted = static_cast<Warrant>(random() % 3);
    const Possible can = possible(net, {}, trusted);
    const std::vector<EventId> latest = latest_needs(net, can, trusted);
    std::vector<Question> questions(1 + random() % 100);
    for (Question& question : questions) {
      question.out.resize(random() % 3);
      question.goals.resize(random() % 20);
      for (auto* list : {&question.out, &question.goals}) {
        std::ranges::generate(*list, [&] { return static_cast<EventId>(random() % events); });
      }
    }
    const auto answers = sure_needs(net, can, questions, trusted);
    const auto by_latest = sure_needs(net, can, questions, trusted, latest);
    for (std::size_t q = 0; q < questions.size(); ++q) {
      const Possible without = possible(net, questions[q].out, trusted);
      for (std::size_t i = 0; i < questions[q].goals.size(); ++i) {
        const EventId goal = questions[q].goals[i];
        const bool is_lost = can[goal] && !without[goal];
        ASSERT_TRUE(is_lost || !answers[q][i]) << "round " << round << ", question " << q;
        ASSERT_TRUE(is_lost || !by_latest[q][i]) << "round " << round << ", question " << q;
        ASSERT_TRUE(by_latest[q][i] || !answers[q][i]) << "round " << round << ", question " << q;
        lost += is_lost ? 1 : 0;
        sure += answers[q][i] ? 1 : 0;
      }
    }
  }
  EXPECT_GT(sure, lost * 3 / 4);
}

std::vector<bool> ask(const Net& net, const std::vector<EventId>& out,
                      const std::vector<EventId>& goals, Warrant trusted = Warrant::Linux) {
  const Question question{out, goals};
  return sure_needs(net, possible(net, {}, trusted), {&question, 1}, trusted).front();
}

// 4 needs both of 2 and 3; 3 needs one of 0 and 5, of which 5 is impossible; 2 needs one of 0
// and 1.
Net small_net() {
  Net net;
  net.add_events(6);
  net.add_gate(4, 2, std::vector<EventId>{2, 3});
  net.add_gate(3, 1, std::vector<EventId>{0, 5});
  net.never(5);
  net.add_gate(2, 1, std::vector<EventId>{0, 1});
  net.seal();
  return net;
}

TEST(SureNeeds, CountOnlyWhatIsPossible) {
  const Net net = small_net();
  EXPECT_THAT(ask(net, {0}, {0, 1, 2, 3, 4, 5}),
              ElementsAre(true, false, false, true, true, false));
  EXPECT_THAT(ask(net, {0, 1}, {2, 3, 4}), ElementsAre(true, true, true));
  EXPECT_THAT(ask(net, {1}, {2, 4}), ElementsAre(false, false));
}

TEST(SureNeeds, AreOnlyOfTrustedGates) {
  Net net;
  net.add_events(3);
  net.needs(2, 1);
  net.needs(1, 0, Warrant::Linux);
  net.seal();
  EXPECT_THAT(ask(net, {0}, {2}, Warrant::Posix), ElementsAre(false));
  EXPECT_THAT(ask(net, {1}, {2}, Warrant::Posix), ElementsAre(true));
  EXPECT_THAT(ask(net, {0}, {2}, Warrant::Linux), ElementsAre(true));
}

TEST(LatestNeeds, AreTheLastOfAllGatesThatNeedAll) {
  const Net net = small_net();
  const Possible can = possible(net);
  const auto latest = latest_needs(net, can);
  EXPECT_EQ(latest[3], 0U);
  EXPECT_EQ(latest[4], can.place(2) < can.place(3) ? 3U : 2U);
  EXPECT_EQ(latest[2], Possible::kNever);
}

}  // namespace
}  // namespace procession::causes
