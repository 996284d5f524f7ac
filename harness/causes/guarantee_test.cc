// SPDX-License-Identifier: MIT
// Possible, guaranteed, and why: on nets written by hand.
#include "harness/causes/guarantee.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace procession::causes {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Events 0 … n−1; `gate(4, 2, {1, 2, 3})`: event 4 needs two of these.
class NetScript {
 public:
  explicit NetScript(std::uint32_t events) { net_.add_events(events); }
  NetScript& gate(EventId event, std::uint32_t need, const std::vector<EventId>& members,
                  Warrant warrant = Warrant::Posix) {
    net_.add_gate(event, need, members, warrant);
    return *this;
  }
  Net seal() {
    net_.seal();
    return std::move(net_);
  }

 private:
  Net net_;
};

std::vector<EventId> can(const Net& net, const std::vector<EventId>& without = {},
                         Warrant trusted = Warrant::Linux) {
  return possible(net, without, trusted).in_order();
}

std::optional<Warrant> needs(const Net& net, EventId right, const std::vector<EventId>& left) {
  return guaranteed(net, left, right);
}

// --- possible

TEST(Possible, WhatHasNoGateCanHappen) { EXPECT_THAT(can(NetScript(2).seal()), ElementsAre(0, 1)); }

TEST(Possible, CausesComeFirstWhateverTheirNumbers) {
  EXPECT_THAT(can(NetScript(3).gate(0, 1, {1}).gate(1, 1, {2}).seal()), ElementsAre(2, 1, 0));
}

TEST(Possible, AGateWithoutMembersNeverOpens) {
  const Net net = NetScript(3).gate(0, 1, {}).gate(1, 1, {0}).seal();
  EXPECT_THAT(can(net), ElementsAre(2));
  EXPECT_EQ(possible(net).place(1), Possible::kNever);
}

TEST(Possible, AGateThatNeedsMoreThanThereAreNeverOpens) {
  EXPECT_THAT(can(NetScript(3).gate(2, 3, {0, 1}).seal()), ElementsAre(0, 1));
}

TEST(Possible, EveryGateMustOpen) {
  const Net net = NetScript(3).gate(2, 1, {0}).gate(2, 1, {1}).seal();
  EXPECT_THAT(can(net, {1}), ElementsAre(0));
}

TEST(Possible, ACircleNeedsAnEntry) {
  EXPECT_THAT(can(NetScript(3).gate(0, 1, {1}).gate(1, 1, {0}).seal()), ElementsAre(2));
  EXPECT_THAT(can(NetScript(3).gate(0, 1, {1, 2}).gate(1, 1, {0}).seal()), ElementsAre(2, 0, 1));
}

TEST(Possible, AnEventThatNeedsItselfNeverHappens) {
  EXPECT_THAT(can(NetScript(1).gate(0, 1, {0}).seal()), IsEmpty());
}

TEST(Possible, AMemberNamedTwiceCountsTwice) {
  EXPECT_THAT(can(NetScript(2).gate(1, 2, {0, 0}).seal()), ElementsAre(0, 1));
}

TEST(Possible, GatesBeyondTheTrustedWarrantStandOpen) {
  const Net net = NetScript(2).gate(1, 1, {0}, Warrant::Harness).seal();
  EXPECT_THAT(can(net, {0}, Warrant::Posix), ElementsAre(1));
  EXPECT_THAT(can(net, {0}, Warrant::Harness), IsEmpty());
}

// --- guaranteed

TEST(Guaranteed, AllOfAll) {
  const Net barrier = NetScript(4).gate(3, 3, {0, 1, 2}).seal();
  EXPECT_EQ(needs(barrier, 3, {0}), Warrant::Posix);
  EXPECT_EQ(needs(barrier, 3, {2}), Warrant::Posix);
}

TEST(Guaranteed, SomeOfAllNeedNoneInParticularButSoManyTogether) {
  const Net two_of_three = NetScript(4).gate(3, 2, {0, 1, 2}).seal();
  EXPECT_EQ(needs(two_of_three, 3, {0}), std::nullopt);
  EXPECT_EQ(needs(two_of_three, 3, {0, 2}), Warrant::Posix);
}

TEST(Guaranteed, OneOfAllNeedsAllTakenOutTogether) {
  const Net first = NetScript(4).gate(3, 1, {0, 1, 2}).seal();
  EXPECT_EQ(needs(first, 3, {0, 1}), std::nullopt);
  EXPECT_EQ(needs(first, 3, {0, 1, 2}), Warrant::Posix);
}

TEST(Guaranteed, WaysThatMeetBehindAnEventNeedIt) {
  // 0 → 1, 0 → 2, 1 or 2 → 3.
  const Net diamond = NetScript(4).gate(1, 1, {0}).gate(2, 1, {0}).gate(3, 1, {1, 2}).seal();
  EXPECT_EQ(needs(diamond, 3, {0}), Warrant::Posix);
  EXPECT_EQ(needs(diamond, 3, {1}), std::nullopt);
}

TEST(Guaranteed, WhatCannotHappenNeedsNothing) {
  const Net net = NetScript(2).gate(1, 1, {}).seal();
  EXPECT_EQ(needs(net, 1, {0}), std::nullopt);
}

TEST(Guaranteed, TheEffectDoesNotComeBeforeItsCause) {
  const Net net = NetScript(2).gate(1, 1, {0}).seal();
  EXPECT_EQ(needs(net, 0, {1}), std::nullopt);
}

TEST(Guaranteed, TheWarrantIsTheLeastThatSuffices) {
  const Net linked =
      NetScript(3).gate(1, 1, {0}, Warrant::Harness).gate(2, 1, {1}, Warrant::Linux).seal();
  EXPECT_EQ(needs(linked, 1, {0}), Warrant::Harness);
  EXPECT_EQ(needs(linked, 2, {0}), Warrant::Linux);
  const Net twice = NetScript(2).gate(1, 1, {0}, Warrant::Linux).gate(1, 1, {0}).seal();
  EXPECT_EQ(needs(twice, 1, {0}), Warrant::Posix);
}

// --- chain

TEST(Chain, IsTheShortest) {
  // 0 → 1 → 2 → 3 and 0 → 3.
  const Net net =
      NetScript(4).gate(1, 1, {0}).gate(2, 1, {1}).gate(3, 1, {2}).gate(3, 1, {0}).seal();
  EXPECT_THAT(chain(net, possible(net), std::vector<EventId>{0}, 3), ElementsAre(0, 3));
}

TEST(Chain, GoesOnlyThroughWhatIsLostWithoutTheLeft) {
  // 1 needs one of 0 and 4, so it is not lost; 2 needs 0; 3 needs both.
  const Net net =
      NetScript(5).gate(1, 1, {0, 4}).gate(2, 1, {0}).gate(3, 1, {1}).gate(3, 1, {2}).seal();
  EXPECT_THAT(chain(net, possible(net), std::vector<EventId>{0}, 3), ElementsAre(0, 2, 3));
}

TEST(Chain, OfSeveralBeginsWithOneOfThem) {
  const Net first = NetScript(4).gate(2, 1, {0, 1}).gate(3, 1, {2}).seal();
  EXPECT_THAT(chain(first, possible(first), std::vector<EventId>{0, 1}, 3), ElementsAre(0, 2, 3));
}

TEST(Chain, IsEmptyWithoutAGuarantee) {
  const Net first = NetScript(3).gate(2, 1, {0, 1}).seal();
  EXPECT_THAT(chain(first, possible(first), std::vector<EventId>{0}, 2), IsEmpty());
}

// --- the way round

TEST(WayRound, GoesBackToWhatNeedsNothing) {
  // 3 needs 2; 2 needs one of 0 and 1; 1 needs 4.
  const Net net = NetScript(5).gate(3, 1, {2}).gate(2, 1, {0, 1}).gate(1, 1, {4}).seal();
  EXPECT_THAT(way_round(net, std::vector<EventId>{0}, 3), ElementsAre(4, 1, 2, 3));
}

TEST(WayRound, FollowsWhatComesLast) {
  // 2 needs 0 and 1, and 1 needs 3: 1 comes last.
  const Net net = NetScript(4).gate(2, 1, {0}).gate(2, 1, {1}).gate(1, 1, {3}).seal();
  EXPECT_THAT(way_round(net, {}, 2), ElementsAre(3, 1, 2));
}

TEST(WayRound, IsEmptyWhereThereIsAGuarantee) {
  const Net net = NetScript(2).gate(1, 1, {0}).seal();
  EXPECT_THAT(way_round(net, std::vector<EventId>{0}, 1), IsEmpty());
}

// --- why not

TEST(WhyImpossible, EndsAtWhatNothingBringsAbout) {
  const Net net = NetScript(3).gate(0, 1, {1}).gate(1, 1, {}).seal();
  const Impossible why = why_impossible(net, possible(net), 0);
  EXPECT_THAT(why.path, ElementsAre(0, 1));
  EXPECT_FALSE(why.circular);
}

TEST(WhyImpossible, TellsACircleFromTheWayIntoIt) {
  // 0 waits for 1, and 1 and 2 wait for each other.
  const Net net = NetScript(3).gate(0, 1, {1}).gate(1, 1, {2}).gate(2, 1, {1}).seal();
  const Impossible why = why_impossible(net, possible(net), 0);
  EXPECT_THAT(why.path, ElementsAre(0, 1, 2));
  EXPECT_TRUE(why.circular);
  EXPECT_EQ(why.back_to, 1U);
}

TEST(WhyImpossible, PassesOverGatesThatAreOpen) {
  const Net net = NetScript(4).gate(0, 1, {3}).gate(0, 2, {1, 2}).gate(2, 1, {}).seal();
  EXPECT_THAT(why_impossible(net, possible(net), 0).path, ElementsAre(0, 2));
}

}  // namespace
}  // namespace procession::causes
