// SPDX-License-Identifier: MIT
#include "harness/run/settlement.h"

#include "harness/os/pidfd.h"
#include "harness/os/proc_entry.h"

#include <chrono>

namespace procession::run {

namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

// For what cannot be watched, only looked at.
constexpr base::Duration kSoon = 1ms;
constexpr base::Duration kLater = 10s;
// How long a survivor may be busy before it counts as one.
constexpr base::Duration kGrace = 200ms;

// It sleeps or is stopped, and no signal is on its way to it: nothing that has happened so far will
// end it.
bool is_quiet(const Orphans::Living& survivor) {
  return survivor.state == 'T' ||
         (survivor.state == 'S' && !os::ProcEntry::of(survivor.process).has_signal_to_take());
}

// The forkserver ends by itself after its last child, which may be a survivor.
bool is_awaited(const plan::Instance& instance) {
  return !instance.survivor && instance.kind != plan::Instance::Kind::Forkserver;
}

}  // namespace

bool Settlement::advance(bool ending) {
  orphans_.reap();
  if (!Orphans::any_children()) {
    orphans_.close_slots();
    return true;
  }
  next_look_ = kSoon;
  if (ending) {
    if (!orphans_.kill_living()) {
      orphans_.kill_children();
    }
    return false;
  }
  if (must_wait()) {
    return false;
  }
  // Only survivors live now, and what no step started: of programs that have ended, first.
  programs_.hear(zygote_);
  if (programs_.is_tidying()) {
    return false;
  }
  if (only_survivors_since_ == base::Instant{}) {
    only_survivors_since_ = base::now();
  }
  const bool may_wait = base::now() - only_survivors_since_ < kGrace;
  if (may_wait && !survivors_are_quiet()) {
    return false;
  }
  const plan::InstanceId forkserver = plan_.header().forkserver;
  if (!end_survivors() && (forkserver == plan::kNone || !watch(forkserver))) {
    orphans_.kill_children();
  }
  return false;
}

// For somebody who is no survivor and lives, or is being made. Whoever lived may have started one
// that had been looked at already: so only a look at all that finds nobody counts, and during which
// none was reserved. It looks for what is being made first: that can only become what lives.
bool Settlement::must_wait() {
  if (watched_ && !os::has_ended(watched_.process)) {
    next_look_ = kLater;
    return true;
  }
  watched_ = {};
  for (;;) {
    const bool looks_at_all = cursor_ == 0;
    const std::uint32_t reserved = looks_at_all ? orphans_.reserved() : 0;
    const bool being_made = looks_at_all && some_start_is_under_way();
    for (; cursor_ < plan_.instances().size(); ++cursor_) {
      if (is_awaited(plan_.instance(cursor_)) && watch(cursor_)) {
        return true;
      }
    }
    cursor_ = 0;
    if (being_made) {
      return true;
    }
    if (looks_at_all && orphans_.reserved() == reserved) {
      return false;
    }
  }
}

bool Settlement::watch(plan::InstanceId instance) {
  watched_ = orphans_.living(instance);
  if (!watched_) {
    return false;
  }
  next_look_ = kLater;
  return true;
}

bool Settlement::some_start_is_under_way() const {
  if (base::now() - begun_ >= trace::Slot::kStartGrace) {
    return false;
  }
  for (plan::InstanceId i = 0; i < plan_.instances().size(); ++i) {
    if (orphans_.is_being_made(i)) {
      return true;
    }
  }
  return false;
}

bool Settlement::survivors_are_quiet() const {
  for (plan::InstanceId i = 0; i < plan_.instances().size(); ++i) {
    if (!plan_.instance(i).survivor) {
      continue;
    }
    if (const Orphans::Living found = orphans_.living(i); found && !is_quiet(found)) {
      return false;
    }
  }
  return true;
}

// True if there was one. All are noted before the first one is ended.
bool Settlement::end_survivors() const {
  bool any = false;
  for (plan::InstanceId i = 0; i < plan_.instances().size(); ++i) {
    if (!plan_.instance(i).survivor) {
      continue;
    }
    if (const Orphans::Living found = orphans_.living(i)) {
      orphans_.mark(i, found, trace::Slot::kSurvived);
      any = true;
    }
  }
  return any && orphans_.kill_living();
}

}  // namespace procession::run
