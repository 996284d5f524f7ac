// SPDX-License-Identifier: MIT
#include "harness/causes/net.h"

#include "harness/base/check.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace procession::causes {

namespace {

// Where each row of a table begins, if item i belongs to row `row_of(i)`; and the items, row by
// row.
template <typename RowOf>
std::vector<std::uint32_t> by_row(std::uint32_t rows, std::uint32_t items, RowOf row_of,
                                  std::vector<std::uint32_t>& first) {
  first.assign(rows + 1, 0);
  for (std::uint32_t item = 0; item < items; ++item) {
    ++first[row_of(item) + 1];
  }
  std::partial_sum(first.begin(), first.end(), first.begin());
  std::vector<std::uint32_t> next(first.begin(), first.end() - 1);
  std::vector<std::uint32_t> sorted(items);
  for (std::uint32_t item = 0; item < items; ++item) {
    sorted[next[row_of(item)]++] = item;
  }
  return sorted;
}

}  // namespace

PoolId Net::add_pool(std::span<const EventId> members) {
  members_.insert(members_.end(), members.begin(), members.end());
  first_member_.push_back(static_cast<std::uint32_t>(members_.size()));
  return pool_count() - 1;
}

void Net::add_gate(EventId event, std::uint32_t need, PoolId pool, Warrant warrant) {
  base::check(event < events_ && need >= 1, "a gate belongs to an event and needs something");
  gates_.push_back({event, need, pool, warrant});
}

void Net::seal() {
  const auto gates = static_cast<std::uint32_t>(gates_.size());
  const auto by_event = by_row(
      events_, gates, [&](std::uint32_t i) { return gates_[i].event; }, first_gate_);
  std::vector<Gate> sorted;
  sorted.reserve(gates);
  for (const std::uint32_t index : by_event) {
    sorted.push_back(gates_[index]);
  }
  gates_ = std::move(sorted);

  gates_at_ = by_row(
      pool_count(), gates, [&](std::uint32_t i) { return gates_[i].pool; }, first_gate_at_);
  for (PoolId pool = 0; pool < pool_count(); ++pool) {
    std::sort(gates_at_.begin() + first_gate_at_[pool],
              gates_at_.begin() + first_gate_at_[pool + 1], [&](std::uint32_t a, std::uint32_t b) {
                return std::pair(gates_[a].need, a) < std::pair(gates_[b].need, b);
              });
  }

  pools_ = by_row(
      events_, static_cast<std::uint32_t>(members_.size()),
      [&](std::uint32_t i) { return members_[i]; }, first_pool_);
  std::vector<PoolId> pool_of(members_.size());
  for (PoolId pool = 0; pool < pool_count(); ++pool) {
    std::fill(pool_of.begin() + first_member_[pool], pool_of.begin() + first_member_[pool + 1],
              pool);
  }
  for (PoolId& pool : pools_) {
    pool = pool_of[pool];
  }
}

std::span<const std::uint32_t> Net::find_gates_at(PoolId pool, std::uint32_t count) const {
  const auto need = [&](std::uint32_t index) { return gates_[index].need; };
  return std::ranges::equal_range(gates_at(pool), count, {}, need);
}

Net Net::without(std::span<const EventId> events) const {
  std::vector<bool> left_out(events_, false);
  for (const EventId event : events) {
    left_out[event] = true;
  }
  Net rest;
  rest.add_events(events_);
  for (PoolId pool = 0; pool < pool_count(); ++pool) {
    for (const EventId member : members_of(pool)) {
      if (!left_out[member]) {
        rest.members_.push_back(member);
      }
    }
    rest.first_member_.push_back(static_cast<std::uint32_t>(rest.members_.size()));
  }
  rest.gates_ = gates_;
  for (const EventId event : events) {
    rest.never(event);
  }
  rest.seal();
  return rest;
}

}  // namespace procession::causes
