// SPDX-License-Identifier: MIT
#include "harness/testing/faulty_server.h"

#include "harness/os/unique_fd.h"

#include <algorithm>
#include <array>
#include <deque>
#include <list>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <utility>
#include <vector>

namespace procession::testing {

namespace {

constexpr std::array<std::pair<std::string_view, Fault>, 10> kFaults = {{
    {"none", Fault::None},
    {"delay", Fault::Delay},
    {"duplicate", Fault::Duplicate},
    {"cross", Fault::Cross},
    {"reorder", Fault::Reorder},
    {"truncate", Fault::Truncate},
    {"corrupt", Fault::Corrupt},
    {"swallow", Fault::Swallow},
    {"close", Fault::Close},
    {"reset", Fault::Reset},
}};

struct Reply {
  std::string bytes;
  base::Instant due;  // not sent before
};

struct Connection {
  os::UniqueFd socket;
  std::string asked;                // a part of a request
  std::deque<Reply> replies;        // in the order in which they go
  std::optional<std::string> held;  // Reorder: the reply that comes after the next
  bool ending = false;              // closed once all is sent
  bool gone = false;
};

class FaultyServer {
 public:
  FaultyServer(int listener, int closing, const Misbehaviour& how)
      : listener_(listener), closing_(closing), how_(how) {}

  void run() {
    for (;;) {
      std::vector<pollfd> entries = {{closing_, POLLIN, 0}, {listener_, POLLIN, 0}};
      for (const Connection& one : connections_) {
        const bool sends = !one.replies.empty() && base::now() >= one.replies.front().due;
        const auto events = static_cast<short>((one.ending ? 0 : POLLIN) | (sends ? POLLOUT : 0));
        entries.push_back({one.socket.get(), events, 0});
      }
      (void)::poll(entries.data(), entries.size(), milliseconds_until_due());
      if (entries[0].revents != 0) {
        return;
      }
      std::size_t entry = 2;
      for (Connection& one : connections_) {
        if ((entries[entry++].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
          receive(one);
        }
      }
      // What has just been asked is answered at once.
      for (Connection& one : connections_) {
        send(one);
      }
      connections_.remove_if([](const Connection& one) { return one.gone; });
      if (entries[1].revents != 0) {
        accept();
      }
    }
  }

 private:
  void accept() {
    os::UniqueFd socket(::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket) {
      const int on = 1;
      ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      connections_.emplace_back().socket = std::move(socket);
    }
  }

  void receive(Connection& from) {
    std::array<char, 65'536> buffer;
    const ssize_t size = ::recv(from.socket.get(), buffer.data(), buffer.size(), 0);
    if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) {
      from.ending = true;
      from.gone = size < 0;
      return;
    }
    if (size < 0) {
      return;
    }
    from.asked.append(buffer.data(), static_cast<std::size_t>(size));
    const std::size_t whole = how_.size == 0 ? from.asked.size() : how_.size;
    while (from.asked.size() >= whole && !from.asked.empty() && !from.ending) {
      answer(from, from.asked.substr(0, whole));
      from.asked.erase(0, whole);
    }
  }

  void answer(Connection& to, std::string reply) {
    if (crossed_.first != nullptr && crossed_.first != &to) {
      std::swap(crossed_.second, reply);
      put(*std::exchange(crossed_.first, nullptr), std::move(crossed_.second));
    }
    if (++requests_ % how_.every == 0) {
      misbehave(to, std::move(reply));
      return;
    }
    put(to, std::move(reply));
    if (to.held) {
      put(to, *std::exchange(to.held, std::nullopt));
    }
  }

  void misbehave(Connection& to, std::string reply) {
    switch (how_.fault) {
      case Fault::None:
        put(to, std::move(reply));
        break;
      case Fault::Delay:
        put(to, std::move(reply), base::now() + how_.delay);
        break;
      case Fault::Duplicate:
        put(to, reply);
        put(to, std::move(reply));
        break;
      case Fault::Cross:
        if (crossed_.first == nullptr) {
          crossed_ = {&to, std::move(reply)};
        } else {
          put(to, std::move(reply));  // it is the other one already
        }
        break;
      case Fault::Reorder:
        to.held = std::move(reply);
        break;
      case Fault::Truncate:
        reply.resize(reply.size() / 2);
        put(to, std::move(reply));
        to.ending = true;
        break;
      case Fault::Corrupt:
        reply[reply.size() / 2] = static_cast<char>(reply[reply.size() / 2] ^ 1);
        put(to, std::move(reply));
        break;
      case Fault::Swallow:
        break;
      case Fault::Close:
        to.ending = true;
        break;
      case Fault::Reset: {
        const linger hard{1, 0};
        ::setsockopt(to.socket.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        to.ending = to.gone = true;
        break;
      }
    }
  }

  static void put(Connection& to, std::string bytes, base::Instant due = {}) {
    to.replies.push_back({std::move(bytes), due});
  }

  void send(Connection& to) {
    while (!to.replies.empty() && base::now() >= to.replies.front().due && !to.gone) {
      std::string& bytes = to.replies.front().bytes;
      const ssize_t sent =
          ::send(to.socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0) {
        to.gone = errno != EAGAIN && errno != EINTR;
        break;
      }
      bytes.erase(0, static_cast<std::size_t>(sent));
      if (bytes.empty()) {
        to.replies.pop_front();
      }
    }
    to.gone = to.gone || (to.ending && to.replies.empty());
    if (to.gone && crossed_.first == &to) {
      crossed_.first = nullptr;
    }
  }

  [[nodiscard]] int milliseconds_until_due() const {
    std::int64_t least = -1;
    for (const Connection& one : connections_) {
      if (one.replies.empty()) {
        continue;
      }
      const std::int64_t left = (one.replies.front().due - base::now()).count();
      if (left > 0) {
        const std::int64_t rounded_up = (left + 999'999) / 1'000'000;
        least = least < 0 ? rounded_up : std::min(least, rounded_up);
      }
    }
    return static_cast<int>(least);
  }

  int listener_;
  int closing_;
  const Misbehaviour& how_;
  std::list<Connection> connections_;
  std::pair<Connection*, std::string> crossed_{nullptr, {}};  // whose reply waits for another
  std::uint64_t requests_ = 0;
};

}  // namespace

std::optional<Fault> fault_named(std::string_view name) {
  const auto* const found =
      std::ranges::find(kFaults, name, [](const auto& one) { return one.first; });
  return found == kFaults.end() ? std::nullopt : std::optional(found->second);
}

int listen_at(std::uint16_t& port) {
  os::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (!socket || ::bind(socket.get(), generic, size) != 0 || ::listen(socket.get(), 4096) != 0 ||
      ::getsockname(socket.get(), generic, &size) != 0) {
    return -1;
  }
  port = ntohs(address.sin_port);
  return socket.release();
}

void serve_wrongly(int listener, int closing, const Misbehaviour& how) {
  FaultyServer(listener, closing, how).run();
}

}  // namespace procession::testing
