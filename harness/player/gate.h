// SPDX-License-Identifier: MIT
#pragma once
// Gates: how the steps `await` and `barrier`, and the `until` of a server, wait for others. Those
// arrive, each at most once; ends of processes are announced by the kernel (pidfds). Who waits also
// notices that what it waits for can no longer come: a process has ended without arriving, or will
// never be started.
//
// A gate's counter holds how many have arrived and, in its top bit, that the gate stays closed for
// ever, so that one waiter's discovery is every waiter's.

#include "harness/load/wake.h"
#include "harness/os/unique_fd.h"
#include "harness/player/bell.h"
#include "harness/player/deadline.h"
#include "harness/player/self.h"

#include <array>

namespace procession::player {

// Arrives at the gates of those feeds that are at this point.
void arrive(plan::Range feeds, plan::Feed::Point point);

// True if all arrivals that the gate needs have come; says nothing about ends.
[[nodiscard]] bool arrivals_complete(const plan::Gate& gate);

// One process's waiting at one gate: look; if it is closed, sleep; look again.
class GateWait {
 public:
  enum class View { Closed, Open, Gone };

  explicit GateWait(const plan::Gate& gate);

  [[nodiscard]] int error() const { return bell_.error(); }  // errno, 0 = it can wait
  [[nodiscard]] View look();
  // After `look` has said Closed: sleeps until the gate may look different or it is too late: then
  // false.
  [[nodiscard]] bool sleep(Deadline deadline);
  // The same for who sleeps elsewhere, and looks again after this; good until the next look.
  [[nodiscard]] load::Wake wake();

  // The process whose end has opened it; none if arrivals did.
  [[nodiscard]] plan::InstanceId opened_by_end_of() const { return opened_by_; }

 private:
  // What is known of a process that has not done yet what is waited for.
  enum class Chance { May, Ended, Never };

  [[nodiscard]] View look_for_all();
  [[nodiscard]] View look_for_any();
  [[nodiscard]] bool all_can_arrive();
  [[nodiscard]] Chance chance_of_arrival(const plan::Feed& feed);
  [[nodiscard]] Chance chance_of_end(plan::InstanceId instance);
  [[nodiscard]] Chance watch(plan::InstanceId instance);
  [[nodiscard]] bool is_watched(plan::InstanceId instance) const;
  void watch_nothing();
  [[nodiscard]] base::Duration until_next_look() const;
  void have_patience();

  // How many processes one waiter watches at a time where all must come: others watch others, and
  // every look begins elsewhere. Where one suffices, the more the better.
  static constexpr std::size_t kFew = 8;
  static constexpr std::size_t kMany = 64;

  const plan::Gate& gate_;
  Bell bell_;
  std::array<os::UniqueFd, kMany> watched_;
  std::array<plan::InstanceId, kMany> watched_who_;  // the first `watched_count_` are set
  std::size_t watched_count_ = 0;
  std::array<int, kMany + 1> wakers_;  // what `wake` returns
  bool unwatched_ = false;             // something may happen that would not wake us
  bool unmade_end_ = false;            // a process whose end is waited for has not been made yet
  std::int64_t patience_;              // with the latter
  std::uint32_t offset_;               // where the next look at the arrivals begins
  std::uint32_t ends_seen_ = 0;
  plan::InstanceId opened_by_ = plan::kNone;
};

}  // namespace procession::player
