// SPDX-License-Identifier: MIT
#include "harness/load/upper.h"

#include <cstdint>

namespace procession::load {

namespace {

constexpr char32_t kSharpS = 0xDF;

struct Shift {
  char32_t first;  // small letters from here
  char32_t last;   // to here
  std::int32_t by;
};

// Small letters of two bytes (U+0080 … U+07FF) whose capital has two bytes as well; from the
// Unicode Character Database's simple upper case mappings.
constexpr Shift kShifts[] = {
    {0xB5, 0xB5, 0x39C - 0xB5},     // micro sign → Greek capital mu
    {0xE0, 0xF6, -0x20},            // à … ö
    {0xF8, 0xFE, -0x20},            // ø … þ
    {0xFF, 0xFF, 0x178 - 0xFF},     // ÿ
    {0x3AC, 0x3AC, 0x386 - 0x3AC},  // ά
    {0x3AD, 0x3AF, -0x25},          // έ ή ί
    {0x3B1, 0x3C1, -0x20},          // α … ρ
    {0x3C2, 0x3C2, 0x3A3 - 0x3C2},  // final sigma
    {0x3C3, 0x3CB, -0x20},          // σ … ϋ
    {0x3CC, 0x3CC, 0x38C - 0x3CC},  // ό
    {0x3CD, 0x3CE, -0x3F},          // ύ ώ
    {0x430, 0x44F, -0x20},          // а … я
    {0x450, 0x45F, -0x50},          // ѐ … џ
};

char32_t capital(char32_t letter) {
  for (const Shift& shift : kShifts) {
    if (letter >= shift.first && letter <= shift.last) {
      return static_cast<char32_t>(static_cast<std::int32_t>(letter) + shift.by);
    }
  }
  return letter;
}

bool leads_two(unsigned char byte) { return byte >= 0xC2 && byte <= 0xDF; }
bool continues(unsigned char byte) { return (byte & 0xC0) == 0x80; }

void upper_pair(char* pair) {
  const auto lead = static_cast<unsigned char>(pair[0]);
  const auto tail = static_cast<unsigned char>(pair[1]);
  const char32_t letter = static_cast<char32_t>((lead & 0x1F) << 6 | (tail & 0x3F));
  if (letter == kSharpS) {
    pair[0] = pair[1] = 'S';
    return;
  }
  const char32_t large = capital(letter);
  pair[0] = static_cast<char>(0xC0 | (large >> 6));
  pair[1] = static_cast<char>(0x80 | (large & 0x3F));
}

}  // namespace

std::size_t to_upper(std::span<char> text) noexcept {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (!leads_two(byte)) {
      if (byte >= 'a' && byte <= 'z') {
        text[at] = static_cast<char>(byte - ('a' - 'A'));
      }
      ++at;
    } else if (at + 1 == text.size()) {
      break;
    } else if (continues(static_cast<unsigned char>(text[at + 1]))) {
      upper_pair(&text[at]);
      at += 2;
    } else {
      ++at;
    }
  }
  return at;
}

}  // namespace procession::load
