// SPDX-License-Identifier: MIT
#pragma once
// Guarantees: whether one side of an order needs the other, asked of one net for many pairs. Keeps
// what can happen without the last left side, since orders between replicas ask for the same one
// again and again.

#include "harness/causes/guarantee.h"
#include "harness/causes/net_of.h"
#include "harness/plan/events.h"

#include <array>
#include <optional>
#include <span>
#include <vector>

namespace procession::verify {

// One side of a pair: an event, or several of which the first (on the left) or the last (on the
// right) counts.
using Side = std::vector<plan::Event>;

struct Pair {
  Side left;
  Side right;
  bool if_it_happens = false;  // the left one
};

class Guarantees {
 public:
  explicit Guarantees(const causes::PlanNet& net) : net_(net), can_(causes::possible(net.net)) {}

  // The least warrant with which `right` needs `left`; none: it does not.
  [[nodiscard]] std::optional<causes::Warrant> of(const Pair& pair);
  // Of each of many pairs, whether it is guaranteed by POSIX alone, as far as that can be told
  // without a pass over the net for each left side.
  [[nodiscard]] std::vector<bool> are_sure(std::span<const Pair> pairs);
  // Of each of many pairs, whether it is guaranteed at all: in few passes over the net.
  [[nodiscard]] std::vector<bool> are_guaranteed(std::span<const Pair> pairs) const;
  [[nodiscard]] bool can_happen(const Side& side) const;
  [[nodiscard]] std::vector<causes::EventId> chain(const Pair& pair, causes::Warrant warrant) const;
  [[nodiscard]] std::vector<causes::EventId> way_round(const Pair& pair) const;
  // Of the recorded chain of a pair without a guarantee: the event that could have come about
  // without the left side.
  [[nodiscard]] std::optional<causes::EventId> alternative_on(
      const std::vector<causes::EventId>& chain, const Pair& pair) const;

  [[nodiscard]] std::vector<causes::EventId> ids(const Side& side) const;

 private:
  [[nodiscard]] std::optional<causes::Warrant> needs(const std::vector<causes::EventId>& left,
                                                     const Side& right);
  // Of each pair, whether its right side is known to need its left one.
  [[nodiscard]] std::vector<bool> known(std::span<const Pair> pairs, const causes::Possible& can,
                                        causes::Warrant trusted) const;
  // Whether the right side does not come before all of the left one where all can happen.
  [[nodiscard]] bool may_be_guaranteed(const Pair& pair) const;
  // Whether one event of `right` can happen, but not where `can` tells of it.
  template <class Can>
  [[nodiscard]] bool is_lost(const Side& right, Can can) const;
  // The left side to take out: that of the pair, or, for `?`, the end of its process if only that
  // is needed.
  [[nodiscard]] std::vector<causes::EventId> left_of(const Pair& pair) const;

  const causes::PlanNet& net_;
  causes::Possible can_;
  std::vector<causes::EventId> last_left_;
  std::array<std::optional<causes::Possible>, 3> without_;  // by warrant, of last_left_
  std::optional<causes::Possible> can_by_posix_;
};

}  // namespace procession::verify
