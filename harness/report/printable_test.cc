// SPDX-License-Identifier: MIT
#include "harness/report/printable.h"

#include <gtest/gtest.h>

namespace procession::report {
namespace {

TEST(Printable, cannot_drive_a_terminal) {
  EXPECT_EQ(printable("a\x1b[2Jb\tc\nd\x7F"), "a\\x1b[2Jb\\tc\\nd\\x7f");
}

TEST(Printable, turns_no_text_round) {
  EXPECT_EQ(printable("\u202Etxt.exe\u2066"), "\\u202etxt.exe\\u2066");
  EXPECT_EQ(printable("a\u009Bb\u0085"), "a\\u009bb\\u0085");
  EXPECT_EQ(printable("\u00A0\u2029é…€"), "\u00A0\u2029é…€");
}

TEST(Printable, replaces_each_byte_that_is_not_utf8) {
  EXPECT_EQ(valid_utf8("a\xFF\xFEz"), "a\uFFFD\uFFFDz");
  EXPECT_EQ(valid_utf8("é 🚀"), "é 🚀");
}

TEST(CutTo, counts_characters_not_bytes) {
  EXPECT_EQ(cut_to("ééé", 3), "ééé");
  EXPECT_EQ(cut_to("éééé", 3), "éé…");
  EXPECT_EQ(cut_to("ab", 1), "…");
  EXPECT_EQ(cut_to("ab", 0), "");
}

}  // namespace
}  // namespace procession::report
