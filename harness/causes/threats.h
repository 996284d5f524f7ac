// SPDX-License-Identifier: MIT
#pragma once
// Threats that have a guard: something may end a process early, unless the guard is sure to come
// before it. Made by NetMaker; `net_of` asks the net which of them do harm. Internal to this
// folder.

#include "harness/causes/net.h"

#include <set>
#include <span>
#include <vector>

namespace procession::causes {

struct Guarded {
  EventId threat = 0;  // an event of its own, so that it can be taken out
  EventId at = 0;      // what brings it about
  std::vector<EventId> guards;
};

// The threats whose `at` can come about in `net` before any of their guards.
[[nodiscard]] std::set<EventId> harmful(const Net& net, std::span<const Guarded> threats);

}  // namespace procession::causes
