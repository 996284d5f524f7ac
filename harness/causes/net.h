// SPDX-License-Identifier: MIT
#pragma once
// The cause net of a Plan: which events there are, and what each one needs. The language has no
// branches, so what may happen is known before anything runs: an event has gates, a gate is "at
// least `need` of these events", and an event can happen only when all its gates are open.
//
// Made from a Plan by `net_of` (net_of.h), or by hand in tests; asked by `possible` and
// `guaranteed` (guarantee.h), by the verdicts and by the static checks. A plain value; building and
// asking are linear in its size.
//
// A missing gate can only make an order look less guaranteed than it is; a gate too many, or a
// member missing from a "1 of", can make luck look like a guarantee. When in doubt there is no
// gate.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace procession::causes {

using EventId = std::uint32_t;
using PoolId = std::uint32_t;

// Who vouches for a gate: the standard, this harness's own synchronisation, or Linux beyond POSIX.
// Each trusts those before it too.
enum class Warrant : std::uint8_t { Posix, Harness, Linux };

[[nodiscard]] constexpr std::string_view to_string(Warrant warrant) {
  constexpr std::string_view kNames[] = {"posix", "harness", "linux"};
  return kNames[static_cast<std::size_t>(warrant)];
}

// The members that a gate waits for are a pool. Gates may share one: "the first of these", "all of
// these", "the k-th of these". So a barrier of n or n accepts of n connects are linear in n.
struct Gate {
  EventId event = 0;       // whose gate it is
  std::uint32_t need = 1;  // how many of the members; more than there are = never
  PoolId pool = 0;
  Warrant warrant = Warrant::Posix;
};

class Net {
 public:
  // Build: events, pools and gates in any order, then `seal` once.
  EventId add_events(std::uint32_t count) {
    events_ += count;
    return events_ - count;
  }
  PoolId add_pool(std::span<const EventId> members);
  void add_gate(EventId event, std::uint32_t need, PoolId pool, Warrant warrant = Warrant::Posix);
  // With a pool of its own.
  void add_gate(EventId event, std::uint32_t need, std::span<const EventId> members,
                Warrant warrant = Warrant::Posix) {
    add_gate(event, need, add_pool(members), warrant);
  }
  void needs(EventId event, EventId cause, Warrant warrant = Warrant::Posix) {
    add_gate(event, 1, {&cause, 1}, warrant);
  }
  void never(EventId event) { add_gate(event, 1, std::span<const EventId>{}); }
  void seal();

  // The same net in which none of `events` ever happens: they are no members of any pool.
  [[nodiscard]] Net without(std::span<const EventId> events) const;

  // Use.
  [[nodiscard]] std::uint32_t event_count() const { return events_; }
  [[nodiscard]] std::uint32_t pool_count() const {
    return static_cast<std::uint32_t>(first_member_.size() - 1);
  }
  [[nodiscard]] std::span<const Gate> gates() const { return gates_; }
  [[nodiscard]] std::span<const Gate> gates_of(EventId event) const {
    return row(gates_, first_gate_, event);
  }
  [[nodiscard]] std::span<const EventId> members_of(PoolId pool) const {
    return row(members_, first_member_, pool);
  }
  [[nodiscard]] std::span<const EventId> members_of(const Gate& gate) const {
    return members_of(gate.pool);
  }
  // The pools that `event` is a member of; once for each time that it is named.
  [[nodiscard]] std::span<const PoolId> pools_with(EventId event) const {
    return row(pools_, first_pool_, event);
  }
  // The gates of a pool, as indices into gates(): all, those that need least first; and those that
  // open with the `count`-th member.
  [[nodiscard]] std::span<const std::uint32_t> gates_at(PoolId pool) const {
    return row(gates_at_, first_gate_at_, pool);
  }
  [[nodiscard]] std::span<const std::uint32_t> gates_at(PoolId pool, std::uint32_t count) const {
    const auto all = gates_at(pool);
    if (all.size() == 1) {
      return all.first(gates_[all.front()].need == count ? 1 : 0);
    }
    return find_gates_at(pool, count);
  }

 private:
  [[nodiscard]] std::span<const std::uint32_t> find_gates_at(PoolId pool,
                                                             std::uint32_t count) const;

  // Table after table of rows behind each other: row r is first[r] … first[r + 1].
  using First = std::vector<std::uint32_t>;
  template <typename T>
  [[nodiscard]] static std::span<const T> row(const std::vector<T>& table, const First& first,
                                              std::uint32_t r) {
    return std::span(table).subspan(first[r], first[r + 1] - first[r]);
  }

  std::uint32_t events_ = 0;
  std::vector<EventId> members_;  // by pool
  First first_member_ = {0};
  std::vector<Gate> gates_;  // by event, once sealed
  First first_gate_;
  std::vector<PoolId> pools_;  // by event
  First first_pool_;
  std::vector<std::uint32_t> gates_at_;  // by pool
  First first_gate_at_;
};

}  // namespace procession::causes
