// SPDX-License-Identifier: MIT
#include "harness/causes/guarantee.h"

#include <algorithm>
#include <array>
#include <deque>

namespace procession::causes {

namespace {

std::vector<EventId> path_back(const std::vector<EventId>& before, EventId from) {
  std::vector<EventId> path = {from};
  while (before[path.back()] != path.back()) {
    path.push_back(before[path.back()]);
  }
  std::ranges::reverse(path);
  return path;
}

}  // namespace

Possible possible(const Net& net, std::span<const EventId> without, Warrant trusted, Turn turn) {
  std::vector<std::uint32_t> closed(net.event_count(), 0);  // gates, by event
  for (const Gate& gate : net.gates()) {
    closed[gate.event] += gate.warrant <= trusted ? 1 : 0;
  }
  for (const EventId event : without) {
    ++closed[event];  // one more, which nothing opens
  }
  Possible can(net.event_count(), net.pool_count());
  std::vector<EventId> waiting;  // until what it opens is looked at; from `first`
  std::size_t first = 0;
  const auto add = [&](EventId event) {
    can.add(event);
    waiting.push_back(event);
  };
  for (EventId event = 0; event < net.event_count(); ++event) {
    if (closed[event] == 0) {
      add(event);
    }
  }
  while (first < waiting.size()) {
    const EventId event = turn == Turn::First ? waiting[first++] : waiting.back();
    if (turn == Turn::Last) {
      waiting.pop_back();
    }
    for (const PoolId pool : net.pools_with(event)) {
      for (const std::uint32_t index : net.gates_at(pool, can.add_member(pool))) {
        const Gate& gate = net.gates()[index];
        if (gate.warrant <= trusted && --closed[gate.event] == 0) {
          add(gate.event);
        }
      }
    }
  }
  return can;
}

std::optional<Warrant> guaranteed(const Net& net, std::span<const EventId> left, EventId right) {
  const bool before_itself = std::ranges::count(left, right) != 0;
  if (before_itself || !possible(net)[right]) {
    return std::nullopt;
  }
  for (const Warrant warrant : std::array{Warrant::Posix, Warrant::Harness, Warrant::Linux}) {
    if (!possible(net, left, warrant)[right]) {
      return warrant;
    }
  }
  return std::nullopt;
}

std::vector<EventId> chain(const Net& net, const Possible& can, std::span<const EventId> left,
                           EventId right, Warrant trusted) {
  constexpr EventId kUnseen = std::numeric_limits<EventId>::max();
  const Possible can_without = possible(net, left, trusted);
  std::vector<EventId> before(net.event_count(), kUnseen);
  std::deque<EventId> next;
  for (const EventId event : left) {
    before[event] = event;
    next.push_back(event);
  }
  std::vector<bool> is_passed(net.pool_count(), false);
  // Breadth first from `left` through gates that stay closed without it.
  while (!next.empty() && before[right] == kUnseen) {
    const EventId event = next.front();
    next.pop_front();
    for (const PoolId pool : net.pools_with(event)) {
      if (is_passed[pool]) {
        continue;
      }
      is_passed[pool] = true;
      for (const std::uint32_t index : net.gates_at(pool)) {
        const Gate& gate = net.gates()[index];
        const bool lost = gate.warrant <= trusted && can[gate.event] && !can_without[gate.event] &&
                          can_without.members(pool) < gate.need;
        if (lost && before[gate.event] == kUnseen) {
          before[gate.event] = event;
          next.push_back(gate.event);
        }
      }
    }
  }
  return before[right] == kUnseen ? std::vector<EventId>{} : path_back(before, right);
}

std::vector<EventId> way_round(const Net& net, std::span<const EventId> left, EventId right) {
  const Possible can = possible(net, left, Warrant::Linux, Turn::First);
  std::vector<EventId> way;
  if (!can[right]) {
    return way;
  }
  for (EventId event = right;;) {
    way.push_back(event);
    EventId latest = event;
    std::uint32_t place = 0;
    for (const Gate& gate : net.gates_of(event)) {
      // Of the members that opened this gate, the one that completed it.
      std::vector<std::uint32_t> places;
      for (const EventId member : net.members_of(gate)) {
        if (can[member]) {
          places.push_back(can.place(member));
        }
      }
      std::ranges::sort(places);
      const std::uint32_t completed = places[gate.need - 1];
      if (latest == event || completed > place) {
        place = completed;
        latest = can.in_order()[completed];
      }
    }
    if (latest == event) {
      break;
    }
    event = latest;
  }
  std::ranges::reverse(way);
  return way;
}

Impossible why_impossible(const Net& net, const Possible& can, EventId event) {
  Impossible why;
  for (;;) {
    if (const auto seen = std::ranges::find(why.path, event); seen != why.path.end()) {
      why.circular = true;
      why.back_to = static_cast<std::size_t>(seen - why.path.begin());
      return why;
    }
    why.path.push_back(event);
    const auto gates = net.gates_of(event);
    const auto closed = std::ranges::find_if(
        gates, [&](const Gate& gate) { return can.members(gate.pool) < gate.need; });
    if (closed == gates.end()) {
      return why;
    }
    const auto members = net.members_of(*closed);
    const auto missing =
        std::ranges::find_if(members, [&](EventId member) { return !can[member]; });
    if (missing == members.end()) {
      return why;
    }
    event = *missing;
  }
}

}  // namespace procession::causes
