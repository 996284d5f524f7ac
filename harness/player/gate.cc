// SPDX-License-Identifier: MIT
#include "harness/player/gate.h"

#include "harness/player/pin.h"

#include <algorithm>

namespace procession::player {

namespace {

using plan::Feed;
using plan::Gate;
using plan::InstanceId;

constexpr std::uint32_t kNeverOpens = 0x8000'0000;

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kFirstPatience = kMillisecond;
constexpr std::int64_t kLongestPatience = 100 * kMillisecond;
// Looking again costs each waiter of n a look at n arrivals.
constexpr std::int64_t kLookAgain = 100 * kMillisecond;
constexpr std::int64_t kLookAgainPerFeed = kMillisecond / 10;

std::uint32_t count_of(const Gate& gate) {
  return word(gate.counter).load(std::memory_order_seq_cst);
}

bool has_arrived(const Feed& feed) { return word(feed.word).load(std::memory_order_acquire) != 0; }

void wake_waiters(const Gate& gate) {
  Ringer ringer;
  for (const InstanceId waiter : the_plan().ids(gate.waiters)) {
    ringer.ring(waiter);
  }
}

void close_for_ever(const Gate& gate) {
  const std::uint32_t before = word(gate.counter).fetch_or(kNeverOpens, std::memory_order_seq_cst);
  if ((before & kNeverOpens) == 0) {
    wake_waiters(gate);
  }
}

void arrive_at(const Feed& feed) {
  if (word(feed.word).exchange(1, std::memory_order_acq_rel) != 0) {
    return;
  }
  const Gate& gate = the_plan().gates()[feed.gate];
  word(gate.counter).fetch_add(1, std::memory_order_seq_cst);
  if (arrivals_complete(gate)) {
    wake_waiters(gate);
  }
}

bool is_unmade(InstanceId instance) {
  return slot_of(instance).state.load(std::memory_order_acquire) == trace::Slot::Free;
}

}  // namespace

void arrive(plan::Range feeds, Feed::Point point) {
  for (const Feed& feed : the_plan().feeds(feeds)) {
    if (feed.point == point) {
      arrive_at(feed);
    }
  }
}

bool arrivals_complete(const Gate& gate) {
  const std::uint32_t arrived = count_of(gate) & ~kNeverOpens;
  return gate.any ? arrived != 0 : arrived == gate.feeds.count;
}

GateWait::GateWait(const Gate& gate)
    : gate_(gate),
      patience_(kFirstPatience),
      offset_(gate.feeds.count == 0 ? 0 : self().instance % gate.feeds.count) {}

GateWait::View GateWait::look() {
  bell_.quiet();
  watch_nothing();
  return gate_.any ? look_for_any() : look_for_all();
}

GateWait::View GateWait::look_for_all() {
  const bool complete = arrivals_complete(gate_);
  if (!complete && !all_can_arrive()) {
    close_for_ever(gate_);
    return View::Gone;
  }
  const auto ends = the_plan().ids(gate_.ends);
  for (; ends_seen_ < ends.size(); ++ends_seen_) {
    const Chance chance = chance_of_end(ends[ends_seen_]);
    if (chance == Chance::Never) {
      close_for_ever(gate_);
      return View::Gone;
    }
    if (chance == Chance::May) {
      return View::Closed;
    }
    opened_by_ = ends[ends_seen_];
  }
  return complete ? View::Open : View::Closed;
}

GateWait::View GateWait::look_for_any() {
  bool possible = false;
  for (const InstanceId instance : the_plan().ids(gate_.ends)) {
    const Chance chance = chance_of_end(instance);
    if (chance == Chance::Ended) {
      opened_by_ = instance;
      return View::Open;
    }
    possible = possible || chance == Chance::May;
  }
  for (const Feed& feed : the_plan().feeds(gate_.feeds)) {
    possible = chance_of_arrival(feed) == Chance::May || possible;
  }
  if (gate_.feeds.count != 0 && arrivals_complete(gate_)) {
    return View::Open;
  }
  return possible ? View::Closed : View::Gone;
}

// Looks at as many as can be watched.
bool GateWait::all_can_arrive() {
  if ((count_of(gate_) & kNeverOpens) != 0) {
    return false;
  }
  const auto feeds = the_plan().feeds(gate_.feeds);
  for (std::uint32_t seen = 0; seen < feeds.size() && watched_count_ < kFew; ++seen) {
    const Feed& feed = feeds[offset_];
    offset_ = (offset_ + 1) % gate_.feeds.count;
    const Chance chance = chance_of_arrival(feed);
    if (chance != Chance::May && !has_arrived(feed)) {
      return false;
    }
  }
  unwatched_ = unwatched_ || watched_count_ == kFew;
  return true;
}

GateWait::Chance GateWait::chance_of_arrival(const Feed& feed) {
  return has_arrived(feed) ? Chance::May : watch(feed.by);
}

GateWait::Chance GateWait::chance_of_end(InstanceId instance) {
  const Chance chance = watch(instance);
  unmade_end_ = unmade_end_ || (chance == Chance::May && slot_of(instance).pid.load() == 0);
  return chance;
}

// If it has not been made yet, whoever might make it is watched: the nearest of its starters that
// has been made. That one's end decides only after another look at what it might have made.
GateWait::Chance GateWait::watch(InstanceId instance) {
  InstanceId who = instance;
  InstanceId below = plan::kNone;  // whom `who` would start
  while (who != plan::kNone) {
    if (who == self().instance || is_watched(who)) {
      return Chance::May;
    }
    if (watched_count_ == kMany) {
      unwatched_ = true;
      return Chance::May;
    }
    Pin pinned = pin_living(who);
    switch (pinned.state) {
      case Pin::State::Held:
        watched_who_[watched_count_] = who;
        watched_[watched_count_++] = std::move(pinned.process);
        unwatched_ = unwatched_ || who != instance;
        return Chance::May;
      case Pin::State::Coming:
      case Pin::State::NoRoom:
        unwatched_ = true;
        return Chance::May;
      case Pin::State::Failed:
        return Chance::Never;
      case Pin::State::Dead:
        if (who == instance) {
          return Chance::Ended;
        }
        if (is_unmade(below)) {
          return Chance::Never;
        }
        who = instance;
        break;
      case Pin::State::Unmade:
        below = who;
        who = the_plan().instance(who).starter;
        break;
    }
  }
  return Chance::Never;
}

bool GateWait::is_watched(InstanceId instance) const {
  const auto end = watched_who_.begin() + static_cast<std::ptrdiff_t>(watched_count_);
  return std::find(watched_who_.begin(), end, instance) != end;
}

void GateWait::watch_nothing() {
  while (watched_count_ > 0) {
    watched_[--watched_count_].reset();
  }
  unwatched_ = false;
  unmade_end_ = false;
}

base::Duration GateWait::until_next_look() const {
  if (unmade_end_) {
    return base::Duration(patience_);
  }
  return base::Duration(unwatched_ ? kLookAgain + gate_.feeds.count * kLookAgainPerFeed
                                   : kLookAnyway);
}

void GateWait::have_patience() { patience_ = std::min(2 * patience_, kLongestPatience); }

bool GateWait::sleep(Deadline deadline) {
  std::array<pollfd, kMany + 1> entries;
  entries[0] = {bell_.fd(), POLLIN, 0};
  for (std::size_t k = 0; k < watched_count_; ++k) {
    entries[k + 1] = {watched_[k].get(), POLLIN, 0};
  }
  const Deadline look = Deadline::in(until_next_look().count());
  if (poll_until(std::span(entries).first(watched_count_ + 1), Deadline::earlier(deadline, look)) !=
      Woken::Late) {
    return true;
  }
  have_patience();
  return !deadline.has_passed();
}

load::Wake GateWait::wake() {
  wakers_[0] = bell_.fd();
  for (std::size_t k = 0; k < watched_count_; ++k) {
    wakers_[k + 1] = watched_[k].get();
  }
  const base::Instant at = base::now() + until_next_look();
  have_patience();
  return {std::span(wakers_).first(watched_count_ + 1), at};
}

}  // namespace procession::player
