// SPDX-License-Identifier: MIT
// The client's side of the forkserver: makes it if need be, and asks it.
#include "harness/os/signals.h"
#include "harness/player/abstract_address.h"
#include "harness/player/deadline.h"
#include "harness/player/fd_message.h"
#include "harness/player/forkserver.h"
#include "harness/player/pin.h"
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

// The socket that the forkserver answers at. 0 or errno.
int open_listening(os::UniqueFd& socket) {
  socket = open_socket();
  const AbstractAddress name = address();
  const bool listens = socket && ::bind(socket.get(), name.get(), name.size()) == 0 &&
                       ::listen(socket.get(), kBacklog) == 0;
  return listens ? 0 : errno;
}

int spawn_forkserver(plan::InstanceId forkserver, const os::UniqueFd& listening) {
  slot_of(forkserver).handoff = listening.get();
  const os::AllBlocked blocked;
  return spawn_player(Door::Forkserver, forkserver);
}

int connect_to(plan::InstanceId forkserver, const os::UniqueFd& socket) {
  const AbstractAddress name = address();
  for (;;) {
    // Somebody has reserved it and has not opened the socket yet.
    const bool early = pin(forkserver).state == Pin::State::Coming;
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

// A connection with the request on it. 0 or an error.
int send_request(plan::InstanceId forkserver, plan::InstanceId instance, os::UniqueFd& socket) {
  socket = open_socket();
  if (!socket) {
    return errno;
  }
  if (const int error = connect_to(forkserver, socket); error != 0) {
    return error;
  }
  const StartRequest asked{instance};
  const bool sent = send_with_fd(socket.get(), &asked, sizeof asked, slot_of(instance).handoff);
  return sent ? 0 : scenario::kGone;
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

// Makes the forkserver and asks it, in the other order: it ends when main has ended and nobody
// asks, so it must find the request when it begins.
int make_and_ask(plan::InstanceId forkserver, plan::InstanceId instance, os::UniqueFd& socket) {
  os::UniqueFd listening;
  int error = open_listening(listening);
  if (error == 0) {
    error = send_request(forkserver, instance, socket);
  }
  if (error == 0) {
    error = spawn_forkserver(forkserver, listening);
  }
  if (error != 0) {
    give_up(forkserver);
  }
  return error;
}

}  // namespace

int ask_forkserver(plan::InstanceId instance) {
  const plan::InstanceId forkserver = the_plan().header().forkserver;
  os::UniqueFd socket;
  const int error = reserve(forkserver) ? make_and_ask(forkserver, instance, socket)
                                        : send_request(forkserver, instance, socket);
  return error != 0 ? error : receive_reply(socket);
}

}  // namespace procession::player
