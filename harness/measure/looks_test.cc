// SPDX-License-Identifier: MIT
// Expected numbers are those of SciPy 1.10.1, the command beside each; oracle/oracle_test compares
// many more. What looks promise is counted over made-up walks.
#include "harness/measure/looks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace procession::measure {
namespace {

using testing::ElementsAre;

// The least c with binom.sf(c - 1, n, 0.5) <= tail.
TEST(SignTest, needs_so_many_on_the_same_side) {
  EXPECT_EQ(sign_test_needs(6, 0.025), 6u);
  EXPECT_EQ(sign_test_needs(12, 0.025), 10u);
  EXPECT_EQ(sign_test_needs(20, 0.025), 15u);
  EXPECT_EQ(sign_test_needs(52, 0.025), 34u);
  EXPECT_EQ(sign_test_needs(20, 0.005), 17u);
  EXPECT_EQ(sign_test_needs(1000, 0.025), 532u);
}

TEST(SignTest, needs_more_than_there_are_where_nothing_is_rare_enough) {
  EXPECT_EQ(sign_test_needs(5, 0.025), 6u);
  EXPECT_EQ(sign_test_needs(0, 0.025), 1u);
}

TEST(SignTest, tells_the_fewest_rounds) {
  for (const double tail : {0.1, 0.025, 0.0125, 0.025 / 20, 1.0 / 64}) {
    const std::uint64_t fewest = fewest_rounds(tail);
    EXPECT_EQ(sign_test_needs(fewest, tail), fewest) << tail;
    EXPECT_GT(sign_test_needs(fewest - 1, tail), fewest - 1) << tail;
  }
}

TEST(Looks, spend_no_more_than_was_rationed_for_each) {
  // P(12 of 12) = 1/4096. A quarter of 0.0009 is less than that; a half is more.
  Looks looks(0.0009, 1);
  looks.look(12, 0.25);
  EXPECT_EQ(looks.needed(1), 13u);
  looks.look(12, 0.5);
  EXPECT_EQ(looks.needed(1), 12u);
}

TEST(Looks, remember_what_they_have_spent) {
  Looks looks(0.025, 1);
  looks.look(20, 0.9);
  EXPECT_EQ(looks.needed(1), 15u);  // binom.sf(14, 20, 0.5) = 0.0207
  // All but 0.0043 is spent: a first look with all of it would need 15.
  looks.look(20, 1);
  EXPECT_EQ(looks.needed(1), 15u);
  looks.look(21, 1);
  EXPECT_EQ(looks.needed(1), 16u);
}

TEST(Looks, divide_the_error) {
  Looks looks(0.025, 20);
  looks.look(20, 1);
  EXPECT_EQ(looks.needed(1), sign_test_needs(20, 0.025));
  EXPECT_EQ(looks.needed(4), sign_test_needs(20, 0.025 / 4));
  EXPECT_EQ(looks.needed(20), sign_test_needs(20, 0.025 / 20));
}

TEST(Looks, never_need_less_for_a_smaller_error) {
  Looks looks(0.025, 30);
  const std::vector<std::uint64_t> schedule = look_schedule(600);
  for (const std::uint64_t rounds : schedule) {
    looks.look(rounds, static_cast<double>(rounds) / 600);
    for (std::size_t share = 2; share <= 30; ++share) {
      EXPECT_GE(looks.needed(share), looks.needed(share - 1)) << rounds << ", " << share;
    }
  }
}

TEST(Looks, are_further_and_further_apart) {
  EXPECT_THAT(look_schedule(100), ElementsAre(12, 20, 32, 52, 84, 100));
  EXPECT_THAT(look_schedule(12), ElementsAre(12));
  EXPECT_THAT(look_schedule(5), ElementsAre(5));
}

struct Alarms {
  int rationed = 0;
  int careless = 0;  // each look as if it were the only one
};

// Walks without any difference; how many some look finds too high.
Alarms count_alarms(int trials) {
  std::mt19937_64 random(7);
  Alarms alarms;
  const std::vector<std::uint64_t> schedule = look_schedule(220);
  for (int trial = 0; trial < trials; ++trial) {
    Looks looks(0.05, 1);
    std::uint64_t rounds = 0;
    std::uint64_t up = 0;
    bool rationed = false;
    bool careless = false;
    for (const std::uint64_t next : schedule) {
      for (; rounds < next; ++rounds) {
        up += random() & 1;
      }
      looks.look(rounds, static_cast<double>(rounds) / 220);
      rationed = rationed || up >= looks.needed(1);
      careless = careless || up >= sign_test_needs(rounds, 0.05);
    }
    alarms.rationed += rationed ? 1 : 0;
    alarms.careless += careless ? 1 : 0;
  }
  return alarms;
}

TEST(Looks, keep_the_agreed_error_where_careless_looks_do_not) {
  const Alarms alarms = count_alarms(4000);
  // Of 4000 at 5 %: 200, and 3 standard deviations of 14.
  EXPECT_LE(alarms.rationed, 242);
  EXPECT_GE(alarms.rationed, 100);  // nor are they wasted
  EXPECT_GT(alarms.careless, 400);
}

}  // namespace
}  // namespace procession::measure
