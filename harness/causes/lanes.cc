// SPDX-License-Identifier: MIT
#include "harness/causes/lanes.h"

#include "harness/base/check.h"
#include "harness/causes/lane_counters.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace procession::causes {

namespace {

class Fixpoint {
 public:
  Fixpoint(const Net& net, std::span<const std::vector<EventId>> without, Warrant trusted)
      : net_(net),
        trusted_(trusted),
        gates_(net.event_count(), 0),
        barred_(net.event_count(), 0),
        can_(net.event_count(), 0),
        news_(net.event_count(), 0) {
    happened_.reserve(net.pool_count());
    for (PoolId pool = 0; pool < net.pool_count(); ++pool) {
      happened_.add_node(net.members_of(pool).size());
    }
    opened_.reserve(net.event_count());
    for (EventId event = 0; event < net.event_count(); ++event) {
      gates_[event] = static_cast<std::uint32_t>(std::ranges::count_if(
          net.gates_of(event), [&](const Gate& gate) { return gate.warrant <= trusted; }));
      opened_.add_node(gates_[event]);
    }
    for (std::size_t lane = 0; lane < without.size(); ++lane) {
      for (const EventId event : without[lane]) {
        barred_[event] |= Lanes{1} << lane;
      }
    }
  }

  std::vector<Lanes> reach() {
    for (EventId event = 0; event < net_.event_count(); ++event) {
      if (gates_[event] == 0) {
        happens(event, ~Lanes{0});
      }
    }
    for (std::size_t i = 0; i < next_.size(); ++i) {
      const EventId event = next_[i];
      const Lanes news = std::exchange(news_[event], 0);
      for (const PoolId pool : net_.pools_with(event)) {
        happened_.count(pool, news);
        open_gates(pool, news);
      }
    }
    return std::move(can_);
  }

 private:
  // The lanes stand at few different counts, mostly at one.
  void open_gates(PoolId pool, Lanes lanes) {
    while (lanes != 0) {
      const std::uint32_t count = happened_.value(pool, std::countr_zero(lanes));
      const Lanes there = lanes & happened_.lanes_at(pool, count);
      lanes &= ~there;
      for (const std::uint32_t index : net_.gates_at(pool, count)) {
        open(net_.gates()[index], there);
      }
    }
  }

  void open(const Gate& gate, Lanes lanes) {
    if (gate.warrant <= trusted_) {
      opened_.count(gate.event, lanes);
      happens(gate.event, lanes & opened_.lanes_at(gate.event, gates_[gate.event]));
    }
  }

  void happens(EventId event, Lanes lanes) {
    lanes &= ~barred_[event];
    if (lanes == 0) {
      return;
    }
    can_[event] |= lanes;
    if (std::exchange(news_[event], news_[event] | lanes) == 0) {
      next_.push_back(event);
    }
  }

  const Net& net_;
  const Warrant trusted_;
  std::vector<std::uint32_t> gates_;  // that are not open from the start, by event
  LaneCounters happened_;             // members, by pool
  LaneCounters opened_;               // gates, by event
  std::vector<Lanes> barred_;         // where the event is taken out
  std::vector<Lanes> can_;
  std::vector<Lanes> news_;  // of can_: not yet passed on
  std::vector<EventId> next_;
};

}  // namespace

std::vector<Lanes> possible_in_lanes(const Net& net, std::span<const std::vector<EventId>> without,
                                     Warrant trusted) {
  base::check(without.size() <= kLanes, "each question has a lane");
  return Fixpoint(net, without, trusted).reach();
}

}  // namespace procession::causes
