// SPDX-License-Identifier: MIT
#pragma once
// The player's launch contract: how a process of a scenario comes to life. Three doors:
//   play          in a process just forked by who is no player: the zygote's child becomes `main`
//                 (a player's own children never leave the loop that they are born in);
//   play_fresh    in a fresh image: `procession-player play ARENA_FD RUN INSTANCE`;
//   serve_starts  in a fresh image: `procession-player forkserver ARENA_FD RUN` is the forkserver.
// None of them returns: they end with the process.
//
// Whoever makes a process has stored Slot::Reserved with release order before, and blocks all
// signals round the fork; before its first step the player unblocks all. It begins with default
// actions: a fresh image resets all of them, a player's child those that its parent has changed;
// the zygote has changed none. SIGPIPE alone is ignored in every player. The descriptor
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

// The caller's child `pid` (0 = any) has ended or ends now: waits with `options` of waitid(2)
// without reaping, marks the slot dead with a stamp, reaps, stores the status and who reaped. True
// if a child was reaped; else errno is 0 (WNOHANG found none) or ECHILD (there is no such child).
// `by` is the reaper's slot, Slot::kByWarden or Slot::kByZygote. plan::kNone for `instance`: the
// slot is found by the pid among the run's slots; a child that no step has started is counted in
// Run::foreign.
bool record_death(const trace::Arena& arena, std::uint32_t run, plan::InstanceId instance, int pid,
                  std::uint32_t by, int options);

}  // namespace procession::player
