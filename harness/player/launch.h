// SPDX-License-Identifier: MIT
#pragma once
// The player's launch contract: how a process of a scenario comes to life. Three doors:
//   play          in a process just forked: the zygote's child becomes `main`, a player's child
//                 becomes the instance that it was started as;
//   play_fresh    in a fresh image: `procession-player play ARENA_FD RUN INSTANCE`;
//   serve_starts  in a fresh image: `procession-player forkserver ARENA_FD RUN` is the forkserver.
// None of them returns: they end with the process.
//
// Whoever makes a process has stored Slot::Reserved with release order before, and blocks all
// signals round the fork; the player resets handlers and mask before its first step. The descriptor
// ARENA_FD is closed once it is mapped, but for one close-on-exec number (Header::arena_fd).
//
// `record_death` is the pin protocol that makes numbers of processes safe without a pidfd for each:
// "dead seen" is stored before the reap, so that whoever opened a pidfd by number and *then* finds
// the slot not yet so marked holds the right process.

#include "harness/plan/plan.h"
#include "harness/trace/arena.h"

#include <cstdint>

namespace procession::player {

struct Place {
  trace::Arena arena;
  plan::Plan plan;
  std::uint32_t run = 0;
  plan::InstanceId instance = 0;

  [[nodiscard]] trace::Slot& slot() const { return arena.slot_of(run, instance); }
};

[[noreturn]] void play(const Place& place);
[[noreturn]] void play_fresh(int arena_fd, std::uint32_t run, plan::InstanceId instance);
[[noreturn]] void serve_starts(int arena_fd, std::uint32_t run);

// The caller's child `pid` (0 = any that has died) has ended or ends now: waits with `options` of
// waitid(2) without reaping, marks the slot dead with a stamp, reaps, stores the status and who
// reaped. True if a child was reaped; false if WNOHANG found none or there is no such child
// (errno). `by` is the reaper's slot, Slot::kByWarden or Slot::kByZygote. The slot is found by the
// pid among the run's slots unless `instance` says which it is.
bool record_death(const trace::Arena& arena, std::uint32_t run, plan::InstanceId instance, int pid,
                  std::uint32_t by, int options);

}  // namespace procession::player
