// SPDX-License-Identifier: MIT
#pragma once
// SourceText: the bytes of a file, cut into lines, with the way from a byte to the line and column
// that a person would count. Made by the reader; borrows the bytes, which must outlive it.

#include "harness/scenario/diagnostics.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace procession::scenario {

class SourceText {
 public:
  static constexpr std::size_t kMaxBytes = 1 << 20;

  // A byte order mark at the beginning is no part of the text.
  explicit SourceText(std::string_view bytes);

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }
  // Columns count characters (code points). Beyond the end: the place after the last byte.
  [[nodiscard]] Position position(std::size_t offset) const;
  // Reports what no scenario may hold: nothing at all, more than kMaxBytes, bytes that are not
  // UTF-8, control characters. False if there was such a thing.
  [[nodiscard]] bool check(Diagnostics& problems) const;

 private:
  [[nodiscard]] std::size_t continuation_bytes_before(std::size_t offset) const;

  std::string_view text_;
  std::vector<std::string> lines_;
  std::vector<std::size_t> line_starts_;
  std::vector<std::size_t> block_counts_;  // continuation bytes before each block of the text
};

// How many characters the first `offset` bytes of `text` are.
[[nodiscard]] std::size_t characters_before(std::string_view text, std::size_t offset);

}  // namespace procession::scenario
