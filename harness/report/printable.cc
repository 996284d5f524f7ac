// SPDX-License-Identifier: MIT
#include "harness/report/printable.h"

#include "harness/base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace procession::report {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// A character of several bytes that shows nothing, but does something.
struct Control {
  std::size_t size = 0;  // bytes; 0: there is none
  unsigned point = 0;
};

unsigned low_bits(char byte) { return static_cast<unsigned char>(byte) & 0x3FU; }

// At the start of valid UTF-8: C1, or one that changes the direction of writing.
Control control_at(std::string_view text) {
  if (text.size() >= 2 && text[0] == '\xC2' && low_bits(text[1]) < 0x20) {
    return {2, 0x80 + low_bits(text[1])};
  }
  if (text.size() >= 3 && text[0] == '\xE2' && (text[1] == '\x80' || text[1] == '\x81')) {
    const unsigned point = 0x2000 + (low_bits(text[1]) << 6) + low_bits(text[2]);
    if ((point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069)) {
      return {3, point};
    }
  }
  return {};
}

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
  const std::string valid = valid_utf8(text);
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const auto byte = static_cast<unsigned char>(valid[i]);
    if (const Control control = control_at(std::string_view(valid).substr(i)); control.size > 0) {
      shown += fmt::format("\\u{:04x}", control.point);
      i += control.size - 1;
    } else if (byte == '\n') {
      shown += "\\n";
    } else if (byte == '\t') {
      shown += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      shown += fmt::format("\\x{:02x}", byte);
    } else {
      shown += valid[i];
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
