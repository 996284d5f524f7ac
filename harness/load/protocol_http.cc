// SPDX-License-Identifier: MIT
#include "harness/load/protocol_http.h"

#include <algorithm>
#include <charconv>

namespace procession::load {

namespace {

constexpr std::string_view kLength = "content-length:";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// FNV-1a, 64 bits.
std::uint64_t hashed(std::uint64_t hash, std::span<const char> bytes) {
  for (const char c : bytes) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100'0000'01B3;
  }
  return hash;
}

}  // namespace

std::size_t HttpReply::take(std::span<const char> bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && state_ != Complete) {
    if (state_ == Body) {
      const auto part = bytes.subspan(taken, std::min<std::size_t>(left_, bytes.size() - taken));
      hash_ = hashed(hash_, part);
      left_ -= part.size();
      taken += part.size();
      state_ = left_ == 0 ? Complete : Body;
      continue;
    }
    const char c = bytes[taken++];
    if (c == '\n') {
      end_of_line();
    } else if (c != '\r' && line_size_ < line_.size()) {
      line_[line_size_++] = c;
    }
  }
  return taken;
}

void HttpReply::end_of_line() {
  const std::string_view line(line_.data(), line_size_);
  if (state_ == StatusLine) {
    is_wrong_ = !line.starts_with("HTTP/1.") || line.size() < 12 || line[9] != '2';
    state_ = Headers;
  } else if (line.empty()) {
    left_ = size_;
    state_ = left_ == 0 ? Complete : Body;
  } else {
    read_header(line);
  }
  line_size_ = 0;
}

void HttpReply::read_header(std::string_view line) {
  const bool is_length = line.size() > kLength.size() &&
                         std::equal(kLength.begin(), kLength.end(), line.begin(),
                                    [](char name, char c) { return name == lower(c); });
  if (is_length) {
    const std::size_t digits = std::min(line.find_first_not_of(" \t", kLength.size()), line.size());
    const auto [end, error] =
        std::from_chars(line.data() + digits, line.data() + line.size(), size_);
    is_wrong_ = is_wrong_ || error != std::errc();
  }
}

}  // namespace procession::load
