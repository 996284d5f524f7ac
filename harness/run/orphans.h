// SPDX-License-Identifier: MIT
#pragma once
// What lives of a run besides what main waits for, as the warden sees it: its own children, which
// are the run's orphans, and the run's slots. Reaps, counts and ends. Only for the warden: it alone
// reaps here, so the numbers of its children stay theirs.
//
// A slot's process is opened by number first and its slot read afterwards: the reaper stores "dead
// seen" before it reaps, so a slot not so marked proves that the descriptor is the right process. A
// player that ignores SIGCHLD has the kernel reap without a mark; so the process must also be of
// the session that players share with the zygote, or, having left that, descend from the warden.

#include "harness/os/unique_fd.h"
#include "harness/plan/plan.h"
#include "harness/trace/arena.h"

#include <cstdint>

namespace procession::run {

class Orphans {
 public:
  // `zygote` is the one child that is no orphan, by the number that /proc shows; 0 without /proc.
  Orphans(const trace::Arena& arena, std::uint32_t run, int zygote)
      : arena_(arena), run_(run), zygote_(zygote) {}

  // Reaps all of the warden's children that have ended. A process that no step started is counted
  // in the run.
  void reap() const;
  // The zygote is not counted: it has no exit signal.
  [[nodiscard]] static bool any_children();

  // The instance's process if that lives. A zombie does not.
  struct Living {
    os::UniqueFd process;
    bool is_orphan = false;  // its parent is the warden
    char state = '?';        // as in os::ProcEntry::Stat
    [[nodiscard]] explicit operator bool() const { return static_cast<bool>(process); }
  };
  [[nodiscard]] Living living(plan::InstanceId instance) const;
  // Its starter has begun to make it and nobody knows its number yet.
  [[nodiscard]] bool is_being_made(plan::InstanceId instance) const;
  // How many were ever reserved by a starter in this run; it never falls.
  [[nodiscard]] std::uint32_t reserved() const;

  // Sets the slot flag; notes whether the parent is the warden.
  void mark(plan::InstanceId instance, const Living& found, std::uint32_t flag) const;
  // Kills every living instance. True if there was one.
  bool kill_living() const;
  // Kills every living child of the warden, started by a step or not.
  void kill_children() const;

  // Nothing of the run lives: closes the slots whose end nobody has seen.
  void close_slots() const;

 private:
  [[nodiscard]] trace::Slot& slot(plan::InstanceId instance) const {
    return arena_.slot_of(run_, instance);
  }
  [[nodiscard]] std::uint32_t instance_of(int pid) const;
  [[nodiscard]] bool is_known(int pid) const;
  [[nodiscard]] bool is_intermediate(int pid) const;

  trace::Arena arena_;
  std::uint32_t run_;
  int zygote_;
};

}  // namespace procession::run
