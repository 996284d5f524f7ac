// SPDX-License-Identifier: MIT
#include "harness/causes/net.h"

#include "harness/base/check.h"

#include <algorithm>

namespace procession::causes {

void Net::add_gate(EventId event, std::uint32_t need, std::span<const EventId> members,
                   Warrant warrant) {
  base::check(event < events_ && need >= 1, "a gate belongs to an event and needs something");
  gates_.push_back({event, need, static_cast<std::uint32_t>(members_.size()),
                    static_cast<std::uint32_t>(members.size()), warrant});
  members_.insert(members_.end(), members.begin(), members.end());
}

void Net::seal() {
  std::ranges::stable_sort(gates_, {}, &Gate::event);
  first_gate_.assign(events_ + 1, 0);
  first_fed_.assign(events_ + 1, 0);
  for (const Gate& gate : gates_) {
    ++first_gate_[gate.event + 1];
    for (const EventId member : members_of(gate)) {
      ++first_fed_[member + 1];
    }
  }
  for (EventId event = 0; event < events_; ++event) {
    first_gate_[event + 1] += first_gate_[event];
    first_fed_[event + 1] += first_fed_[event];
  }
  fed_.resize(members_.size());
  std::vector<std::uint32_t> next(first_fed_.begin(), first_fed_.end() - 1);
  for (std::uint32_t index = 0; index < gates_.size(); ++index) {
    for (const EventId member : members_of(gates_[index])) {
      fed_[next[member]++] = index;
    }
  }
}

}  // namespace procession::causes
