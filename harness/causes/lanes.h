// SPDX-License-Identifier: MIT
#pragma once
// Lanes: `possible`, asked up to 64 times in one pass over the net. Every question has a bit of a
// machine word for its own, so what is the same in all of them is done once. For callers that take
// many events out, one after the other: proofs of harmlessness (net_of.cc), orders between
// replicas.

#include "harness/causes/net.h"

#include <cstdint>
#include <span>
#include <vector>

namespace procession::causes {

using Lanes = std::uint64_t;
constexpr std::size_t kLanes = 64;

// For each event: bit i tells whether it can happen without the events of `without[i]`. At most
// kLanes of them; bits beyond their number mean nothing. Gates of a warrant beyond `trusted` stand
// open.
[[nodiscard]] std::vector<Lanes> possible_in_lanes(const Net& net,
                                                   std::span<const std::vector<EventId>> without,
                                                   Warrant trusted = Warrant::Linux);

}  // namespace procession::causes
