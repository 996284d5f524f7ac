// SPDX-License-Identifier: MIT
#include "harness/scenario/source_text.h"

#include "harness/base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace procession::scenario {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kBlock = 4096;

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

std::size_t continuation_bytes(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, is_continuation));
}

// A carriage return is whole only in front of a line feed. The others are refused because YAML does
// not allow them, and because yaml-cpp reads 0x04 as the end of the file.
std::optional<std::size_t> first_control_character(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool line_end =
        byte == '\n' || (byte == '\r' && i + 1 < text.size() && text[i + 1] == '\n');
    if ((byte < 0x20 && byte != '\t' && !line_end) || byte == 0x7F) {
      return i;
    }
  }
  return std::nullopt;
}

}  // namespace

std::size_t characters_before(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  return before.size() - continuation_bytes(before);
}

SourceText::SourceText(std::string_view bytes) : text_(bytes) {
  if (text_.starts_with(kByteOrderMark)) {
    text_.remove_prefix(kByteOrderMark.size());
  }
  for (std::string_view line : base::split(text_, '\n')) {
    line_starts_.push_back(static_cast<std::size_t>(line.data() - text_.data()));
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    lines_.emplace_back(line);
  }
  if (text_.empty() || text_.ends_with('\n')) {
    lines_.pop_back();  // the last line's end begins no further line
  }
  std::size_t count = 0;
  for (std::size_t at = 0; at <= text_.size(); at += kBlock) {
    block_counts_.push_back(count);
    count += continuation_bytes(text_.substr(at, kBlock));
  }
}

std::size_t SourceText::continuation_bytes_before(std::size_t offset) const {
  const std::size_t block = offset / kBlock;
  return block_counts_[block] +
         continuation_bytes(text_.substr(block * kBlock, offset - block * kBlock));
}

Position SourceText::position(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto after = std::ranges::upper_bound(line_starts_, offset);
  const std::size_t start = *(after - 1);
  const std::size_t bytes = offset - start;
  const std::size_t extra =
      bytes < kBlock ? continuation_bytes(text_.substr(start, bytes))
                     : continuation_bytes_before(offset) - continuation_bytes_before(start);
  return {static_cast<int>(after - line_starts_.begin()), static_cast<int>(bytes - extra + 1)};
}

bool SourceText::check(Diagnostics& problems) const {
  if (text_.size() > kMaxBytes) {
    problems.add({}, fmt::format("the file is larger than {} KiB", kMaxBytes / 1024));
    return false;
  }
  if (base::trim(text_).empty()) {
    problems.add({}, "the file is empty", "a scenario has at least `scenario` and `processes`");
    return false;
  }
  if (const auto at = first_control_character(text_)) {
    const auto byte = static_cast<unsigned char>(text_[*at]);
    problems.add(
        position(*at),
        byte == 0 ? std::string("a NUL byte") : fmt::format("the control character 0x{:02X}", byte),
        "a scenario is plain text");
    return false;
  }
  if (const auto at = base::first_invalid_utf8(text_)) {
    problems.add(position(*at), "a byte that is not part of valid UTF-8", "save the file as UTF-8");
    return false;
  }
  return true;
}

}  // namespace procession::scenario
