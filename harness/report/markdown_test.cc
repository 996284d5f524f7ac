// SPDX-License-Identifier: MIT
#include "harness/report/markdown.h"

#include "harness/base/text.h"
#include "harness/report/golden_test.h"
#include "harness/report/markdown_text.h"
#include "harness/report/result_samples_test.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace procession::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(Markdown, golden) { expect_golden("full.md", to_markdown(full_session())); }

TEST(Markdown, says_first_how_it_went) {
  SessionResult session;
  session.scenarios = {held_scenario(), held_scenario()};
  EXPECT_THAT(to_markdown(session), StartsWith("## ✅ 2 scenarios, none failed\n"));
  session.scenarios.push_back(broken_scenario());
  EXPECT_THAT(to_markdown(session), StartsWith("## ❌ 1 of 3 scenarios failed\n"));
  EXPECT_THAT(to_markdown({}), StartsWith("## ✅ 0 scenarios, none failed\n"));
}

SessionResult large_session(std::size_t failures) {
  SessionResult session = full_session();
  for (std::size_t i = 0; i < failures; ++i) {
    session.scenarios.push_back(broken_scenario());
    session.scenarios.push_back(load_scenario());
  }
  return session;
}

TEST(Markdown, is_never_larger_than_github_takes) {
  const std::string document = to_markdown(large_session(1000));
  EXPECT_LE(document.size(), kMarkdownLimit);
  EXPECT_GT(document.size(), kMarkdownLimit / 2);
  EXPECT_THAT(document, HasSubstr("Left out, to stay within 1024 KiB: "));
}

TEST(Markdown, leaves_out_whole_items_and_says_how_many) {
  SessionResult session;
  session.scenarios.assign(10, broken_scenario());
  const std::string all = to_markdown(session);
  const std::string part = to_markdown(session, 6000);
  EXPECT_LE(part.size(), 6000);
  const auto count = [](std::string_view text, std::string_view of) {
    std::size_t found = 0;
    for (auto at = text.find(of); at != text.npos; at = text.find(of, at + 1)) {
      ++found;
    }
    return found;
  };
  EXPECT_EQ(count(all, "\n#### "), 10);
  const std::size_t shown = count(part, "\n#### ");
  EXPECT_GT(shown, 0);
  EXPECT_EQ(count(part, "```"), 2 * shown);
  EXPECT_EQ(count(part, "<details>"), count(part, "</details>"));
  EXPECT_THAT(part, HasSubstr(fmt::format("Left out, to stay within 5 KiB: {} of 10 failures",
                                          10 - shown)));
}

TEST(Markdown, holds_neither_nan_nor_infinity) {
  SessionResult session;
  session.scenarios = {hostile_scenario()};
  session.scenarios[0].outcome = Outcome::AsExpected;
  EXPECT_THAT(to_markdown(session), Not(HasSubstr("nan")));
  EXPECT_THAT(to_markdown(session), Not(HasSubstr("inf")));
}

TEST(MarkdownProse, has_no_effect) {
  EXPECT_EQ(markdown_prose("<b> & *c* | `d`"), "&#60;b&#62; &#38; &#42;c&#42; &#124; &#96;d&#96;");
  EXPECT_EQ(markdown_prose("@you a@b.c #12 :tada: x://y www.z"),
            "@&#8203;you a@&#8203;b.c &#35;&#8203;12 :&#8203;tada: x:&#8203;//y www&#46;z");
  EXPECT_EQ(markdown_prose("order: a < b, 3. x"), "order: a &#60; b, 3. x");
  EXPECT_EQ(markdown_prose("a\nb\x1b"), "a&#92;nb&#92;x1b");
  EXPECT_EQ(markdown_prose("回聲"), "回聲");
}

TEST(MarkdownCode, is_held_by_back_quotes_or_by_an_element) {
  EXPECT_EQ(markdown_code("a < b & <i>"), "`a < b & <i>`");
  EXPECT_EQ(markdown_code(""), "");
  EXPECT_EQ(markdown_code("`|</code>"), "<code>&#96;&#124;&#60;&#47;code&#62;</code>");
}

TEST(MarkdownCodeBlock, cannot_be_ended_from_within) {
  EXPECT_EQ(markdown_code_block("a\n````\n"), "`````text\na\n````\n`````\n");
  EXPECT_EQ(markdown_code_block("\x1b[0m"), "```text\n\\x1b[0m\n```\n");
}

TEST(MarkdownCodeBlock, is_cut_if_it_is_long) {
  std::string lines;
  for (int i = 0; i < 1000; ++i) {
    lines += std::string(1000, 'x') + "\n";
  }
  const std::string block = markdown_code_block(lines);
  EXPECT_THAT(block, HasSubstr("x…\n… and 880 more lines\n```\n"));
  EXPECT_LT(block.size(), 60'000);
}

}  // namespace
}  // namespace procession::report
