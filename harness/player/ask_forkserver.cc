// SPDX-License-Identifier: MIT
// The client's side of the forkserver: makes it if need be, and asks it.
#include "harness/os/signals.h"
#include "harness/player/abstract_address.h"
#include "harness/player/deadline.h"
#include "harness/player/fd_message.h"
#include "harness/player/forkserver.h"
#include "harness/player/self.h"
#include "harness/player/start.h"

#include <cerrno>
#include <sys/socket.h>

namespace procession::player {

namespace {

constexpr int kBacklog = 4096;
constexpr std::int64_t kUntilOpened = 1'000'000;

AbstractAddress address() {
  return AbstractAddress("forkserver", self().arena.header().nonce, self().run, 0);
}

os::UniqueFd open_socket() {
  return os::UniqueFd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
}

// Opens the socket and spawns the forkserver with it. 0 or errno.
int make_forkserver(plan::InstanceId forkserver) {
  const os::UniqueFd socket = open_socket();
  const AbstractAddress name = address();
  if (!socket || ::bind(socket.get(), name.get(), name.size()) != 0 ||
      ::listen(socket.get(), kBacklog) != 0) {
    return errno;
  }
  slot_of(forkserver).handoff = socket.get();
  const os::AllBlocked blocked;
  return spawn_player(Door::Forkserver, forkserver);
}

int ensure_forkserver(plan::InstanceId forkserver) {
  if (!reserve(forkserver)) {
    return 0;
  }
  const int error = make_forkserver(forkserver);
  if (error != 0) {
    give_up(forkserver);
  }
  return error;
}

// Somebody has reserved it and has not opened the socket yet.
bool is_being_made(plan::InstanceId forkserver) {
  const trace::Slot& slot = slot_of(forkserver);
  return slot.state.load(std::memory_order_acquire) == trace::Slot::Reserved &&
         slot.pid.load(std::memory_order_acquire) == 0 &&
         (slot.flags.load(std::memory_order_acquire) & trace::Slot::kStartFailed) == 0;
}

int connect_to(plan::InstanceId forkserver, const os::UniqueFd& socket) {
  const AbstractAddress name = address();
  for (;;) {
    const bool early = is_being_made(forkserver);
    if (::connect(socket.get(), name.get(), name.size()) == 0) {
      return 0;
    }
    if (errno != EINTR && errno != ECONNREFUSED) {
      return errno;
    }
    if (errno == ECONNREFUSED) {
      if (!early) {
        return scenario::kGone;
      }
      pause_for(kUntilOpened);
    }
  }
}

int receive_reply(const os::UniqueFd& socket) {
  StartReply reply;
  for (;;) {
    const ssize_t size = ::recv(socket.get(), &reply, sizeof reply, 0);
    if (size == sizeof reply) {
      return reply.error;
    }
    if (size >= 0 || errno != EINTR) {
      return scenario::kGone;
    }
  }
}

}  // namespace

int ask_forkserver(plan::InstanceId instance) {
  const plan::InstanceId forkserver = the_plan().header().forkserver;
  if (const int error = ensure_forkserver(forkserver); error != 0) {
    return error;
  }
  const os::UniqueFd socket = open_socket();
  if (!socket) {
    return errno;
  }
  if (const int error = connect_to(forkserver, socket); error != 0) {
    return error;
  }
  const StartRequest asked{instance};
  if (!send_with_fd(socket.get(), &asked, sizeof asked, slot_of(instance).handoff)) {
    return scenario::kGone;
  }
  return receive_reply(socket);
}

}  // namespace procession::player
