// SPDX-License-Identifier: MIT
#pragma once
// Bells: how a player that sleeps is woken by whoever made its waiting pointless. A bell is an
// abstract unix datagram socket that exists only while its owner waits; its name is made of the
// arena's nonce, the owner's slot and the number in Slot::waiting. Nobody else's descriptor is
// needed to ring it, and it polls together with pidfds and sockets.
//
// No ring comes too early: the owner says that it waits, opens the bell, looks at what it waits
// for, and only then sleeps; the ringer changes that and then looks whether the owner waits. A ring
// says nothing but "look again".

#include "harness/os/unique_fd.h"
#include "harness/plan/plan.h"

#include <cstdint>

namespace procession::player {

// A ring is lost when the ringer has no descriptor left for it: so nobody sleeps longer.
inline constexpr std::int64_t kLookAnyway = 1'000'000'000;  // ns

// The own bell. A handler that waits while its process waits uses the same one.
class Bell {
 public:
  Bell();
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;
  ~Bell();

  [[nodiscard]] int error() const { return error_; }  // errno, 0 = it is open
  [[nodiscard]] int fd() const;                       // readable once somebody has rung
  void quiet();                                       // forgets all rings until now

 private:
  Bell* outer_;      // of the code that this one's handler has interrupted
  os::UniqueFd fd_;  // only the outermost has one
  plan::InstanceId owner_;
  int error_ = 0;
};

// Of the copy that a forked child has of its parent's bell: it is none of its own.
void forget_bell();

// Wakes other processes; opens its socket at the first one that waits.
class Ringer {
 public:
  void ring(plan::InstanceId instance);

 private:
  os::UniqueFd fd_;
};

}  // namespace procession::player
