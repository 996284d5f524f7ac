// SPDX-License-Identifier: MIT
// The requests of a load client: which is due, on which connection it leaves, and that it is sent
// whole.
#include "harness/load/client.h"
#include "harness/measure/histogram.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace procession::load {

namespace {

using trace::Failure;
using trace::Phase;
using trace::Series;

constexpr std::size_t kShort = 512;

// Short messages are put together first: sendmsg(2) is dearer than that.
ssize_t send_rest(int socket, const Parts& parts, std::size_t done) {
  std::array<iovec, 5> rest;
  const std::size_t count = parts.behind(done, rest);
  if (parts.size() > kShort) {
    msghdr message{};
    message.msg_iov = rest.data();
    message.msg_iovlen = count;
    return ::sendmsg(socket, &message, MSG_NOSIGNAL);
  }
  std::array<char, kShort> whole;
  std::size_t size = 0;
  for (const iovec& part : std::span(rest).first(count)) {
    std::memcpy(whole.data() + size, part.iov_base, part.iov_len);
    size += part.iov_len;
  }
  return ::send(socket, whole.data(), size, MSG_NOSIGNAL);
}

}  // namespace

// It can send, since `now`: it waits for what is due next. Not while a part of its last request has
// still to leave, nor if it has to be made anew first, which is done when nothing is on its way.
void LoadClient::become_free(Connection& connection, std::int64_t now) {
  if (connection.queued || connection.waits || connection.has_done ||
      connection.state != Connection::Open) {
    return;
  }
  connection.since = now;
  const bool is_last =
      work_.measure_ns == 0 && !is_open_loop() && connection.left == 0 && phase_ == Phase::Measure;
  if (work_.reconnect_every != 0 && connection.since_opening >= work_.reconnect_every && !is_last) {
    if (connection.pending == 0) {
      close(connection, now);
      make_anew(connection, now);
    }
    return;
  }
  connection.queued = true;
  free_.push(number_of(connection));
}

void LoadClient::send_due(std::int64_t now) {
  if (is_open_loop()) {
    send_open(now);
  } else {
    send_closed(now);
  }
}

// When the next request of one that thinks is due: the first one at once.
std::int64_t LoadClient::due_of(const Connection& connection) const {
  return connection.since + (connection.sequence == 0 ? 0 : work_.think_ns);
}

// Of the time between its last reply and this instant, what was thinking, in this phase.
std::int64_t LoadClient::thought(const Connection& connection, std::int64_t until) {
  if (is_open_loop()) {
    return 0;
  }
  const std::int64_t from = std::max(connection.since, tally_.counts(phase_).begin);
  return std::max<std::int64_t>(0, std::min(until, due_of(connection)) - from);
}

void LoadClient::send_closed(std::int64_t now) {
  while (!free_.empty()) {
    Connection& connection = connections_[free_.front()];
    const std::int64_t due = due_of(connection);
    if (due > now || due >= measure_end_) {
      return;
    }
    free_.pop();
    connection.queued = false;
    if (work_.measure_ns == 0 && phase_of(due) == Phase::Measure) {
      if (connection.left == 0) {
        connection.has_done = true;
        ++idle_;
        leave_loop(connection, connection.since);
        continue;
      }
      --connection.left;
    }
    tally_.counts(phase_of(due)).think_ns += thought(connection, due);
    send(connection, due);
  }
}

void LoadClient::send_open(std::int64_t now) {
  for (;;) {
    const std::int64_t due = start_ + schedule_.due();
    const bool is_over =
        due >= measure_end_ || (work_.measure_ns == 0 && scheduled_ == work_.requests);
    if (due > now || is_over || (free_.empty() && work_.when_busy != scenario::WhenBusy::Drop)) {
      return;
    }
    scheduled_ += phase_of(due) == Phase::Measure ? 1 : 0;
    schedule_.go_on();
    if (free_.empty()) {
      drop(due);
      continue;
    }
    Connection& connection = connections_[free_.front()];  // who has been free for longest
    free_.pop();
    connection.queued = false;
    send(connection, due);
  }
}

// Its response would take for ever. If the client has stood still, that was its own doing.
void LoadClient::drop(std::int64_t due) {
  const Phase phase = phase_of(due);
  ++tally_.counts(phase).due;
  ++tally_.counts(phase).dropped;
  tally_.at_least(phase, Series::Response, measure::Histogram::kHighest);
  if (const std::int64_t late = stalls_.seen(due) - due; late != 0) {
    tally_.record(phase, Series::Lag, late);
  }
}

void LoadClient::send(Connection& connection, std::int64_t due) {
  const std::int64_t now = base::now().ns;
  const Phase phase = phase_of(due);
  ++tally_.counts(phase).due;
  ++tally_.counts(phase).sent;
  const std::int64_t seen = is_open_loop() ? stalls_.seen(due) : due;
  const std::int64_t could_leave = std::max(seen, connection.since);
  tally_.record(phase, Series::Lag, (seen - due) + (now - could_leave));
  if (is_open_loop()) {
    tally_.record(phase, Series::Blocked, could_leave - seen);
  }
  pending_of(connection, connection.pending) = {due, now, ++connection.sequence, phase};
  ++connection.pending;
  ++connection.since_opening;
  ++outstanding_;
  connection.sent = 0;
  push_out(connection);
}

void LoadClient::push_out(Connection& connection) {
  Spelt room;
  Parts parts;
  if (is_http()) {
    parts.add(kHttpRequest.data(), kHttpRequest.size());
  } else {
    (void)framing_.request(messages_, identity_of(connection, connection.sequence), room, parts);
  }
  while (connection.sent < parts.size()) {
    const ssize_t sent = send_rest(connection.socket, parts, connection.sent);
    if (sent >= 0) {
      connection.sent += static_cast<std::uint64_t>(sent);
    } else if (errno == EAGAIN) {
      watch_for(connection, true);
      return;
    } else if (errno != EINTR) {
      end_of_stream(connection, base::now().ns);
      return;
    }
  }
  const bool had_to_wait = connection.waits;
  if (had_to_wait) {
    watch_for(connection, false);
  }
  if (connection.pending < depth_) {
    become_free(connection, had_to_wait ? base::now().ns : connection.since);
  }
}

// For replies always; for room to send if something is left to be sent.
void LoadClient::watch_for(Connection& connection, bool writable) {
  epoll_event event{};
  event.events = writable ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.u32 = number_of(connection);
  ::epoll_ctl(poller_.get(), EPOLL_CTL_MOD, connection.socket, &event);
  connection.waits = writable;
}

// A request has failed, or is given up, by the clock: it has taken so long at least.
void LoadClient::has_taken(const Pending& pending, std::int64_t now) {
  tally_.at_least(pending.phase, Series::Service, now - pending.sent);
  if (is_open_loop()) {
    tally_.at_least(pending.phase, Series::Response, now - pending.due);
  }
}

// What was due and is not over has taken so long at least.
void LoadClient::count_unfinished(std::int64_t now) {
  for (Connection& connection : connections_) {
    for (std::uint32_t i = 0; i < connection.pending; ++i) {
      ++tally_.counts(pending_of(connection, i).phase).unfinished;
      has_taken(pending_of(connection, i), now);
    }
  }
  while (is_open_loop() && start_ + schedule_.due() < measure_end_ &&
         (work_.measure_ns != 0 || scheduled_ < work_.requests)) {
    const std::int64_t due = start_ + schedule_.due();
    const Phase phase = phase_of(due);
    scheduled_ += phase == Phase::Measure ? 1 : 0;
    ++tally_.counts(phase).due;
    ++tally_.counts(phase).unfinished;
    tally_.at_least(phase, Series::Response, now - due);
    schedule_.go_on();
  }
}

}  // namespace procession::load
