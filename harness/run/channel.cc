// SPDX-License-Identifier: MIT
#include "harness/run/channel.h"

#include <cerrno>
#include <sys/socket.h>

namespace procession::run {

namespace {

Received receive_with(int socket, int flags) noexcept {
  Received received;
  ssize_t size = 0;
  do {
    size = ::recv(socket, &received.message, sizeof received.message, flags);
  } while (size < 0 && errno == EINTR);
  if (size == static_cast<ssize_t>(sizeof received.message)) {
    received.what = Received::Got;
  } else if (size >= 0 || errno != EAGAIN) {
    received.what = Received::EndOfFile;
  }
  return received;
}

}  // namespace

std::optional<Message> receive(int socket) noexcept {
  const Received received = receive_with(socket, 0);
  return received.what == Received::Got ? std::optional(received.message) : std::nullopt;
}

Received poll_message(int socket) noexcept { return receive_with(socket, MSG_DONTWAIT); }

bool send(int socket, const Message& message) noexcept {
  ssize_t size = 0;
  do {
    size = ::send(socket, &message, sizeof message, MSG_NOSIGNAL);
  } while (size < 0 && errno == EINTR);
  return size == static_cast<ssize_t>(sizeof message);
}

}  // namespace procession::run
