// SPDX-License-Identifier: MIT
#include "harness/load/upper.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace procession::load {
namespace {

std::string upper(std::string_view text) {
  std::string copy(text);
  EXPECT_EQ(to_upper(copy), copy.size());
  return copy;
}

TEST(Upper, ChangesLettersOfThreeAlphabets) {
  EXPECT_EQ(upper("hello, World 42!"), "HELLO, WORLD 42!");
  EXPECT_EQ(upper("àéîõüøþÿµ"), "ÀÉÎÕÜØÞŸΜ");
  EXPECT_EQ(upper("αβγδεζηθικλμνξοπρςστυφχψωάέήίόύώ"), "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΣΤΥΦΧΨΩΆΈΉΊΌΎΏ");
  EXPECT_EQ(upper("привет, ёжик, ђџ"), "ПРИВЕТ, ЁЖИК, ЂЏ");
}

TEST(Upper, SharpSBecomesTwoLettersOfOneByteEach) { EXPECT_EQ(upper("straße"), "STRASSE"); }

TEST(Upper, LeavesWhatIsNoSmallLetter) {
  EXPECT_EQ(upper("÷×ÀΑЯ€語😀ΐ"), "÷×ÀΑЯ€語😀ΐ");
  const std::string broken = "\xC3(\x80\xFF\xE2\x82";
  EXPECT_EQ(upper(broken), broken);
}

TEST(Upper, EveryTwoByteCharacterKeepsTwoBytes) {
  for (unsigned code = 0x80; code < 0x800; ++code) {
    std::string text = {static_cast<char>(0xC0 | (code >> 6)),
                        static_cast<char>(0x80 | (code & 0x3F))};
    ASSERT_EQ(to_upper(text), 2u);
    const std::string once = text;
    ASSERT_EQ(to_upper(text), 2u);
    EXPECT_EQ(text, once) << "a capital has no capital: U+" << std::hex << code;
  }
}

// Wherever a text is cut, the parts come out as the whole does.
TEST(Upper, HalfALetterIsKeptForTheNextPart) {
  const std::string whole = "aßb ёж πi";
  const std::string expected = upper(whole);
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    std::string first = whole.substr(0, cut);
    const std::size_t done = to_upper(first);
    std::string rest = first.substr(done) + whole.substr(cut);
    EXPECT_LE(first.size() - done, 1u);
    EXPECT_EQ(first.substr(0, done) + upper(rest), expected) << "cut at " << cut;
  }
}

}  // namespace
}  // namespace procession::load
