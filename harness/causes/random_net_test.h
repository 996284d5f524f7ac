// SPDX-License-Identifier: MIT
#pragma once
// Random nets, for tests of what is told of any net.

#include "harness/causes/net.h"

#include <random>
#include <vector>

namespace procession::causes {

// Circles, pools that several gates share, members named twice, gates that need too much.
inline Net random_net(std::mt19937& random, std::uint32_t events) {
  const auto below = [&](std::uint32_t bound) {
    return static_cast<std::uint32_t>(random() % bound);
  };
  Net net;
  net.add_events(events);
  for (std::uint32_t pools = 0; pools < events; ++pools) {
    std::vector<EventId> members(1 + below(5));
    for (EventId& member : members) {
      member = below(events);
    }
    const PoolId pool = net.add_pool(members);
    for (std::uint32_t gates = below(3); gates > 0; --gates) {
      const auto most = static_cast<std::uint32_t>(members.size()) + (below(50) == 0 ? 1 : 0);
      net.add_gate(below(events), 1 + below(most), pool, static_cast<Warrant>(below(3)));
    }
  }
  net.seal();
  return net;
}

}  // namespace procession::causes
