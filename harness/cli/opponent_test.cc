// SPDX-License-Identifier: MIT
#include "harness/cli/opponent.h"

#include "harness/cli/program_test.h"
#include "harness/cli/select.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace procession::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr const char* kMatrix = R"(scenario: x
matrix: {n: [1, 2, 3], word: [a, b]}
processes:
  main:
    - print: ${word} ${n}
)";
constexpr const char* kPlain = "scenario: x\nprocesses:\n  main:\n    - print: x\n";

class Opponents : public testing::Test {
 protected:
  std::vector<scenario::Scenario> selected(const std::vector<std::string>& paths) {
    Selector selector;
    selector.paths = paths;
    base::Result<Selection> selection = select(selector);
    EXPECT_TRUE(selection);
    return std::move(selection->scenarios);
  }

  // "1a-2a": short for what fights what.
  std::vector<std::string> duels(const std::string& path, const std::string& other) {
    const base::Result<Opponent> opponent = find_opponent(selected({path}), other);
    EXPECT_TRUE(opponent) << opponent.error().message;
    std::vector<std::string> all;
    for (const Duel& duel : opponent ? opponent->duels : std::vector<Duel>()) {
      all.push_back(tail(duel.base) + "-" + tail(duel.changed));
    }
    return all;
  }
  static std::string tail(const std::string& id) {
    const std::size_t bracket = id.find('[');
    return bracket == id.npos ? id.substr(id.rfind('/') + 1) : id.substr(bracket);
  }

  std::string message(const std::string& path, const std::string& other) {
    const base::Result<Opponent> opponent = find_opponent(selected({path}), other);
    EXPECT_FALSE(opponent);
    EXPECT_EQ(opponent.error().kind, base::ErrorKind::BadInput);
    return opponent.error().message;
  }

  Folder folder_;
  std::string matrix_ = folder_.write("m.yaml", kMatrix);
  std::string plain_ = folder_.write("p.yaml", kPlain);
  std::string other_ = folder_.write("q.yaml", kPlain);
};

TEST_F(Opponents, of_a_matrix_differ_in_that_key_only) {
  EXPECT_THAT(duels(matrix_ + "[n=1,word=a]", "n=2"), ElementsAre("[n=1,word=a]-[n=2,word=a]"));
  EXPECT_THAT(duels(matrix_ + "[n=1,word=a]", "n=2,word=b"),
              ElementsAre("[n=1,word=a]-[n=2,word=b]"));
  EXPECT_THAT(duels(matrix_ + "[n=1,word=a]", "word=b, n=3"),
              ElementsAre("[n=1,word=a]-[n=3,word=b]"));
}

TEST_F(Opponents, of_a_whole_matrix_are_those_that_have_a_counterpart) {
  EXPECT_THAT(duels(matrix_, "word=b"),
              ElementsAre("[n=1,word=a]-[n=1,word=b]", "[n=2,word=a]-[n=2,word=b]",
                          "[n=3,word=a]-[n=3,word=b]"));
}

TEST_F(Opponents, that_are_another_scenario_are_found_by_their_matrix) {
  EXPECT_THAT(duels(plain_, other_), ElementsAre("p.yaml-q.yaml"));
  EXPECT_THAT(duels(plain_, matrix_ + "[n=1,word=a]"), ElementsAre("p.yaml-[n=1,word=a]"));
  const std::string copy = folder_.write("copy.yaml", kMatrix);
  EXPECT_EQ(duels(matrix_, copy).size(), 6u);
  EXPECT_THAT(message(plain_, matrix_),
              EndsWith("it has no instance with the matrix values of one that is selected"));
}

TEST_F(Opponents, that_are_another_build_play_the_same) {
  const std::string program = PROCESSION_BINARY_DIR "/bin/procession";
  const base::Result<Opponent> opponent = find_opponent(selected({plain_}), program);
  ASSERT_TRUE(opponent) << opponent.error().message;
  EXPECT_EQ(opponent->program, program);
  EXPECT_EQ(opponent->duels.at(0).base, opponent->duels.at(0).changed);
  const base::Result<Opponent> own = find_opponent(selected({plain_}), other_);
  EXPECT_EQ(own->program, "");
}

TEST_F(Opponents, that_do_not_exist_are_explained) {
  EXPECT_THAT(message(matrix_, "m=2"), HasSubstr("has a matrix with `m`"));
  EXPECT_THAT(message(matrix_, "n=4"), EndsWith("`n` is never `4`, but 1, 2 or 3"));
  EXPECT_THAT(message(matrix_ + "[n=1,word=a]", "n=1"),
              EndsWith("nothing that is selected differs from another instance in this only"));
  EXPECT_THAT(message(plain_, folder_.path("none.yaml")), HasSubstr("no such file or folder"));
  EXPECT_THAT(message(plain_, folder_.write("wrong.yaml", "scenario: [\n")),
              EndsWith("is wrong: `procession validate` says how"));
  EXPECT_THAT(message(plain_, "nonsense"),
              EndsWith("no build of procession, no scenario file (.yaml), no matrix value "
                       "(key=value)"));
  EXPECT_THAT(message(plain_, folder_.write("text", "no program")),
              EndsWith("this file is no program"));
}

}  // namespace
}  // namespace procession::cli
