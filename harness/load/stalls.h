// SPDX-License-Identifier: MIT
#pragma once
// Stalls: when a load client stood still though it had something to look at: it was stopped, or got
// no CPU. A request that was due in one was seen only at its end. That was the client's doing, also
// if no connection was free then.
//
// Times are Instant.ns.

#include <array>
#include <cstddef>
#include <cstdint>

namespace procession::load {

class Stalls {
 public:
  // From `begin`, when it should have looked, to `end`, when it did. Later than all before.
  void note(std::int64_t begin, std::int64_t end) {
    if (count_ == kMost) {
      at(count_ - 1).end = end;  // two that are one are too long, not too short
      return;
    }
    at(count_++) = {begin, end};
  }

  // When a request that was due then was seen. Asked for in the order in which they were due.
  [[nodiscard]] std::int64_t seen(std::int64_t due) {
    while (count_ != 0 && at(0).end < due) {
      first_ = (first_ + 1) % kMost;
      --count_;
    }
    return count_ != 0 && at(0).begin <= due ? at(0).end : due;
  }

 private:
  struct Stall {
    std::int64_t begin;
    std::int64_t end;
  };
  static constexpr std::size_t kMost = 16;

  [[nodiscard]] Stall& at(std::size_t k) { return stalls_[(first_ + k) % kMost]; }

  std::array<Stall, kMost> stalls_ = {};
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

}  // namespace procession::load
