// SPDX-License-Identifier: MIT
// The connections of a load client: how they are made, and made anew. One that was refused, or
// ended before any reply, is tried again now and then, for as long as a reply may take; then it is
// lost.
#include "harness/load/client.h"
#include "harness/os/process.h"

#include <algorithm>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace procession::load {

namespace {

using trace::Failure;
using trace::Phase;

sockaddr_in loopback_at(std::uint32_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

scenario::Symbol LoadClient::connect() {
  if (!pages_ || !messages_.has_room()) {
    return ENOMEM;
  }
  if (os::raise_descriptor_limit() < work_.connections) {
    return EMFILE;
  }
  poller_.reset(::epoll_create1(EPOLL_CLOEXEC));
  if (!poller_) {
    return errno;
  }
  phase_ = work_.warmup_ns > 0 ? Phase::Warmup : Phase::Measure;
  const std::int64_t deadline = base::now().ns + work_.timeout_ns;
  for (Connection& connection : connections_) {
    if (const scenario::Symbol error = open(connection); error != 0) {
      return error;
    }
    wait(0);  // who is there already is not kept waiting by those that come
    if (error_ != 0) {
      return error_;
    }
  }
  while (unmade_ != 0 && error_ == 0) {
    if (base::now().ns >= deadline) {
      return scenario::kTimedOut;
    }
    wait(deadline);
  }
  return error_;
}

// Begins to make it. 0, or an error of this machine.
scenario::Symbol LoadClient::open(Connection& connection) {
  connection.since = base::now().ns;
  connection.since_opening = 0;
  connection.has_heard = false;
  connection.is_garbled = false;
  os::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) {
    return errno;
  }
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const sockaddr_in address = loopback_at(work_.port);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
      errno != EINPROGRESS && errno != EINTR) {
    return errno;
  }
  epoll_event event{};
  event.events = EPOLLOUT;
  event.data.u32 = number_of(connection);
  if (::epoll_ctl(poller_.get(), EPOLL_CTL_ADD, socket.get(), &event) != 0) {
    return errno;
  }
  connection.socket = socket.release();
  connection.state = Connection::Connecting;
  ++unmade_;
  return 0;
}

void LoadClient::opened(Connection& connection, std::int64_t now) {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(connection.socket, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) {
    close(connection, now);
    try_later(connection, error, now);
    return;
  }
  --unmade_;
  connection.state = Connection::Open;
  tally_.connected(phase_, now - connection.since);
  watch_for(connection, false);
  if (start_ != 0) {  // one that was made anew
    connection.joined = now;
    become_free(connection, now);
  }
}

// It takes no part in the loop from now on.
void LoadClient::close(Connection& connection, std::int64_t now) {
  const std::int64_t left_at = std::min(now, measure_end_);
  if (connection.queued) {
    tally_.counts(phase_).think_ns += thought(connection, left_at);
    free_.remove(number_of(connection));
    connection.queued = false;
  }
  leave_loop(connection, left_at);
  if (connection.state == Connection::Connecting) {
    --unmade_;
  }
  ::close(connection.socket);
  connection.state = Connection::Closed;
  connection.waits = false;
  connection.skip = 0;
  begin_reply(connection);
}

void LoadClient::leave_loop(Connection& connection, std::int64_t at) {
  if (connection.joined != 0) {
    tally_.counts(phase_).population_ns += at - connection.joined;
    connection.joined = 0;
  }
}

// One that was closed and is needed.
void LoadClient::make_anew(Connection& connection, std::int64_t now) {
  if (!has_more_to_send() || connection.has_done) {
    return;
  }
  if (const scenario::Symbol error = open(connection); error != 0) {
    try_later(connection, error, now);
  }
}

// It could not be made, or was closed by the server before it was of any use.
void LoadClient::try_later(Connection& connection, scenario::Symbol why, std::int64_t now) {
  const bool is_first = connection.down_since == 0;
  if (is_first && why != ECONNRESET) {
    tally_.failed_besides(phase_, Failure::Refused);
  }
  error_ = why;
  connection.down_since = is_first ? now : connection.down_since;
  connection.since = now;
  if (start_ == 0 || now - connection.down_since >= work_.timeout_ns) {
    connection.state = Connection::Lost;
    ++lost_;
  } else if (has_more_to_send() && !connection.has_done) {
    connection.state = Connection::Waiting;
    look_at_ = std::min(look_at_, now + kTryAgainAfter);
  }
}

}  // namespace procession::load
