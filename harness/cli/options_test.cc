// SPDX-License-Identifier: MIT
// Options whose text has a meaning of its own, as pure functions: shards, repeating, and what
// shells do with words.

#include "harness/cli/environment.h"
#include "harness/cli/repeat.h"
#include "harness/cli/shard.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace procession::cli {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Shard, is_a_part_of_a_whole) {
  const base::Result<Shard> shard = read_shard("2/4");
  ASSERT_TRUE(shard);
  EXPECT_EQ(shard->number, 2u);
  EXPECT_EQ(shard->count, 4u);
  for (const char* const wrong : {"", "2", "0/4", "5/4", "1/0", "2/4x", "-1/4", "a/b", "1/4/4"}) {
    EXPECT_FALSE(read_shard(wrong)) << wrong;
  }
}

TEST(Shard, has_every_id_once) {
  std::vector<int> sizes(4);
  for (int i = 0; i < 1000; ++i) {
    const std::string id = fmt::format("scenarios/group/file-{}.yaml[way={}]", i / 2, i % 2);
    int found = 0;
    for (std::uint32_t k = 1; k <= 4; ++k) {
      const bool here = is_in({k, 4}, id);
      found += here ? 1 : 0;
      sizes[k - 1] += here ? 1 : 0;
    }
    EXPECT_EQ(found, 1) << id;
  }
  EXPECT_THAT(sizes, Each(Gt(150))) << "of 250 on the average";
}

// What a version of Procession puts there, all others look for there.
TEST(Shard, of_an_id_stays_the_same) {
  const auto shard_of = [](std::string_view id) {
    std::uint32_t number = 1;
    while (!is_in({number, 1000}, id)) {
      ++number;
    }
    return number;
  };
  EXPECT_EQ(shard_of("a.yaml"), 780u);
  EXPECT_EQ(shard_of("scenarios/tutorial/sync-join.yaml"), 105u);
}

TEST(Repeat, is_a_number_or_until_something_fails) {
  EXPECT_EQ(read_repeat("7")->most, 7u);
  EXPECT_FALSE(read_repeat("7")->until_fail);
  EXPECT_EQ(read_repeat("until-fail")->most, std::nullopt);
  EXPECT_TRUE(read_repeat("until-fail")->until_fail);
  EXPECT_EQ(read_repeat("until-fail:9")->most, 9u);
  EXPECT_TRUE(read_repeat("until-fail:9")->until_fail);
  for (const char* const wrong : {"", "0", "-1", "until", "until-fail:", "until-fail:0", "x"}) {
    EXPECT_FALSE(read_repeat(wrong)) << wrong;
  }
}

TEST(Rounds, end_after_as_many_as_were_asked_for) {
  Rounds rounds({3, false}, 5, false);
  EXPECT_TRUE(rounds.repeats());
  EXPECT_EQ(rounds.next().number, 1u);
  EXPECT_TRUE(rounds.goes_on(false));
  EXPECT_EQ(rounds.next().number, 2u);
  EXPECT_TRUE(rounds.goes_on(true));
  const Round third = rounds.next();
  EXPECT_EQ(third.number, 3u);
  EXPECT_EQ(third.seed, 5u) << "not shuffled: always the same";
  EXPECT_FALSE(rounds.goes_on(true));
  EXPECT_EQ(rounds.summary(), "\n3 rounds: 2 failed, first round 2 (seed 5)\n");
}

TEST(Rounds, until_something_fails_end_there) {
  Rounds rounds({std::nullopt, true}, 8, true);
  EXPECT_EQ(rounds.next().seed, 8u);
  EXPECT_TRUE(rounds.goes_on(false));
  EXPECT_EQ(rounds.next().seed, 9u) << "each round in another order, which its seed tells";
  EXPECT_FALSE(rounds.goes_on(true));
}

TEST(Rounds, have_seed_0_unless_told_otherwise) {
  EXPECT_EQ(Rounds({}, std::nullopt, false).next().seed, 0u);
  EXPECT_FALSE(Rounds({}, std::nullopt, false).repeats());
}

TEST(ShellWords, are_those_of_a_shell) {
  EXPECT_THAT(*shell_words(""), IsEmpty());
  EXPECT_THAT(*shell_words("  -j 2\t--filter='a b*'\n"), ElementsAre("-j", "2", "--filter=a b*"));
  EXPECT_THAT(*shell_words(R"("a \" b" '\' c\ d '' x"y"z)"),
              ElementsAre("a \" b", "\\", "c d", "", "xyz"));
  EXPECT_THAT(shell_words("a 'b").error().message, HasSubstr("' has no end"));
}

}  // namespace
}  // namespace procession::cli
