// SPDX-License-Identifier: MIT
#pragma once
// The system calls of a connection, as all engines make them. None raises SIGPIPE.

#include "harness/load/conversation.h"

#include <cerrno>
#include <sys/socket.h>

namespace procession::load {

// What came of receiving or sending.
struct Passed {
  std::size_t size = 0;
  int error = 0;  // errno; size 0 without an error: end of input
};

enum class Block : int { Yes = 0, No = MSG_DONTWAIT };

inline Passed receive(int socket, std::span<char> room, Block block) noexcept {
  for (;;) {
    const ssize_t size = ::recv(socket, room.data(), room.size(), static_cast<int>(block));
    if (size >= 0) {
      return {static_cast<std::size_t>(size), 0};
    }
    if (errno != EINTR) {
      return {0, errno};
    }
  }
}

// Sends as much as goes; an error tells of what has not gone.
inline Passed send(int socket, std::span<const char> bytes, Block block) noexcept {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t size = ::send(socket, bytes.data() + sent, bytes.size() - sent,
                                MSG_NOSIGNAL | static_cast<int>(block));
    if (size >= 0) {
      sent += static_cast<std::size_t>(size);
    } else if (errno != EINTR) {
      return {sent, errno};
    }
  }
  return {sent, 0};
}

// Accepts one that waits. −1 and errno: EAGAIN if none does.
inline int accept_one(int listener) noexcept {
  for (;;) {
    const int connection = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    // A connection that breaks before it is accepted is its client's affair: accept(2).
    if (connection >= 0 || (errno != EINTR && errno != ECONNABORTED && errno != EPROTO)) {
      return connection;
    }
  }
}

// Whether accepting may work again once something else has ended.
inline bool is_exhausted(int error) noexcept {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM ||
         error == ENOSPC;
}

}  // namespace procession::load
