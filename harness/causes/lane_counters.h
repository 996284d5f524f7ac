// SPDX-License-Identifier: MIT
#pragma once
// LaneCounters: for each of many nodes a counter in each of 64 lanes. They are stored bit by bit:
// plane p of a node holds bit p of all its counters, so one carry serves all lanes. Internal to
// this folder.

#include "harness/causes/lanes.h"

#include <bit>
#include <cstdint>
#include <vector>

namespace procession::causes {

class LaneCounters {
 public:
  void reserve(std::size_t nodes) { first_plane_.reserve(nodes + 1); }
  // The next node; its counters go from 0 to `most`.
  void add_node(std::size_t most) {
    planes_.resize(planes_.size() + static_cast<std::size_t>(std::bit_width(most)), 0);
    first_plane_.push_back(static_cast<std::uint32_t>(planes_.size()));
  }

  void count(std::uint32_t node, Lanes lanes) {
    for (std::uint32_t p = first_plane_[node]; lanes != 0; ++p) {
      const Lanes carry = planes_[p] & lanes;
      planes_[p] ^= lanes;
      lanes = carry;
    }
  }

  [[nodiscard]] std::uint32_t value(std::uint32_t node, int lane) const {
    std::uint32_t value = 0;
    for (std::uint32_t p = first_plane_[node + 1]; p-- > first_plane_[node];) {
      value = 2 * value + static_cast<std::uint32_t>(planes_[p] >> lane & 1);
    }
    return value;
  }
  // Where the counter has this value; and where it has a greater one.
  [[nodiscard]] Lanes lanes_at(std::uint32_t node, std::uint32_t value) const {
    Lanes lanes = ~Lanes{0};
    for (std::uint32_t p = first_plane_[node]; p < first_plane_[node + 1]; ++p, value >>= 1) {
      lanes &= (value & 1) != 0 ? planes_[p] : ~planes_[p];
    }
    return lanes;
  }
  [[nodiscard]] Lanes lanes_above(std::uint32_t node, std::uint32_t value) const {
    Lanes above = 0;
    for (std::uint32_t p = first_plane_[node]; p < first_plane_[node + 1]; ++p, value >>= 1) {
      above = (value & 1) != 0 ? above & planes_[p] : above | planes_[p];
    }
    return above;
  }

 private:
  std::vector<std::uint32_t> first_plane_ = {0};  // by node
  std::vector<Lanes> planes_;
};

}  // namespace procession::causes
