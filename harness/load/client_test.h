// SPDX-License-Identifier: MIT
#pragma once
// A client of the simplest kind, for tests of servers: it blocks. A server that does not answer is
// ended by the test's time limit.

#include "harness/os/unique_fd.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>

namespace procession::load {

inline sockaddr_in address_of_port(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

inline const sockaddr* generic(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

// One client's end. A server that does not answer is the test's time limit.
class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const sockaddr_in address = address_of_port(port);
    EXPECT_EQ(::connect(socket_.get(), generic(address), sizeof address), 0);
    const int on = 1;
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }

  void say(std::string_view text) const {
    ASSERT_EQ(::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL), std::ssize(text));
  }
  // So many bytes, or what comes before the end.
  [[nodiscard]] std::string hear(std::size_t size) const {
    std::string text(size, '\0');
    std::size_t heard = 0;
    while (heard < size) {
      const ssize_t some = ::recv(socket_.get(), text.data() + heard, size - heard, 0);
      if (some <= 0) {
        break;
      }
      heard += static_cast<std::size_t>(some);
    }
    text.resize(heard);
    return text;
  }
  [[nodiscard]] std::string hear_all() const { return hear(1 << 20); }
  [[nodiscard]] std::string ask(std::string_view text) const {
    say(text);
    return hear(text.size());
  }
  // As much as goes without being read, and how much that was.
  [[nodiscard]] std::size_t say_until_stuck(std::size_t chunk) const {
    const std::string text(chunk, 'x');
    std::size_t said = 0;
    for (;;) {
      const ssize_t some =
          ::send(socket_.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (some > 0) {
        said += static_cast<std::size_t>(some);
        continue;
      }
      // Full; unless the server takes something soon, it is stuck.
      pollfd entry{socket_.get(), POLLOUT, 0};
      if (::poll(&entry, 1, 200) == 0) {
        return said;
      }
    }
  }
  void end_my_side() const { ::shutdown(socket_.get(), SHUT_WR); }
  void close() { socket_.reset(); }
  void reset() {
    const linger hard{1, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    socket_.reset();
  }
  [[nodiscard]] int descriptor() const { return socket_.get(); }

 private:
  os::UniqueFd socket_;
};

}  // namespace procession::load
