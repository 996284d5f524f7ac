// SPDX-License-Identifier: MIT
#pragma once
// Any text as a piece of GitHub Flavored Markdown that shows it and does nothing else. Each is one
// line, fit for a cell of a table too, but `code_block`. Internal to this folder. Pure.

#include <string>
#include <string_view>

namespace procession::report {

// Prose. What has a meaning in Markdown or HTML becomes a character reference, which GFM takes for
// text alone (spec §6.2). A zero-width space breaks what GitHub looks for in the text itself:
// @names, #1, :emoji:, links.
[[nodiscard]] std::string markdown_prose(std::string_view text);

// Code, of which GitHub looks for nothing: `text`, or an element with character references where
// that could not hold it. Empty for an empty text.
[[nodiscard]] std::string markdown_code(std::string_view text);

// Lines in a fenced block, which ends with a line feed. Long lines are cut, and of many lines the
// last ones, which it says.
[[nodiscard]] std::string markdown_code_block(std::string_view text);

}  // namespace procession::report
