// SPDX-License-Identifier: MIT
#pragma once
// Text helpers that more than one folder needs: pure functions on UTF-8 text.

#include "harness/base/time.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace procession::base {

// The candidate nearest to `word` by edits (insert, delete, replace, swap of neighbours); none if
// even the best needs more than a third of the word's length, at least 2. Ties: the first.
[[nodiscard]] std::optional<std::string> nearest_word(std::string_view word,
                                                      std::span<const std::string_view> candidates);

// "a, b and c"; `last` stands between the last two.
[[nodiscard]] std::string enumerate_words(std::span<const std::string> words,
                                          std::string_view last = "and");

[[nodiscard]] std::string join_words(std::span<const std::string> words, std::string_view between);

[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char at);

[[nodiscard]] std::string_view trim(std::string_view text);

// The offset of the first byte that is not part of valid UTF-8 (RFC 3629), or none.
[[nodiscard]] std::optional<std::size_t> first_invalid_utf8(std::string_view text);

// For people: "812 µs", "2.5 ms", "10 s"; three significant digits at most.
[[nodiscard]] std::string format_duration(Duration length);

}  // namespace procession::base
