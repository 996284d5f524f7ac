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

// Who vouches for a gate: the standard, this harness's own synchronisation, or Linux beyond POSIX.
// Each trusts those before it too.
enum class Warrant : std::uint8_t { Posix, Harness, Linux };

[[nodiscard]] constexpr std::string_view to_string(Warrant warrant) {
  constexpr std::string_view kNames[] = {"posix", "harness", "linux"};
  return kNames[static_cast<std::size_t>(warrant)];
}

struct Gate {
  EventId event = 0;        // whose gate it is
  std::uint32_t need = 1;   // how many of the members; more than there are = never
  std::uint32_t first = 0;  // its members, in Net::members
  std::uint32_t count = 0;
  Warrant warrant = Warrant::Posix;
};

class Net {
 public:
  // Build: events and gates in any order, then `seal` once.
  EventId add_events(std::uint32_t count) {
    events_ += count;
    return events_ - count;
  }
  void add_gate(EventId event, std::uint32_t need, std::span<const EventId> members,
                Warrant warrant = Warrant::Posix);
  void needs(EventId event, EventId cause, Warrant warrant = Warrant::Posix) {
    add_gate(event, 1, {&cause, 1}, warrant);
  }
  void never(EventId event) { add_gate(event, 1, {}); }
  void seal();

  // Use.
  [[nodiscard]] std::uint32_t event_count() const { return events_; }
  [[nodiscard]] std::span<const Gate> gates() const { return gates_; }
  [[nodiscard]] std::span<const Gate> gates_of(EventId event) const {
    return std::span(gates_).subspan(first_gate_[event],
                                     first_gate_[event + 1] - first_gate_[event]);
  }
  [[nodiscard]] std::span<const EventId> members_of(const Gate& gate) const {
    return std::span(members_).subspan(gate.first, gate.count);
  }
  // The gates that `event` is a member of, as indices into gates().
  [[nodiscard]] std::span<const std::uint32_t> fed_by(EventId event) const {
    return std::span(fed_).subspan(first_fed_[event], first_fed_[event + 1] - first_fed_[event]);
  }

 private:
  std::vector<Gate> gates_;  // sorted by event once sealed
  std::vector<EventId> members_;
  std::vector<std::uint32_t> first_gate_;
  std::vector<std::uint32_t> fed_;
  std::vector<std::uint32_t> first_fed_;
  std::uint32_t events_ = 0;
};

}  // namespace procession::causes
