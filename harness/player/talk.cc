// SPDX-License-Identifier: MIT
// talk: what a process that serves one connection does until its client has ended it.
#include "harness/load/upper.h"
#include "harness/os/unique_fd.h"
#include "harness/player/self.h"
#include "harness/player/steps.h"

#include <algorithm>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <span>
#include <string_view>
#include <sys/socket.h>

namespace procession::player {

namespace {

// Untouched parts of it cost nothing.
constexpr std::size_t kBuffer = 64 * 1024;
char buffer[kBuffer];

// 0 at the end of file; an error like the connection's end: its client has gone.
std::size_t receive_into(int socket, std::span<char> into) {
  for (;;) {
    const ssize_t size = ::recv(socket, into.data(), into.size(), 0);
    if (size >= 0) {
      return static_cast<std::size_t>(size);
    }
    if (errno != EINTR) {
      return 0;
    }
  }
}

bool send_all(int socket, std::string_view rest) {
  while (!rest.empty()) {
    const ssize_t sent = ::send(socket, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

std::size_t apply(scenario::Service service, std::span<char> text) {
  return service == scenario::Service::Echo ? text.size() : load::to_upper(text);
}

}  // namespace

Outcome talk(const plan::Step& step) {
  const os::UniqueFd connection(self().slot().handoff);
  const int on = 1;
  ::setsockopt(connection.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  std::size_t kept = 0;  // half a letter, at the buffer's beginning
  for (;;) {
    const std::size_t received = receive_into(connection.get(), std::span(buffer).subspan(kept));
    if (received == 0) {
      (void)send_all(connection.get(), {buffer, kept});
      return {};
    }
    const std::size_t size = kept + received;
    const std::size_t done = apply(step.service, std::span(buffer).first(size));
    if (!send_all(connection.get(), {buffer, done})) {
      return {};
    }
    kept = size - done;
    std::copy_n(buffer + done, kept, buffer);
  }
}

}  // namespace procession::player
