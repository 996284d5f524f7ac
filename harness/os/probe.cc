// SPDX-License-Identifier: MIT
#include "harness/os/probe.h"

#include "harness/base/check.h"
#include "harness/os/pidfd.h"
#include "harness/os/process.h"
#include "harness/os/signals.h"
#include "harness/os/unique_fd.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace procession::os {

namespace {

using Message = std::array<char, 64>;

constexpr int kPatienceMs = 5000;  // for a partner that should answer in microseconds

base::Duration median_of(std::vector<base::Duration>& times) {
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

void reap(pid_t child) {
  siginfo_t ended{};
  (void)wait_child(P_PID, static_cast<id_t>(child), ended, WEXITED);
}

// All of it, or false: the other side has ended, or does not answer.
bool receive_all(int fd, Message& message) {
  std::size_t got = 0;
  while (got < message.size()) {
    const ssize_t more = ::recv(fd, message.data() + got, message.size() - got, 0);
    if (more == 0 || (more < 0 && errno != EINTR)) {
      return false;
    }
    got += more > 0 ? static_cast<std::size_t>(more) : 0;
  }
  return true;
}

// So few bytes are taken at once.
bool send_all(int fd, const Message& message) {
  return ::send(fd, message.data(), message.size(), MSG_NOSIGNAL) == ssize_t{sizeof message};
}

// A child, between fork and its end: no heap.
[[noreturn]] void echo_until_closed(const sockaddr_in& address) {
  const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  Message message;
  if (fd && ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) == 0) {
    while (receive_all(fd.get(), message) && send_all(fd.get(), message)) {
    }
  }
  leave(0);
}

struct Listener {
  UniqueFd fd;
  sockaddr_in address{};
};

base::Result<Listener> listen_on_loopback() {
  Listener listener;
  listener.fd.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  listener.address.sin_family = AF_INET;
  listener.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const address = reinterpret_cast<sockaddr*>(&listener.address);
  socklen_t size = sizeof listener.address;
  if (!listener.fd || ::bind(listener.fd.get(), address, size) != 0 ||
      ::listen(listener.fd.get(), 1) != 0 ||
      ::getsockname(listener.fd.get(), address, &size) != 0) {
    return base::system_error("listen on the loopback", errno);
  }
  return listener;
}

base::Result<UniqueFd> accept_from(const Listener& listener) {
  pollfd ready{listener.fd.get(), POLLIN, 0};
  const int found = ::poll(&ready, 1, kPatienceMs);
  UniqueFd fd(found > 0 ? ::accept4(listener.fd.get(), nullptr, nullptr, SOCK_CLOEXEC) : -1);
  const int yes = 1;
  const timeval patience{kPatienceMs / 1000, 0};
  if (!fd || ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) != 0 ||
      ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0) {
    return base::system_error("accept on the loopback", found == 0 ? ETIMEDOUT : errno);
  }
  return fd;
}

base::Result<base::Duration> time_round_trips(const UniqueFd& fd, unsigned times) {
  Message message{};
  std::vector<base::Duration> took;
  for (unsigned i = 0; i < times; ++i) {
    const base::Instant before = base::now();
    if (!send_all(fd.get(), message) || !receive_all(fd.get(), message)) {
      return base::system_error("ping over the loopback", errno);
    }
    took.push_back(base::now() - before);
  }
  return median_of(took);
}

}  // namespace

base::Result<base::Duration> probe_fork_and_wait(unsigned times) {
  base::check(times > 0, "a probe measures something");
  const AllBlocked signals;
  std::vector<base::Duration> took;
  for (unsigned i = 0; i < times; ++i) {
    const base::Instant before = base::now();
    const pid_t child = raw_fork();
    if (child == 0) {
      ::_exit(0);  // not `leave`: where coverage is counted, that writes hundreds of files
    }
    if (child < 0) {
      return base::system_error("fork", errno);
    }
    reap(child);
    took.push_back(base::now() - before);
  }
  return median_of(took);
}

base::Result<base::Duration> probe_ping_pong(unsigned times) {
  base::check(times > 0, "a probe measures something");
  const AllBlocked signals;
  base::Result<Listener> listener = listen_on_loopback();
  if (!listener) {
    return listener.error();
  }
  const pid_t child = raw_fork();
  if (child == 0) {
    listener->fd.reset();
    echo_until_closed(listener->address);
  }
  if (child < 0) {
    return base::system_error("fork", errno);
  }
  base::Result<base::Duration> took = [&]() -> base::Result<base::Duration> {
    const base::Result<UniqueFd> fd = accept_from(*listener);
    return fd ? time_round_trips(*fd, times) : fd.error();
  }();  // its descriptor is closed: the child ends
  listener->fd.reset();
  reap(child);
  return took;
}

}  // namespace procession::os
