// SPDX-License-Identifier: MIT
#include "harness/scenario/diagnostics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace procession::scenario {
namespace {

TEST(DiagnosticText, ShowsTheLineAndACaretUnderTheCharacter) {
  const std::vector<std::string> lines = {"a: b", "  ü: jion"};
  EXPECT_EQ(to_string({{2, 6}, "unknown verb `jion`", "did you mean `join`?"}, "x.yaml", lines),
            "x.yaml:2:6: unknown verb `jion`; did you mean `join`?\n"
            "    ü: jion\n"
            "       ^");
}

TEST(DiagnosticText, KeepsTabsSoThatTheCaretStaysBelow) {
  EXPECT_EQ(to_string({{1, 4}, "wrong", {}}, "x.yaml", {"a:\tb"}),
            "x.yaml:1:4: wrong\n"
            "  a:\tb\n"
            "    \t^");
}

TEST(DiagnosticText, ShowsOnlyWhatItHas) {
  EXPECT_EQ(to_string({{}, "no such file", {}}, "x.yaml", {}), "x.yaml: no such file");
  EXPECT_EQ(to_string({{9, 1}, "wrong", {}}, "x.yaml", {"a: b"}), "x.yaml:9:1: wrong");
}

TEST(DiagnosticText, CutsLongLinesRoundTheColumn) {
  const std::string text = to_string({{1, 501}, "wrong", {}}, "x",
                                     {std::string(500, 'a') + "!" + std::string(500, 'b')});
  EXPECT_THAT(text, testing::StartsWith("x:1:501: wrong\n  …aaa"));
  EXPECT_THAT(text, testing::HasSubstr("a!b"));
  const std::size_t line = text.find("\n  …") + 1;
  const std::size_t caret_line = text.rfind('\n') + 1;
  // "…" is one character of three bytes.
  EXPECT_EQ(text.find('!') - line - 2, text.rfind('^') - caret_line);
}

TEST(DiagnosticText, ShowsNothingThatATerminalObeys) {
  EXPECT_EQ(to_string({{1, 3}, "wrong", {}}, "x", {"a\x1B[\xC3("}),
            "x:1:3: wrong\n  a\xEF\xBF\xBD[\xEF\xBF\xBD(\n    ^");
}

TEST(Diagnostics, AreSortedAndSaidOnce) {
  Diagnostics problems;
  problems.add({3, 1}, "third");
  problems.add({1, 9}, "second");
  problems.add({1, 2}, "first");
  problems.add({3, 1}, "another");
  problems.add({3, 1}, "third");
  problems.sort_by_position();
  std::vector<std::string> messages;
  for (const Diagnostic& found : problems.found()) {
    messages.push_back(found.message);
  }
  EXPECT_THAT(messages, testing::ElementsAre("first", "second", "third", "another"));
}

}  // namespace
}  // namespace procession::scenario
