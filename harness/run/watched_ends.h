// SPDX-License-Identifier: MIT
#pragma once
// Watched ends: stamps in the slots when processes have ended whose ends are judged by the clock.
// Their reaper may come much later, and sees no more than that they are dead then. The warden's;
// costs nothing to plans that watch nobody. No heap: the list of those that are watched runs
// through their slots.
//
// A stamp is never earlier than the end. The number in a slot is the process's own until that is
// reaped: the process that is opened by it either is the one that is meant, and then is waited for;
// or is another one, or none, and then the one that is meant has ended already.

#include "harness/os/unique_fd.h"
#include "harness/trace/arena.h"

namespace procession::run {

class WatchedEnds {
 public:
  explicit WatchedEnds(const trace::Arena& arena) : arena_(arena) {}
  WatchedEnds(const WatchedEnds&) = delete;
  WatchedEnds& operator=(const WatchedEnds&) = delete;
  ~WatchedEnds() { close(); }

  // Makes ready to be woken by players, if that is not so yet. Where the system has no room nothing
  // is watched.
  void open();
  // Readable when there is something to hear; −1 if nothing is watched.
  [[nodiscard]] int fd() const { return queue_.get(); }
  // Watches those that have been started since, and stamps those that have ended.
  void hear();
  // All runs of the batch are over.
  void forget();
  // Also the end of being woken: a fork that follows inherits nothing of it.
  void close();

 private:
  void take_up();
  void watch(std::uint32_t slot);

  trace::Arena arena_;
  os::UniqueFd bell_;
  os::UniqueFd queue_;         // epoll: the bell and a pidfd of each that is watched
  std::uint32_t watched_ = 0;  // slot number + 1 of the first in the list, 0 = none
};

}  // namespace procession::run
