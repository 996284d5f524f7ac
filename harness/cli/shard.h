// SPDX-License-Identifier: MIT
#pragma once
// Shards: a selection divided among several machines. A scenario's shard follows from its id alone:
// it stays where it is when other files come and go, and nothing need be agreed upon.

#include "harness/base/result.h"

#include <cstdint>
#include <string_view>

namespace procession::cli {

struct Shard {
  std::uint32_t number = 1;  // from 1
  std::uint32_t count = 1;
};

// "2/4"; BadInput says what is wrong.
[[nodiscard]] base::Result<Shard> read_shard(std::string_view text);

[[nodiscard]] bool is_in(const Shard& shard, std::string_view id);

}  // namespace procession::cli
