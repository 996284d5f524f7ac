// SPDX-License-Identifier: MIT
#pragma once
// Reading a text line by line, with the number of the line in front of what is wrong with it.
// Internal to this folder. Lines end with LF or CR LF.

#include "harness/base/result.h"
#include "harness/base/text.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace procession::measure {

[[nodiscard]] base::Result<> read_lines(std::string_view text, auto read_line) {
  std::size_t number = 0;
  for (std::string_view line : base::split(text, '\n')) {
    ++number;
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    if (base::Result<> read = read_line(line); !read) {
      base::Error error = read.error();
      return std::move(error).context("line " + std::to_string(number));
    }
  }
  return {};
}

}  // namespace procession::measure
