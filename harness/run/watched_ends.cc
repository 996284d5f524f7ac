// SPDX-License-Identifier: MIT
#include "harness/run/watched_ends.h"

#include "harness/base/time.h"
#include "harness/os/pidfd.h"
#include "harness/player/watch.h"

#include <algorithm>
#include <cerrno>
#include <span>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace procession::run {

namespace {

constexpr int kAtOnce = 64;

bool add(const os::UniqueFd& queue, int fd, std::uint32_t slot) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u32 = slot;
  return ::epoll_ctl(queue.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void stop_watching(trace::Slot& slot) {
  if (slot.watch != 0) {
    ::close(slot.watch - 1);  // leaves the queue with it
    slot.watch = 0;
  }
}

}  // namespace

void WatchedEnds::open() {
  if (queue_) {
    return;
  }
  bell_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  queue_.reset(::epoll_create1(EPOLL_CLOEXEC));
  const player::AbstractAddress address = player::watcher_address(arena_);
  if (!bell_ || !queue_ || ::bind(bell_.get(), address.get(), address.size()) != 0 ||
      !add(queue_, bell_.get(), trace::kNoSlot)) {
    close();
  }
}

void WatchedEnds::hear() {
  if (!queue_) {
    return;
  }
  epoll_event heard[kAtOnce];
  int count = 0;
  do {
    take_up();
    count = ::epoll_wait(queue_.get(), heard, kAtOnce, 0);
    const base::Instant now = base::now();
    for (const epoll_event& event :
         std::span(heard, static_cast<std::size_t>(std::max(count, 0)))) {
      if (event.data.u32 != trace::kNoSlot) {
        trace::Slot& slot = arena_.slot(event.data.u32);
        slot.end_seen = now.ns;
        stop_watching(slot);
      }
    }
  } while (count == kAtOnce);
}

// First the bell, then the list: whoever comes in between rings again.
void WatchedEnds::take_up() {
  char nothing = 0;
  while (::recv(bell_.get(), &nothing, sizeof nothing, 0) >= 0) {
  }
  std::uint32_t next = arena_.header().to_watch.exchange(0, std::memory_order_acquire);
  while (next != 0) {
    const std::uint32_t slot = next - 1;
    next = std::exchange(arena_.slot(slot).next_watched, watched_);
    watched_ = slot + 1;
    watch(slot);
  }
}

void WatchedEnds::watch(std::uint32_t number) {
  trace::Slot& slot = arena_.slot(number);
  os::UniqueFd process = os::open_pidfd(slot.pid.load(std::memory_order_acquire));
  if (process && add(queue_, process.get(), number)) {
    slot.watch = process.release() + 1;
  } else if (!process && errno == ESRCH) {
    slot.end_seen = base::now().ns;
  }
}

void WatchedEnds::forget() {
  hear();
  while (watched_ != 0) {
    trace::Slot& slot = arena_.slot(watched_ - 1);
    stop_watching(slot);
    watched_ = slot.next_watched;
  }
}

void WatchedEnds::close() {
  forget();
  queue_.reset();
  bell_.reset();
}

}  // namespace procession::run
