// SPDX-License-Identifier: MIT
#include "harness/scenario/tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace procession::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// "line:column message; help" of everything that is wrong with a text.
std::vector<std::string> problems_of(std::string_view text) {
  const SourceText source(text);
  Diagnostics problems;
  if (source.check(problems)) {
    (void)read_tree(source, problems);
  }
  problems.sort_by_position();
  std::vector<std::string> lines;
  for (const Diagnostic& found : problems.found()) {
    lines.push_back(std::to_string(found.at.line) + ":" + std::to_string(found.at.column) + " " +
                    found.message + (found.help.empty() ? "" : "; " + found.help));
  }
  return lines;
}

Node tree_of(std::string_view text) {
  const SourceText source(text);
  Diagnostics problems;
  EXPECT_TRUE(source.check(problems));
  std::optional<Node> root = read_tree(source, problems);
  EXPECT_TRUE(problems.empty()) << problems.found()[0].message;
  return root ? *root : Node{};
}

std::string repeat(std::string_view part, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) {
    text += part;
  }
  return text;
}

TEST(Tree, KeepsScalarsAsTheyAreWritten) {
  const Node root = tree_of("[yes, on, 010, 1:30, null, ~, NULL, 0x1F, 'true', \"a\\tb\", x y]");
  std::vector<std::string> texts;
  for (const Node& item : root.items) {
    EXPECT_TRUE(item.is_scalar());
    texts.push_back(item.text);
  }
  EXPECT_THAT(texts, ElementsAre("yes", "on", "010", "1:30", "null", "~", "NULL", "0x1F", "true",
                                 "a\tb", "x y"));
  EXPECT_FALSE(root.items[0].quoted);
  EXPECT_TRUE(root.items[8].quoted);
}

TEST(Tree, TellsAnAbsentValueFromTheWordNull) {
  const Node root = tree_of("a:\nnull: 3\nb: null\nc:\n");
  ASSERT_EQ(root.entries.size(), 4u);
  EXPECT_TRUE(root.entries[0].value.is_empty());
  EXPECT_EQ(root.entries[0].value.at.line, 1);
  EXPECT_EQ(root.entries[1].key.text, "null");
  EXPECT_EQ(root.entries[2].value.text, "null");
  EXPECT_TRUE(root.entries[3].value.is_empty());
}

TEST(Tree, CountsColumnsInCharacters) {
  const Node root = tree_of("- {ü: \"é\", key: x}\r\n- |\n  text\n");
  const Entry& second = root.items[0].entries[1];
  EXPECT_EQ(second.key.at.line, 1);
  EXPECT_EQ(second.key.at.column, 12);
  EXPECT_EQ(root.items[0].entries[0].value.at.column, 7);
  EXPECT_EQ(root.items[0].entries[0].value.text_at.column, 8);
  EXPECT_EQ(root.items[1].text, "text\n");
}

TEST(Tree, AcceptsAByteOrderMarkAndCommentsOnTheirOwnLines) {
  const Node root =
      tree_of("\xEF\xBB\xBF# about\na: # the list\n  # more\n  - 'x' # quoted\n  - b\n");
  EXPECT_EQ(root.entries[0].key.at.column, 1);
  EXPECT_EQ(root.entries[0].value.items.size(), 2u);
}

TEST(Tree, AcceptsPlainTextOnSeveralLines) {
  const Node root = tree_of("about: one\n  two#three\n\n  four -five\nb: c\n");
  EXPECT_EQ(root.entries[0].value.text, "one two#three\nfour -five");
}

TEST(Tree, RefusesACommentAfterUnquotedText) {
  const std::string help = "; quote the text or put the comment on its own line";
  EXPECT_THAT(problems_of("a: b # c\n"), ElementsAre("1:6 a comment after unquoted text" + help));
  EXPECT_THAT(problems_of("a: [é, d # c\n ]\n"),
              ElementsAre("1:10 a comment after unquoted text" + help));
  EXPECT_THAT(problems_of("a: one\n  two\t# c\nb: x #\n"),
              ElementsAre("2:7 a comment after unquoted text" + help,
                          "3:6 a comment after unquoted text" + help));
}

TEST(Tree, RefusesAnItemThatHasSlippedIntoTheTextAbove) {
  EXPECT_THAT(
      problems_of("a:\n- b\n - c\n"),
      ElementsAre("3:2 this line goes on with the text of line 2; indent the `-` like those "
                  "above, or quote the text"));
}

TEST(Tree, ReportsEveryDuplicateKeyAndGoesOn) {
  EXPECT_THAT(
      problems_of("a: 1\nb: {c: 1, c: 2}\na: 3\n"),
      ElementsAre("2:11 the key `c` is already on line 2", "3:1 the key `a` is already on line 1"));
}

TEST(Tree, RefusesTagsAnchorsAndAliases) {
  EXPECT_THAT(problems_of("a: !!str b\nc: ! d\ne: !x [f]\n"),
              ElementsAre(HasSubstr("1:4 a tag"), HasSubstr("2:4 a tag"), HasSubstr("3:4 a tag")));
  EXPECT_THAT(problems_of("a: &x b\nc: &y [d]\n"),
              ElementsAre(HasSubstr("1:4 an anchor `&x`"), HasSubstr("2:4 an anchor `&y`")));
  EXPECT_THAT(problems_of("a: &x b\nc: *x\n"),
              ElementsAre(HasSubstr("1:4 an anchor"), HasSubstr("2:4 an alias")));
  EXPECT_THAT(problems_of("a: *x\n"), ElementsAre(HasSubstr("1:4 an alias")));
}

TEST(Tree, StopsAtTheFirstAliasOfABomb) {
  std::string bomb = "a0: &a0 [x]\n";
  for (int i = 1; i < 100; ++i) {
    const std::string alias = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + alias +
            repeat(", " + alias, 8) + "]\n";
  }
  const auto problems = problems_of(bomb);
  ASSERT_EQ(problems.size(), 3u);
  EXPECT_THAT(problems[2], HasSubstr("2:10 an alias"));
}

TEST(Tree, RefusesDeepNestingWithoutDescendingIntoIt) {
  const auto kDeep = HasSubstr("nested deeper than 64 levels");
  for (const int depth : {65, 20'000, 300'000}) {
    EXPECT_THAT(problems_of(repeat("[", depth) + repeat("]", depth)), ElementsAre(kDeep));
    EXPECT_THAT(problems_of(repeat("- ", depth)), ElementsAre(kDeep));
    // yaml-cpp takes a bracket that nothing closes for a key.
    EXPECT_THAT(problems_of(repeat("[", depth)), SizeIs(1));
    EXPECT_THAT(problems_of(repeat("{? ", depth)), SizeIs(1));
    EXPECT_THAT(problems_of(repeat("[a: ", depth / 2)), SizeIs(1));
  }
  EXPECT_THAT(problems_of(repeat("{a: ", 20'000) + repeat("}", 20'000)), ElementsAre(kDeep));
  std::string block;
  for (std::size_t i = 0; i < 1'000; ++i) {
    block += std::string(i, ' ') + "a:\n";
  }
  EXPECT_THAT(problems_of(block), ElementsAre("65:65 nested deeper than 64 levels"));
  EXPECT_THAT(problems_of(repeat("[", 64) + repeat("]", 64)), IsEmpty());
}

TEST(Tree, CountsItems) {
  EXPECT_THAT(problems_of("[" + repeat("a,", 9'999) + "]"), IsEmpty());
  EXPECT_THAT(problems_of("[" + repeat("a,", 10'001) + "]"),
              ElementsAre(HasSubstr("more than 10000 items")));
}

TEST(Tree, RefusesASecondDocumentAndDirectives) {
  EXPECT_THAT(problems_of("a: b\n---\nc: d\n"),
              ElementsAre("2:1 a second document begins here; one file holds one scenario"));
  EXPECT_THAT(problems_of("[a]\nb: c\n"), ElementsAre(HasSubstr("2:1 a second document")));
  EXPECT_THAT(problems_of("# x\n%YAML 1.2\n---\na: b\n"),
              ElementsAre(HasSubstr("2:1 a YAML directive")));
  EXPECT_THAT(problems_of("---\na: b\n...\n"), IsEmpty());
}

TEST(Tree, RefusesBytesThatAreNoText) {
  using std::string_literals::operator""s;
  EXPECT_THAT(problems_of("a: b\0c\n"s), ElementsAre(HasSubstr("1:5 a NUL byte")));
  EXPECT_THAT(problems_of("a: b\x04\nc: d\n"), ElementsAre(HasSubstr("character 0x04")));
  EXPECT_THAT(problems_of("a: b\rc: d\n"), ElementsAre(HasSubstr("character 0x0D")));
  EXPECT_THAT(problems_of("é: \xC3(\n"), ElementsAre(HasSubstr("1:4 a byte that is not part")));
  EXPECT_THAT(problems_of("a: \"x\\0y\"\n"), ElementsAre("1:4 a NUL character in a text"));
}

TEST(Tree, RefusesEmptyFiles) {
  EXPECT_THAT(problems_of(""), ElementsAre(HasSubstr("0:0 the file is empty")));
  EXPECT_THAT(problems_of("\n \n"), ElementsAre(HasSubstr("0:0 the file is empty")));
  EXPECT_THAT(problems_of("# nothing\n"), ElementsAre(HasSubstr("the file holds only comments")));
}

TEST(Tree, SaysWhatIsBehindAnErrorOfYaml) {
  EXPECT_THAT(problems_of("- {join: worker[2], timeout: 1s}\n"),
              ElementsAre(HasSubstr("1:16 `}` or `,` is missing; inside [ ] and { } quote")));
  EXPECT_THAT(problems_of("- [${x}, b]\n"), ElementsAre(HasSubstr("quote what holds [ ] { }")));
  EXPECT_THAT(problems_of("a: b: c\n"), ElementsAre(HasSubstr("quote a text that holds `: `")));
  EXPECT_THAT(problems_of("a:\n\t- b\n"),
              ElementsAre("2:2 a tab in front of the line's text; indent with spaces"));
  EXPECT_THAT(problems_of("a: \"b\nc: d\n"),
              ElementsAre("1:4 a quoted text without a closing quote"));
  EXPECT_THAT(problems_of("a: 'it''s\n"), ElementsAre("1:4 a quoted text without a closing quote"));
  EXPECT_THAT(problems_of("a: @b\n"), ElementsAre(HasSubstr("cannot begin with this character")));
  EXPECT_THAT(problems_of("? [a]\n: b\n"), ElementsAre(HasSubstr("a key that is no text")));
  EXPECT_THAT(problems_of(": b\n"), ElementsAre("1:1 a key is missing in front of `:`"));
  EXPECT_THAT(problems_of("a:\n  - b\n c: d\n"),
              ElementsAre(HasSubstr("3:2 this is no key of the map above")));
}

}  // namespace
}  // namespace procession::scenario
