// SPDX-License-Identifier: MIT
#include "harness/report/markdown_text.h"

#include "harness/base/text.h"
#include "harness/report/printable.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <vector>

namespace procession::report {

namespace {

constexpr std::size_t kLongestLine = 400;  // columns
constexpr std::size_t kMostLines = 120;
constexpr std::string_view kBreak = "&#8203;";  // zero-width space

std::string reference(char c) { return fmt::format("&#{};", static_cast<int>(c)); }

std::string with_references(std::string_view text, std::string_view special) {
  std::string escaped;
  for (const char c : text) {
    escaped += special.find(c) == std::string_view::npos ? std::string(1, c) : reference(c);
  }
  return escaped;
}

// Where GitHub looks for a name, a number of an issue, an emoji or a link.
bool begins_a_link(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at + 1);
  const bool goes_on = !rest.empty() && std::isspace(static_cast<unsigned char>(rest.front())) == 0;
  return goes_on && (text[at] == '@' || text[at] == '#' || text[at] == ':');
}

// What GFM takes for a link as it stands in the document (spec §6.9).
bool ends_www(std::string_view text, std::size_t at) {
  return text[at] == '.' && text.substr(0, at).ends_with("www");
}

std::size_t longest_run(std::string_view text, char of) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == of ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

}  // namespace

std::string markdown_prose(std::string_view text) {
  const std::string shown = printable(text);
  std::string escaped;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    escaped += ends_www(shown, i)
                   ? reference('.')
                   : with_references(std::string_view(shown).substr(i, 1), "&<>\"'\\`*_[]|~$#");
    if (begins_a_link(shown, i)) {
      escaped += kBreak;
    }
  }
  return escaped;
}

std::string markdown_code(std::string_view text) {
  const std::string shown = printable(text);
  if (shown.empty()) {
    return shown;
  }
  if (shown.find_first_of("`|\\") == std::string::npos) {
    return "`" + shown + "`";
  }
  return "<code>" + with_references(shown, "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~") + "</code>";
}

std::string markdown_code_block(std::string_view text) {
  std::vector<std::string_view> lines = base::split(text, '\n');
  if (!lines.empty() && lines.back().empty()) {
    lines.pop_back();
  }
  const std::size_t shown = std::min(lines.size(), kMostLines);
  std::string block;
  for (std::size_t i = 0; i < shown; ++i) {
    block += cut_to(printable(lines[i]), kLongestLine) + "\n";
  }
  if (shown < lines.size()) {
    block += fmt::format("… and {} more lines\n", lines.size() - shown);
  }
  const std::string fence(std::max<std::size_t>(3, longest_run(block, '`') + 1), '`');
  return fence + "text\n" + block + fence + "\n";
}

}  // namespace procession::report
