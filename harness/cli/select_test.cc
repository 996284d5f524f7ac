// SPDX-License-Identifier: MIT
#include "harness/cli/select.h"

#include "harness/cli/command_line.h"

#include <gtest/gtest.h>

namespace procession::cli {
namespace {

TEST(Glob, knows_only_two_wildcards) {
  EXPECT_TRUE(glob_matches("*", ""));
  EXPECT_TRUE(glob_matches("a?c", "abc"));
  EXPECT_TRUE(glob_matches("*[x=1]", "a.yaml[x=1]")) << "brackets are themselves";
  EXPECT_FALSE(glob_matches("[ab]", "a"));
  EXPECT_FALSE(glob_matches("a", "ab")) << "the whole id";
  EXPECT_FALSE(glob_matches("a?", "a"));
}

TEST(Glob, goes_back_to_its_last_star) {
  EXPECT_TRUE(glob_matches("*ab*abc", "ababab-abc"));
  EXPECT_FALSE(glob_matches("*ab*abc", "ababab-ab"));
}

TEST(CommandLine, can_be_given_back_to_a_shell) {
  const char* const arguments[] = {"procession", "run", "a b.yaml[x='1']", ""};
  EXPECT_EQ(command_line(4, arguments), "procession run 'a b.yaml[x='\\''1'\\'']' ''");
}

}  // namespace
}  // namespace procession::cli
