// SPDX-License-Identifier: MIT
#include "harness/cli/shard.h"

#include "harness/base/hash.h"
#include "harness/scenario/scalar.h"

namespace procession::cli {

base::Result<Shard> read_shard(std::string_view text) {
  constexpr std::int64_t kMost = 100'000;
  const std::size_t slash = text.find('/');
  if (slash != text.npos) {
    const auto count = scenario::read_integer(text.substr(slash + 1), 1, kMost);
    const auto number =
        count ? scenario::read_integer(text.substr(0, slash), 1, *count) : base::Result(count);
    if (number) {
      return Shard{static_cast<std::uint32_t>(*number), static_cast<std::uint32_t>(*count)};
    }
  }
  return base::Error{base::ErrorKind::BadInput,
                     "must be a part of the whole, from 1/N to N/N: 2/4"};
}

bool is_in(const Shard& shard, std::string_view id) {
  // The upper half: FNV-1a's lowest bits depend on little.
  const std::uint64_t hash = base::hash_of(id) >> 32;
  return hash % shard.count == shard.number - 1;
}

}  // namespace procession::cli
