// SPDX-License-Identifier: MIT
#include "harness/player/watch.h"

#include "harness/os/signals.h"
#include "harness/os/unique_fd.h"

#include <sys/socket.h>

namespace procession::player {

AbstractAddress watcher_address(const trace::Arena& arena) {
  return AbstractAddress("watcher", arena.header().nonce, 0, 0);
}

void have_end_watched(const trace::Arena& arena, std::uint32_t slot) {
  std::atomic<std::uint32_t>& list = arena.header().to_watch;
  std::uint32_t first = list.load(std::memory_order_relaxed);
  do {
    arena.slot(slot).next_watched = first;
  } while (!list.compare_exchange_weak(first, slot + 1, std::memory_order_release,
                                       std::memory_order_relaxed));
  if (first != 0) {
    return;  // the warden has been woken for that one
  }
  // Without a room or a warden the end is seen when the process is reaped. A handler must not fork
  // meanwhile: its child would inherit the socket.
  const os::AllBlocked blocked;
  const os::UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const AbstractAddress address = watcher_address(arena);
  (void)::sendto(socket.get(), "", 0, MSG_NOSIGNAL | MSG_DONTWAIT, address.get(), address.size());
}

}  // namespace procession::player
