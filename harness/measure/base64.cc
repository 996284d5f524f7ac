// SPDX-License-Identifier: MIT
#include "harness/measure/base64.h"

#include <fmt/format.h>

#include <cstdint>

namespace procession::measure {

namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view group = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      bits = bits << 8 | (k < group.size() ? static_cast<unsigned char>(group[k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text += k <= group.size() ? kDigits[bits >> (18 - 6 * k) & 63] : '=';
    }
  }
  return text;
}

base::Result<std::string> from_base64(std::string_view text) {
  const auto wrong = [](std::string why) {
    return base::Error{base::ErrorKind::BadInput, "no base64: " + std::move(why)};
  };
  if (text.size() % 4 != 0) {
    return wrong(fmt::format("{} characters, which is no multiple of 4", text.size()));
  }
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  std::string bytes;
  std::uint32_t bits = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::size_t digit = kDigits.find(text[at]);
    const bool padded = at >= text.size() - padding;
    if (digit == std::string_view::npos && !padded) {
      return wrong(fmt::format("byte {:#04x} at character {}", static_cast<unsigned char>(text[at]),
                               at + 1));
    }
    bits = bits << 6 | (padded ? 0U : static_cast<std::uint32_t>(digit));
    if (at % 4 == 3) {
      bytes +=
          {static_cast<char>(bits >> 16), static_cast<char>(bits >> 8), static_cast<char>(bits)};
    }
  }
  bytes.resize(bytes.size() - padding);
  return bytes;
}

}  // namespace procession::measure
