// SPDX-License-Identifier: MIT
#include "harness/causes/threats.h"

#include "harness/causes/guarantee.h"
#include "harness/causes/lanes.h"

#include <algorithm>
#include <map>

namespace procession::causes {

namespace {

constexpr EventId kNone = Possible::kNever;

// For each event the latest of those that it needs in any case: of the gates of which all possible
// members are needed.
std::vector<EventId> latest_needs(const Net& net, const Possible& can) {
  std::vector<EventId> latest_in(net.pool_count(), kNone);
  std::vector<std::uint32_t> happening(net.pool_count(), 0);
  for (const EventId event : can.in_order()) {
    for (const PoolId pool : net.pools_with(event)) {
      latest_in[pool] = event;
      ++happening[pool];
    }
  }
  std::vector<EventId> latest(net.event_count(), kNone);
  for (const Gate& gate : net.gates()) {
    const EventId needed = latest_in[gate.pool];
    EventId& known = latest[gate.event];
    if (happening[gate.pool] == gate.need && can[gate.event] &&
        (known == kNone || can.place(known) < can.place(needed))) {
      known = needed;
    }
  }
  return latest;
}

// The guards of all threats that are still open. What cannot happen without one guard cannot happen
// without those that this one needs; so the last of a line are asked first, and most of the others
// need not be asked.
class Guards {
 public:
  Guards(const Net& net, std::span<const Guarded> threats) {
    const Possible can = possible(net);
    for (const Guarded& threat : threats) {
      if (can[threat.at]) {
        open_.insert(threat.threat);
        for (const EventId guard : threat.guards) {
          nodes_[guard].threats.push_back(&threat);
        }
      }
    }
    if (!open_.empty()) {
      put_in_order(net, can);
    }
  }

  // Strikes out what the net shows to be harmless. The rest do harm.
  std::set<EventId> ask(const Net& net) {
    for (auto next = last_first_.begin(); next != last_first_.end();) {
      std::vector<std::vector<EventId>> asked;
      for (; next != last_first_.end() && asked.size() < kLanes; ++next) {
        if (is_open(*next)) {
          asked.push_back({*next});
        }
      }
      const std::vector<Lanes> can = possible_in_lanes(net, asked);
      for (std::size_t lane = 0; lane < asked.size(); ++lane) {
        settle_from(asked[lane].front(), can, Lanes{1} << lane);
      }
    }
    return std::move(open_);
  }

 private:
  struct Node {
    std::vector<const Guarded*> threats;
    EventId before = kNone;    // another guard that this one needs
    std::uint32_t height = 0;  // above the last of the line
    bool is_settled = false;   // asked, or looked at from one behind it
  };

  void put_in_order(const Net& net, const Possible& can) {
    const std::vector<EventId> latest = latest_needs(net, can);
    std::vector<EventId> guard_before(net.event_count(), kNone);
    for (const EventId event : can.in_order()) {
      if (const EventId needed = latest[event]; needed != kNone) {
        guard_before[event] = nodes_.contains(needed) ? needed : guard_before[needed];
      }
    }
    for (auto& [guard, node] : nodes_) {
      node.before = guard_before[guard];
      last_first_.push_back(guard);
    }
    // Behind comes later in the order of what can happen.
    std::ranges::sort(last_first_, std::ranges::greater(),
                      [&](EventId guard) { return can.place(guard); });
    for (const EventId guard : last_first_) {
      const Node& node = nodes_.at(guard);
      if (node.before != kNone) {
        Node& before = nodes_.at(node.before);
        before.height = std::max(before.height, node.height + 1);
      }
    }
    std::ranges::stable_sort(last_first_, {},
                             [&](EventId guard) { return nodes_.at(guard).height; });
  }

  [[nodiscard]] bool is_open(EventId guard) const {
    return std::ranges::any_of(nodes_.at(guard).threats, [&](const Guarded* threat) {
      return open_.contains(threat->threat);
    });
  }

  void settle_from(EventId asked, const std::vector<Lanes>& can, Lanes lane) {
    for (EventId guard = asked; guard != kNone; guard = nodes_.at(guard).before) {
      Node& node = nodes_.at(guard);
      if (node.is_settled && guard != asked) {
        return;
      }
      node.is_settled = true;
      for (const Guarded* threat : node.threats) {
        if ((can[threat->at] & lane) == 0) {
          open_.erase(threat->threat);
        }
      }
    }
  }

  std::set<EventId> open_;
  std::map<EventId, Node> nodes_;
  std::vector<EventId> last_first_;
};

}  // namespace

std::set<EventId> harmful(const Net& net, std::span<const Guarded> threats) {
  return Guards(net, threats).ask(net);
}

}  // namespace procession::causes
