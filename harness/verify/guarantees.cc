// SPDX-License-Identifier: MIT
#include "harness/verify/guarantees.h"

#include <algorithm>

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
    last_left_ = left;
    without_ = {};
  }
  for (const Warrant warrant : {Warrant::Posix, Warrant::Harness, Warrant::Linux}) {
    auto& without = without_[static_cast<std::size_t>(warrant)];
    if (!without) {
      without = causes::possible(net_.net, left, warrant);
    }
    // Of several on the right the last counts: it needs what any of them needs.
    for (const EventId event : ids(right)) {
      if (can_[event] && !(*without)[event]) {
        return warrant;
      }
    }
  }
  return std::nullopt;
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
