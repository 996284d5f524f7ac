// SPDX-License-Identifier: MIT
#pragma once
// Text from files and processes made safe to show: valid UTF-8 without control characters. Pure.

#include <string>
#include <string_view>

namespace procession::report {

// Bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string valid_utf8(std::string_view text);

// valid_utf8, and control characters become `\n`, `\t`, `\x1b`, `\u009b`: one line that cannot
// drive a terminal. So do characters that turn round how others are read (U+202A to U+202E, U+2066
// to U+2069): a line looks like what it is.
[[nodiscard]] std::string printable(std::string_view text);

// How many characters a terminal needs for valid UTF-8, taking each code point for one.
[[nodiscard]] std::size_t columns_of(std::string_view text);

// The first `columns` characters; what is cut off shows as "…".
[[nodiscard]] std::string cut_to(std::string_view text, std::size_t columns);

}  // namespace procession::report
