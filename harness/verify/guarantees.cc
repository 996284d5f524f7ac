// SPDX-License-Identifier: MIT
#include "harness/verify/guarantees.h"

#include "harness/causes/lanes.h"

#include <algorithm>
#include <map>

namespace procession::verify {

using causes::EventId;
using causes::Warrant;

std::vector<EventId> Guarantees::ids(const Side& side) const {
  std::vector<EventId> ids;
  for (const plan::Event& event : side) {
    ids.push_back(net_.id_of(event));
  }
  return ids;
}

bool Guarantees::can_happen(const Side& side) const {
  return std::ranges::all_of(ids(side), [&](EventId event) { return can_[event]; });
}

std::optional<Warrant> Guarantees::needs(const std::vector<EventId>& left, const Side& right) {
  if (left != last_left_) {
    if (right.size() == 1 && surely_needs(net_.id_of(right.front()), left)) {
      return Warrant::Posix;
    }
    last_left_ = left;
    without_ = {};
  }
  for (const Warrant warrant : {Warrant::Posix, Warrant::Harness, Warrant::Linux}) {
    auto& without = without_[static_cast<std::size_t>(warrant)];
    if (!without) {
      without = causes::possible(net_.net, left, warrant);
    }
    if (is_lost(right, [&](EventId event) { return (*without)[event]; })) {
      return warrant;
    }
  }
  return std::nullopt;
}

bool Guarantees::surely_needs(EventId right, const std::vector<EventId>& left) {
  if (!can_[right] || std::ranges::count(left, right) != 0) {
    return false;
  }
  if (last_right_ != right) {
    last_right_ = right;
    if (!can_by_posix_) {
      can_by_posix_ = causes::possible(net_.net, {}, Warrant::Posix);
    }
    sure_needs_ = causes::sure_needs(net_.net, *can_by_posix_, right, Warrant::Posix);
  }
  return std::ranges::any_of(left, [&](EventId event) { return sure_needs_[event]; });
}

// Of several on the right the last counts: it needs what any of them needs.
template <class Can>
bool Guarantees::is_lost(const Side& right, Can can) const {
  return std::ranges::any_of(ids(right), [&](EventId event) { return can_[event] && !can(event); });
}

// With all warrants; each distinct left side is a lane.
std::vector<bool> Guarantees::are_guaranteed(std::span<const Pair> pairs) const {
  std::vector<bool> answers(pairs.size(), false);
  for (std::size_t next = 0; next < pairs.size();) {
    std::vector<std::vector<EventId>> lefts;
    std::map<std::vector<EventId>, std::size_t> lane_of;
    std::vector<std::vector<std::size_t>> lanes_of;  // of each pair from `next`
    const auto lane_for = [&](const std::vector<EventId>& left) {
      const auto [known, is_new] = lane_of.try_emplace(left, lefts.size());
      if (is_new) {
        lefts.push_back(left);
      }
      return known->second;
    };
    for (std::size_t i = next; i < pairs.size() && lefts.size() + 2 <= causes::kLanes; ++i) {
      lanes_of.push_back({lane_for(ids(pairs[i].left)), lane_for(left_of(pairs[i]))});
    }
    const std::vector<causes::Lanes> can = causes::possible_in_lanes(net_.net, lefts);
    for (const auto& lanes : lanes_of) {
      answers[next] = std::ranges::any_of(lanes, [&](std::size_t lane) {
        return is_lost(pairs[next].right,
                       [&](EventId event) { return (can[event] >> lane & 1) != 0; });
      });
      ++next;
    }
  }
  return answers;
}

std::vector<EventId> Guarantees::left_of(const Pair& pair) const {
  if (!pair.if_it_happens) {
    return ids(pair.left);
  }
  // Nothing of a process comes after its end: what needs the end comes after all that happened.
  std::vector<EventId> ends;
  for (const plan::Event& event : pair.left) {
    ends.push_back(net_.end(event.instance));
  }
  return ends;
}

std::optional<Warrant> Guarantees::of(const Pair& pair) {
  if (const auto warrant = needs(ids(pair.left), pair.right)) {
    return warrant;
  }
  return pair.if_it_happens ? needs(left_of(pair), pair.right) : std::nullopt;
}

std::vector<EventId> Guarantees::chain(const Pair& pair, Warrant warrant) const {
  for (const auto& left : {ids(pair.left), left_of(pair)}) {
    for (const EventId right : ids(pair.right)) {
      auto found = causes::chain(net_.net, left, right, warrant);
      if (!found.empty()) {
        return found;
      }
    }
  }
  return {};
}

std::vector<EventId> Guarantees::way_round(const Pair& pair) const {
  return causes::way_round(net_.net, ids(pair.left), ids(pair.right).back());
}

std::optional<EventId> Guarantees::alternative_on(const std::vector<EventId>& chain,
                                                  const Pair& pair) const {
  const causes::Possible without = causes::possible(net_.net, ids(pair.left));
  const auto free = std::ranges::find_if(chain, [&](EventId event) { return without[event]; });
  return free == chain.end() ? std::nullopt : std::optional(*free);
}

}  // namespace procession::verify
