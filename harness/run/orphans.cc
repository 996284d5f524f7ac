// SPDX-License-Identifier: MIT
#include "harness/run/orphans.h"

#include "harness/os/pidfd.h"
#include "harness/os/proc_entry.h"
#include "harness/player/digits.h"
#include "harness/player/launch.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <sys/wait.h>
#include <unistd.h>

namespace procession::run {

namespace {

using trace::Slot;

constexpr int kLooks = 100;

// Whether a living process descends from this one, by the parents that /proc shows. A parent that
// ends while we climb leaves its children to another one; so we climb again.
bool is_descendant(const os::UniqueFd& process) {
  const int self = os::own_proc_number();
  for (int look = 0; look < kLooks && !os::has_ended(process); ++look) {
    os::ProcEntry::Stat stat;
    os::ProcEntry entry = os::ProcEntry::of(process);
    while (entry.read(stat)) {
      if (stat.parent == self) {
        return true;
      }
      if (stat.parent == 0) {
        return false;  // the top of all
      }
      entry = os::ProcEntry::open(player::Digits(stat.parent).c_str());
    }
  }
  return false;
}

bool is_unreaped(const Slot& slot) {
  const std::uint32_t state = slot.state.load(std::memory_order_acquire);
  return state != Slot::Free && state != Slot::Reaped;
}

}  // namespace

void Orphans::reap() const {
  for (;;) {
    siginfo_t found{};
    if (os::wait_child(P_ALL, 0, found, WEXITED | WNOHANG | WNOWAIT) != 0 || found.si_pid == 0) {
      return;
    }
    const std::uint32_t instance = instance_of(found.si_pid);
    if (instance != trace::kNoSlot) {
      player::record_death(arena_, run_, instance, found.si_pid, Slot::kByWarden, WEXITED);
    } else {
      arena_.run(run_).foreign += is_known(found.si_pid) ? 0 : 1;
      [[maybe_unused]] const int error =
          os::wait_child(P_PID, static_cast<id_t>(found.si_pid), found, WEXITED);
    }
  }
}

bool Orphans::any_children() {
  siginfo_t found{};
  return os::wait_child(P_ALL, 0, found, WEXITED | WNOHANG | WNOWAIT) == 0;
}

Orphans::Living Orphans::living(plan::InstanceId instance) const {
  const Slot& wanted = slot(instance);
  const int pid = wanted.pid.load(std::memory_order_acquire);
  if (!is_unreaped(wanted) || pid <= 0) {
    return {};
  }
  Living found{os::open_pidfd(pid)};
  if (!found.process || wanted.state.load(std::memory_order_acquire) >= Slot::Dead ||
      os::has_ended(found.process)) {
    return {};
  }
  if (zygote_ != 0) {
    os::ProcEntry::Stat stat;
    if (!os::ProcEntry::of(found.process).read(stat) ||
        (stat.session != zygote_ && !is_descendant(found.process))) {
      return {};
    }
    found.is_orphan = stat.parent == os::own_proc_number();
    found.state = stat.state;
  }
  return found;
}

bool Orphans::is_being_made(plan::InstanceId instance) const {
  const Slot& wanted = slot(instance);
  return wanted.state.load(std::memory_order_acquire) == Slot::Reserved &&
         wanted.pid.load(std::memory_order_relaxed) == 0 &&
         (wanted.flags.load(std::memory_order_relaxed) & Slot::kStartFailed) == 0;
}

std::uint32_t Orphans::reserved() const {
  std::uint32_t count = 0;
  for (plan::InstanceId i = 0; i < arena_.header().slots_per_run; ++i) {
    count += slot(i).state.load(std::memory_order_acquire) != Slot::Free ? 1 : 0;
  }
  return count;
}

void Orphans::mark(plan::InstanceId instance, const Living& found, std::uint32_t flag) const {
  slot(instance).flags.fetch_or(flag | (found.is_orphan ? Slot::kParentGone : 0),
                                std::memory_order_relaxed);
}

bool Orphans::kill_living() const {
  bool any = false;
  for (plan::InstanceId i = 0; i < arena_.header().slots_per_run; ++i) {
    if (const Living found = living(i)) {
      [[maybe_unused]] const int error = os::send_signal(found.process, SIGKILL);
      any = true;
    }
  }
  return any;
}

void Orphans::kill_children() const {
  const int self = os::own_proc_number();
  os::ProcListing listing;
  while (const char* const name = listing.next()) {
    const os::ProcEntry process = os::ProcEntry::open(name);
    os::ProcEntry::Stat stat;
    if (process.read(stat) && stat.parent == self && std::atoi(name) != zygote_) {
      [[maybe_unused]] const int error = process.send_signal(SIGKILL);
    }
  }
}

// A slot without a number: its process, if there was one, ended before it or its starter could say
// so. It was reaped as one that no step started. A daemon has its number before it can end: what
// ended then was the intermediate process.
void Orphans::close_slots() const {
  trace::Run& run = arena_.run(run_);
  for (plan::InstanceId i = 0; i < arena_.header().slots_per_run; ++i) {
    Slot& left = slot(i);
    if (!is_unreaped(left) ||
        (left.flags.load(std::memory_order_relaxed) & Slot::kStartFailed) != 0) {
      continue;
    }
    const bool is_nameless = left.pid.load(std::memory_order_relaxed) == 0;
    const bool is_daemon = (left.flags.load(std::memory_order_relaxed) & Slot::kDaemonized) != 0;
    const bool never_made = is_nameless && (run.foreign == 0 || is_daemon) && left.begin == 0;
    if (is_nameless && run.foreign != 0) {
      --run.foreign;
    }
    left.flags.fetch_or(never_made ? Slot::kStartFailed : Slot::kStatusLost,
                        std::memory_order_relaxed);
    left.state.store(Slot::Reaped, std::memory_order_release);
    run.slots_reaped.fetch_add(1, std::memory_order_release);
  }
  if (run.foreign != 0) {
    run.flags.fetch_or(trace::Run::kForeign, std::memory_order_relaxed);
  }
}

// What programs have started is their own.
bool Orphans::is_known(int pid) const {
  return arena_.run(run_).programs.load(std::memory_order_acquire) != 0 || is_intermediate(pid);
}

// The process that makes a daemon; an orphan if its starter has been killed meanwhile.
bool Orphans::is_intermediate(int pid) const {
  for (plan::InstanceId i = 0; i < arena_.header().slots_per_run; ++i) {
    if (slot(i).intermediate.load(std::memory_order_acquire) == pid) {
      return true;
    }
  }
  return false;
}

// Pids are used again, so only a slot whose process has not been reaped can be meant.
std::uint32_t Orphans::instance_of(int pid) const {
  for (plan::InstanceId i = 0; i < arena_.header().slots_per_run; ++i) {
    const Slot& candidate = slot(i);
    if (candidate.pid.load(std::memory_order_acquire) == pid && is_unreaped(candidate)) {
      return i;
    }
  }
  return trace::kNoSlot;
}

}  // namespace procession::run
