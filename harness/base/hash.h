// SPDX-License-Identifier: MIT
#pragma once
// A 64-bit hash of bytes, the same on every machine and in every version: FNV-1a (RFC 9923 and
// www.isthe.com/chongo/tech/comp/fnv). For partitions, fingerprints and to notice damage; no
// protection against somebody who means harm.

#include <cstdint>
#include <string_view>

namespace procession::base {

inline constexpr std::uint64_t kHashOfNothing = 0xCBF2'9CE4'8422'2325;

// `before`: the hash of what stands in front of these bytes.
[[nodiscard]] constexpr std::uint64_t hash_of(std::string_view bytes,
                                              std::uint64_t before = kHashOfNothing) {
  for (const char byte : bytes) {
    before = (before ^ static_cast<unsigned char>(byte)) * 0x0000'0100'0000'01B3;
  }
  return before;
}

}  // namespace procession::base
