// SPDX-License-Identifier: MIT
#include "harness/report/printable.h"

#include "harness/base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace procession::report {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (const auto bad = base::first_invalid_utf8(text)) {
    valid.append(text.substr(0, *bad));
    valid.append(kReplacement);
    text.remove_prefix(*bad + 1);
  }
  return valid.append(text);
}

std::string printable(std::string_view text) {
  std::string shown;
  for (const char c : valid_utf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      shown += "\\n";
    } else if (c == '\t') {
      shown += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      shown += fmt::format("\\x{:02x}", byte);
    } else {
      shown += c;
    }
  }
  return shown;
}

std::size_t columns_of(std::string_view text) {
  return text.size() -
         static_cast<std::size_t>(std::count_if(text.begin(), text.end(), continues_character));
}

std::string cut_to(std::string_view text, std::size_t columns) {
  if (columns_of(text) <= columns) {
    return std::string(text);
  }
  if (columns == 0) {
    return {};
  }
  std::size_t size = 0;
  for (std::size_t kept = 0; kept < columns - 1; ++kept) {
    ++size;
    while (continues_character(text[size])) {
      ++size;
    }
  }
  return std::string(text.substr(0, size)) + "…";
}

}  // namespace procession::report
