// SPDX-License-Identifier: MIT
#include "harness/causes/needs.h"

#include "harness/causes/lane_counters.h"
#include "harness/causes/lanes.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <queue>
#include <unordered_map>

namespace procession::causes {

std::vector<EventId> latest_needs(const Net& net, const Possible& can, Warrant trusted) {
  constexpr EventId kNone = Possible::kNever;
  std::vector<EventId> latest_in(net.pool_count(), kNone);
  for (const EventId event : can.in_order()) {
    for (const PoolId pool : net.pools_with(event)) {
      latest_in[pool] = event;
    }
  }
  std::vector<EventId> latest(net.event_count(), kNone);
  for (const Gate& gate : net.gates()) {
    const EventId needed = latest_in[gate.pool];
    EventId& known = latest[gate.event];
    if (gate.warrant <= trusted && can.members(gate.pool) == gate.need && can[gate.event] &&
        (known == kNone || can.place(known) < can.place(needed))) {
      known = needed;
    }
  }
  return latest;
}

namespace {

// The latest needs make a forest. Its events are numbered so that all whose latest needs lead back
// to an event stand in one range behind it: its family.
class Families {
 public:
  struct Range {
    std::uint32_t first = 0;
    std::uint32_t end = 0;
  };

  Families(const Possible& can, std::span<const EventId> latest)
      : ranges_(latest.size(), Range{0, 1}) {
    if (latest.empty()) {
      return;
    }
    const auto& order = can.in_order();
    for (auto event = order.rbegin(); event != order.rend(); ++event) {
      if (latest[*event] != Possible::kNever) {
        ranges_[latest[*event]].end += ranges_[*event].end;  // so far, how many there are
      }
    }
    std::vector<std::uint32_t> next(latest.size(), 0);  // place for a member of the family
    std::uint32_t next_root = 0;
    for (const EventId event : order) {
      Range& range = ranges_[event];
      std::uint32_t& place = latest[event] == Possible::kNever ? next_root : next[latest[event]];
      range.first = place;
      place += range.end;
      range.end += range.first;
      next[event] = range.first + 1;
    }
  }

  // Without knowledge each is alone.
  [[nodiscard]] Range of(EventId event) const {
    return ranges_.empty() ? Range{event, event + 1} : ranges_[event];
  }
  [[nodiscard]] bool is_in(EventId event, EventId family) const {
    const std::uint32_t at = of(event).first;
    return of(family).first <= at && at < of(family).end;
  }

 private:
  std::vector<Range> ranges_;
};

// Up to kLanes questions. Events are looked at in the order in which they became possible: what a
// need of theirs is comes before them. Nothing beyond the last goal is looked at.
class Spread {
 public:
  Spread(const Net& net, const Possible& can, Warrant trusted, const Families& families)
      : net_(net), can_(can), trusted_(trusted), families_(families) {}

  void answer(std::span<const Question> questions, std::span<std::vector<bool>> answers) {
    goals_.resize(questions.size());
    for (std::size_t lane = 0; lane < questions.size(); ++lane) {
      add(questions[lane], lane);
    }
    while (!turns_.empty()) {
      const std::uint32_t place = turns_.top();
      while (!turns_.empty() && turns_.top() == place) {
        turns_.pop();
      }
      look_at(can_.in_order()[place]);
    }
    for (std::size_t lane = 0; lane < questions.size(); ++lane) {
      answers[lane].resize(questions[lane].goals.size(), false);
      for (const Goal& goal : goals_[lane]) {
        answers[lane][goal.number] = goal.is_lost;
      }
    }
  }

 private:
  struct Goal {
    std::uint32_t at = 0;  // as `families_` number it
    std::size_t number = 0;
    bool is_lost = false;
  };
  struct Pool {
    std::uint32_t node = 0;
    std::uint32_t members = 0;  // that can happen
    EventId first = 0;          // of them
    std::uint32_t family = 0;   // how many of them are of its family: they go with it
    Lanes without_first = 0;
  };

  // A goal that comes before all that is taken out can happen without it.
  void add(const Question& question, std::size_t lane) {
    std::uint32_t first = Possible::kNever;
    for (const EventId event : question.out) {
      first = std::min(first, can_.place(event));
    }
    for (std::size_t number = 0; number < question.goals.size(); ++number) {
      const EventId goal = question.goals[number];
      if (can_[goal] && can_.place(goal) >= first) {
        goals_[lane].push_back({families_.of(goal).first, number, false});
        last_ = std::max(last_, can_.place(goal));
      }
    }
    if (goals_[lane].empty()) {
      return;
    }
    std::ranges::sort(goals_[lane], {}, &Goal::at);
    open_goals_[lane] = goals_[lane].size();
    open_ |= Lanes{1} << lane;
    for (const EventId event : question.out) {
      if (can_[event]) {
        out_[event] |= Lanes{1} << lane;
        turns_.push(can_.place(event));
      }
    }
  }

  void look_at(EventId event) {
    const auto out = out_.find(event);
    const Lanes lost = ((out == out_.end() ? 0 : out->second) | lanes_short(event)) & open_;
    for (Lanes lanes = lost; lanes != 0; lanes &= lanes - 1) {
      settle(static_cast<std::size_t>(std::countr_zero(lanes)), families_.of(event));
    }
    if ((lost & open_) == 0) {
      return;
    }
    for (const PoolId pool : net_.pools_with(event)) {
      miss(known(pool, event), event, lost & open_);
    }
  }

  void miss(Pool& pool, EventId member, Lanes lanes) {
    if (member != pool.first) {
      const bool goes_along = families_.is_in(member, pool.first);
      counters_.count(pool.node, goes_along ? lanes & ~pool.without_first : lanes);
    } else if (pool.without_first == 0) {
      pool.without_first = lanes;
      for (std::uint32_t i = 0; i < pool.family; ++i) {
        counters_.count(pool.node, lanes);
      }
    }
  }

  // Where one of its gates has too few members left.
  [[nodiscard]] Lanes lanes_short(EventId event) const {
    Lanes lanes = 0;
    for (const Gate& gate : net_.gates_of(event)) {
      const auto pool = pools_.find(gate.pool);
      if (gate.warrant <= trusted_ && pool != pools_.end()) {
        lanes |= counters_.lanes_above(pool->second.node, pool->second.members - gate.need);
      }
    }
    return lanes;
  }

  void settle(std::size_t lane, Families::Range lost) {
    auto& goals = goals_[lane];
    for (auto goal = std::ranges::lower_bound(goals, lost.first, {}, &Goal::at);
         goal != goals.end() && goal->at < lost.end; ++goal) {
      open_goals_[lane] -= goal->is_lost ? 0 : 1;
      goal->is_lost = true;
    }
    if (open_goals_[lane] == 0) {
      open_ &= ~(Lanes{1} << lane);
    }
  }

  // When the first member of a pool is lost, all who wait for it and come later get a turn.
  Pool& known(PoolId id, EventId lost) {
    const auto [found, is_new] = pools_.try_emplace(id);
    Pool& pool = found->second;
    if (is_new) {
      const auto members = net_.members_of(id);
      const auto place = [&](EventId member) { return can_.place(member); };
      const auto count = [&](auto counts) {
        return static_cast<std::uint32_t>(std::ranges::count_if(members, counts));
      };
      pool.node = static_cast<std::uint32_t>(pools_.size() - 1);
      pool.first = std::ranges::min(members, {}, place);
      pool.members = can_.members(id);
      pool.family = count(
          [&](EventId member) { return can_[member] && families_.is_in(member, pool.first); });
      counters_.add_node(pool.members);
      for (const std::uint32_t index : net_.gates_at(id)) {
        const std::uint32_t waiting = can_.place(net_.gates()[index].event);
        if (can_.place(lost) < waiting && waiting <= last_) {
          turns_.push(waiting);
        }
      }
    }
    return pool;
  }

  const Net& net_;
  const Possible& can_;
  const Warrant trusted_;
  const Families& families_;
  std::vector<std::vector<Goal>> goals_;  // by lane
  std::size_t open_goals_[kLanes] = {};   // how many are not known to be lost, by lane
  Lanes open_ = 0;                        // lanes with such
  std::uint32_t last_ = 0;                // place of the last goal
  std::unordered_map<EventId, Lanes> out_;
  std::unordered_map<PoolId, Pool> pools_;  // that have lost a member
  LaneCounters counters_;                   // how many
  std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> turns_;  // places
};

}  // namespace

std::vector<std::vector<bool>> sure_needs(const Net& net, const Possible& can,
                                          std::span<const Question> questions, Warrant trusted,
                                          std::span<const EventId> latest) {
  std::vector<std::vector<bool>> answers(questions.size());
  const Families families(can, latest);
  for (std::size_t next = 0; next < questions.size(); next += kLanes) {
    const std::size_t count = std::min(kLanes, questions.size() - next);
    Spread(net, can, trusted, families)
        .answer(questions.subspan(next, count), std::span(answers).subspan(next, count));
  }
  return answers;
}

}  // namespace procession::causes
