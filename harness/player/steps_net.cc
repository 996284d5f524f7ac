// SPDX-License-Identifier: MIT
// listen, connect, request, disconnect. Everything happens on the loopback interface.
#include "harness/load/upper.h"
#include "harness/player/deadline.h"
#include "harness/player/recorder.h"
#include "harness/player/self.h"
#include "harness/player/sockets.h"
#include "harness/player/steps.h"
#include "harness/player/text.h"

#include <algorithm>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace procession::player {

namespace {

sockaddr_in loopback(std::uint32_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

const sockaddr* generic(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

os::UniqueFd tcp_socket() {
  return os::UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

std::uint32_t port_of(const os::UniqueFd& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

// A socket that listens at `port`, 0 = any that is free. 0 or errno.
int listen_at(std::uint32_t port, std::uint32_t backlog, os::UniqueFd& socket) {
  socket = tcp_socket();
  const int on = 1;
  const sockaddr_in address = loopback(port);
  // What it accepts has TCP_NODELAY from it.
  const bool listens = socket &&
                       ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
                       ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0 &&
                       ::bind(socket.get(), generic(address), sizeof address) == 0 &&
                       ::listen(socket.get(), static_cast<int>(backlog)) == 0;
  return listens ? 0 : errno;
}

// The port of a listener is chosen by its first `listen` in the run; every other one asks for the
// same port, as servers with one configuration do.
int listen_at_port_of(std::atomic<std::uint32_t>& port_word, std::uint32_t backlog,
                      os::UniqueFd& socket) {
  std::uint32_t port = port_word.load(std::memory_order_acquire);
  const int error = listen_at(port, backlog, socket);
  if (error != 0 || port != 0) {
    return error;
  }
  if (port_word.compare_exchange_strong(port, port_of(socket), std::memory_order_acq_rel)) {
    return 0;
  }
  return listen_at(port, backlog, socket);
}

// Waits for a connection that is being made (connect(2), EINPROGRESS). 0, errno or timed_out.
scenario::Symbol finish_connecting(const os::UniqueFd& socket, Deadline deadline) {
  if (!wait_ready(socket.get(), POLLOUT, deadline)) {
    return scenario::kTimedOut;
  }
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

scenario::Symbol connect_to(std::uint32_t port, Deadline deadline, const os::UniqueFd& socket) {
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const sockaddr_in address = loopback(port);
  if (::connect(socket.get(), generic(address), sizeof address) == 0) {
    return 0;
  }
  return errno == EINPROGRESS || errno == EINTR ? finish_connecting(socket, deadline) : errno;
}

// One request on a connection: what is still to be sent, and how much of the reply has come.
class Exchange {
 public:
  Exchange(int socket, std::string_view text, std::span<char> reply)
      : socket_(socket), rest_(text), reply_(reply) {}

  // Sends and receives side by side: neither side may wait for the other to read. 0 or an error.
  scenario::Symbol run(Deadline deadline) {
    scenario::Symbol error = send_some();
    while (error == 0 && received_ < reply_.size()) {
      const auto events = static_cast<short>(rest_.empty() ? POLLIN : POLLIN | POLLOUT);
      if (!wait_ready(socket_, events, deadline)) {
        return scenario::kTimedOut;
      }
      error = send_some();
      if (error == 0) {
        error = receive_some();
      }
    }
    return error;
  }
  [[nodiscard]] std::uint32_t received() const { return static_cast<std::uint32_t>(received_); }

 private:
  static bool is_only_later() { return errno == EAGAIN || errno == EINTR; }

  scenario::Symbol send_some() {
    if (rest_.empty()) {
      return 0;
    }
    const ssize_t sent = ::send(socket_, rest_.data(), rest_.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      return is_only_later() ? 0 : errno;
    }
    rest_.remove_prefix(static_cast<std::size_t>(sent));
    return 0;
  }

  scenario::Symbol receive_some() {
    const ssize_t size = ::recv(socket_, reply_.data() + received_, reply_.size() - received_, 0);
    if (size < 0) {
      return is_only_later() ? 0 : errno;
    }
    received_ += static_cast<std::size_t>(size);
    return size == 0 ? scenario::kTruncated : 0;
  }

  int socket_;
  std::string_view rest_;
  std::span<char> reply_;
  std::size_t received_ = 0;
};

// What must come back, given as a text or by what the server does to the request.
class Expected {
 public:
  Expected(const plan::Step& step, std::string_view request) {
    if (step.expect.count != 0) {
      text_ = compose(step.expect);
    } else if (step.service == scenario::Service::Echo) {
      text_ = request;
    } else {
      const TextRoom room = take_text(request.size());
      std::copy_n(request.data(), room.size, room.data);
      (void)load::to_upper({room.data, room.size});
      text_ = {room.data, room.size};
    }
  }
  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

Outcome exchange(int socket, std::string_view text, std::string_view expected, Deadline deadline) {
  const TextRoom room = take_text(expected.size());
  if (room.size < expected.size()) {
    return Outcome::failed(ENOSPC);
  }
  Exchange both(socket, text, {room.data, room.size});
  scenario::Symbol error = both.run(deadline);
  if (error == 0 && !std::equal(expected.begin(), expected.end(), room.data)) {
    error = scenario::kWrongReply;
  }
  return {.error = error, .answer = room.answer(both.received())};
}

}  // namespace

Outcome listen(const plan::Step& step) {
  os::UniqueFd socket;
  const plan::Listener& listener = the_plan().listeners()[step.channel];
  if (const int error = listen_at_port_of(word(listener.port_word), step.backlog, socket);
      error != 0) {
    return Outcome::failed(error);
  }
  return Outcome::of_errno(keep_listening(step.channel, std::move(socket)));
}

Outcome connect(const plan::Step& step) {
  const plan::Listener& listener = the_plan().listeners()[step.channel];
  const std::uint32_t port = word(listener.port_word).load(std::memory_order_acquire);
  if (port == 0) {
    return Outcome::failed(ECONNREFUSED);
  }
  os::UniqueFd socket = tcp_socket();
  if (!socket) {
    return Outcome::failed(errno);
  }
  if (const auto error = connect_to(port, Deadline::in(step.timeout_ns), socket); error != 0) {
    return Outcome::failed(error);
  }
  return Outcome::of_errno(keep_connection(step.connection, std::move(socket)));
}

Outcome request(const plan::Step& step) {
  const int socket = connection_socket(step.connection);
  if (socket < 0) {
    return Outcome::failed(ENOTCONN);
  }
  const std::string_view text = compose(step.text);
  const Expected expected(step, text);
  const Deadline deadline = Deadline::in(step.timeout_ns);
  return exchange(socket, text, expected.text(), deadline);
}

Outcome disconnect(const plan::Step& step) {
  const int socket = connection_socket(step.connection);
  if (socket < 0) {
    return Outcome::failed(ENOTCONN);
  }
  // Children forked since have the connection too; only a shutdown tells the server of its end.
  ::shutdown(socket, SHUT_WR);
  end_connection(step.connection);
  return {};
}

}  // namespace procession::player
