// SPDX-License-Identifier: MIT
#include "harness/base/text.h"

#include <gtest/gtest.h>

namespace procession::base {
namespace {

using namespace std::chrono_literals;

TEST(NearestWord, finds_a_swap_and_a_missing_letter) {
  const std::string_view words[] = {"start", "join", "terminate"};
  EXPECT_EQ(nearest_word("jion", words), "join");
  EXPECT_EQ(nearest_word("terminat", words), "terminate");
}

TEST(NearestWord, keeps_silent_when_nothing_is_near) {
  const std::string_view words[] = {"start", "join"};
  EXPECT_EQ(nearest_word("xylophone", words), std::nullopt);
}

TEST(EnumerateWords, puts_the_last_one_apart) {
  const std::string words[] = {"a", "b", "c"};
  EXPECT_EQ(enumerate_words(words), "a, b and c");
  EXPECT_EQ(enumerate_words(std::span(words).first(1)), "a");
  EXPECT_EQ(enumerate_words(std::span(words).first(2), "or"), "a or b");
}

TEST(Split, keeps_empty_parts) {
  EXPECT_EQ(split("a//b", '/'), (std::vector<std::string_view>{"a", "", "b"}));
}

TEST(Trim, takes_white_space_from_both_ends) {
  EXPECT_EQ(trim(" \ta b\n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
}

TEST(Utf8, accepts_all_planes_and_names_the_first_bad_byte) {
  EXPECT_EQ(first_invalid_utf8("a é 你 🚀"), std::nullopt);
  EXPECT_EQ(first_invalid_utf8("ab\xFF"), 2u);
  EXPECT_EQ(first_invalid_utf8("\xC0\xAF"), 0u) << "overlong";
  EXPECT_EQ(first_invalid_utf8("\xED\xA0\x80"), 0u) << "surrogate";
  EXPECT_EQ(first_invalid_utf8("a\xE4\xBD"), 1u) << "cut off";
}

TEST(FormatDuration, shows_three_digits_at_most) {
  EXPECT_EQ(format_duration(812us), "812 µs");
  EXPECT_EQ(format_duration(2500us), "2.5 ms");
  EXPECT_EQ(format_duration(10s), "10 s");
  EXPECT_EQ(format_duration(0ns), "0 ns");
  EXPECT_EQ(format_duration(-1500ns), "-1.5 µs");
}

}  // namespace
}  // namespace procession::base
