// SPDX-License-Identifier: MIT
#include "harness/scenario/diagnostics.h"

#include "harness/base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace procession::scenario {

namespace {

auto everything(const Diagnostic& diagnostic) {
  return std::tie(diagnostic.at.line, diagnostic.at.column, diagnostic.message, diagnostic.help);
}

// The characters of a line, each as UTF-8 that a terminal can show: bytes that are no UTF-8 and
// control characters other than tabs become U+FFFD.
std::vector<std::string> printable_characters(std::string_view line) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::vector<std::string> characters;
  while (!line.empty()) {
    std::size_t size = 1;
    while (size < line.size() && (static_cast<unsigned char>(line[size]) & 0xC0) == 0x80) {
      ++size;
    }
    const std::string_view character = line.substr(0, size);
    const auto first = static_cast<unsigned char>(character.front());
    const bool control = (first < 0x20 && first != '\t') || first == 0x7F;
    const bool shown = !control && !base::first_invalid_utf8(character);
    characters.emplace_back(shown ? character : kReplacement);
    line.remove_prefix(size);
  }
  return characters;
}

// The line and a caret under its `column`. Of a long line only the part round the column.
std::string excerpt(std::string_view line, int column) {
  constexpr std::size_t kWidest = 120;
  const std::vector<std::string> characters = printable_characters(line);
  const std::size_t caret = std::min(static_cast<std::size_t>(column - 1), characters.size());
  const bool cut = characters.size() > kWidest;
  const std::size_t first = cut && caret > kWidest / 2 ? caret - kWidest / 2 : 0;
  const std::size_t last = cut ? std::min(first + kWidest, characters.size()) : characters.size();
  std::string shown = first > 0 ? "…" : "";
  std::string under = first > 0 ? " " : "";
  for (std::size_t i = first; i < last; ++i) {
    shown += characters[i];
    if (i < caret) {
      under += characters[i] == "\t" ? "\t" : " ";
    }
  }
  return fmt::format("\n  {}{}\n  {}^", shown, last < characters.size() ? "…" : "", under);
}

}  // namespace

void Diagnostics::sort_by_position() {
  std::ranges::stable_sort(found_, [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.at.line, a.at.column) < std::tie(b.at.line, b.at.column);
  });
  std::vector<Diagnostic> distinct;
  for (Diagnostic& diagnostic : found_) {
    // Repetitions share their position, so they are among the last few.
    const auto same_place =
        std::find_if(distinct.rbegin(), distinct.rend(), [&](const Diagnostic& other) {
          return other.at.line != diagnostic.at.line || other.at.column != diagnostic.at.column;
        }).base();
    const bool repeated = std::any_of(same_place, distinct.end(), [&](const Diagnostic& other) {
      return everything(other) == everything(diagnostic);
    });
    if (!repeated) {
      distinct.push_back(std::move(diagnostic));
    }
  }
  found_ = std::move(distinct);
}

std::string to_string(const Diagnostic& diagnostic, std::string_view file,
                      const std::vector<std::string>& lines) {
  const Position at = diagnostic.at;
  std::string text(file);
  if (at.line > 0) {
    text += fmt::format(":{}:{}", at.line, at.column);
  }
  text += ": " + diagnostic.message;
  if (!diagnostic.help.empty()) {
    text += "; " + diagnostic.help;
  }
  const bool has_line = at.line > 0 && static_cast<std::size_t>(at.line) <= lines.size();
  if (has_line && at.column > 0) {
    text += excerpt(lines[static_cast<std::size_t>(at.line) - 1], at.column);
  }
  return text;
}

}  // namespace procession::scenario
