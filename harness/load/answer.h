// SPDX-License-Identifier: MIT
#pragma once
// What a server makes of the bytes of a connection: `to_upper` (upper.h) or `unchanged`. Used by
// whoever serves, and by clients, who know by it what to expect.

#include <cstddef>
#include <span>

namespace procession::load {

// Changes bytes in place, one for one, and returns how many are final: all of them, or fewer if the
// last ones cannot be answered before more have come. These are at most kMostKept, stay as they
// are, and are passed again with what follows.
using Answer = std::size_t (*)(std::span<char> bytes) noexcept;

inline constexpr std::size_t kMostKept = 1;

inline std::size_t unchanged(std::span<char> bytes) noexcept { return bytes.size(); }

}  // namespace procession::load
