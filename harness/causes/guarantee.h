// SPDX-License-Identifier: MIT
#pragma once
// Guarantee: the question that everything here stands on. `a < b` is guaranteed when b can happen,
// but no longer with a taken out of the net. Pure functions on a Net, each linear in its size.

#include "harness/causes/net.h"

#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace procession::causes {

// What can happen: for each event the place at which it became possible (a causes b ⇒ a's place is
// lower), or `kNever`; and of each pool, how many of its members can.
class Possible {
 public:
  static constexpr std::uint32_t kNever = std::numeric_limits<std::uint32_t>::max();

  Possible() = default;
  Possible(std::uint32_t events, std::uint32_t pools)
      : place_(events, kNever), members_(pools, 0) {}
  [[nodiscard]] bool operator[](EventId event) const { return place_[event] != kNever; }
  [[nodiscard]] std::uint32_t place(EventId event) const { return place_[event]; }
  // The possible events, causes first.
  [[nodiscard]] const std::vector<EventId>& in_order() const { return order_; }
  // Of this pool; once for each time that one is named.
  [[nodiscard]] std::uint32_t members(PoolId pool) const { return members_[pool]; }

  void add(EventId event) {
    place_[event] = static_cast<std::uint32_t>(order_.size());
    order_.push_back(event);
  }
  std::uint32_t add_member(PoolId pool) { return ++members_[pool]; }

 private:
  std::vector<std::uint32_t> place_;
  std::vector<EventId> order_;
  std::vector<std::uint32_t> members_;
};

// Of the events that are possible, whose consequences come next? With `Last` one line after the
// other, as they lie in memory: three times as fast in a large net. With `First` all lines go on
// side by side, so that places are more like times.
enum class Turn { Last, First };

// The least fixpoint: an event becomes possible when each of its gates has enough possible members.
// The events of `without` never do. Gates of a warrant beyond `trusted` stand open.
[[nodiscard]] Possible possible(const Net& net, std::span<const EventId> without = {},
                                Warrant trusted = Warrant::Linux, Turn turn = Turn::Last);

// Whether `right` needs one of `left` (all taken out together), and the least warrant that
// suffices.
[[nodiscard]] std::optional<Warrant> guaranteed(const Net& net, std::span<const EventId> left,
                                                EventId right);

// Why: a shortest chain of events from one of `left` to `right`, each of which cannot happen
// without `left`, because of the one before it. Empty if `right` can. `can` is what is possible
// with all warrants.
[[nodiscard]] std::vector<EventId> chain(const Net& net, const Possible& can,
                                         std::span<const EventId> left, EventId right,
                                         Warrant trusted = Warrant::Linux);

// Why not: a way to `right` without `left`: what comes last of what each event needs, back to one
// that needs nothing. Empty if there is none.
[[nodiscard]] std::vector<EventId> way_round(const Net& net, std::span<const EventId> left,
                                             EventId right);

// Why an event can never happen: each event of the path waits for the next. The last waits for
// nothing that exists, or, when `circular`, for the event at `back_to`.
struct Impossible {
  std::vector<EventId> path;
  bool circular = false;
  std::size_t back_to = 0;
};
[[nodiscard]] Impossible why_impossible(const Net& net, const Possible& can, EventId event);

}  // namespace procession::causes
