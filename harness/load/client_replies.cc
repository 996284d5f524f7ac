// SPDX-License-Identifier: MIT
// The replies of a load client: each is compared, byte by byte, with the one that must come, and
// what is wrong gets its name.
#include "harness/load/client.h"

#include <algorithm>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace procession::load {

namespace {

using trace::Failure;
using trace::Phase;
using trace::Series;

bool is_for_later(int error) { return error == EAGAIN || error == EINTR; }

}  // namespace

void LoadClient::handle(const epoll_event& event) {
  Connection& connection = connections_[event.data.u32];
  if (connection.state == Connection::Connecting) {
    opened(connection, base::now().ns);
    return;
  }
  if (connection.state == Connection::Open && (event.events & EPOLLOUT) != 0) {
    push_out(connection);
  }
  if (connection.state == Connection::Open && (event.events & ~EPOLLOUT) != 0) {
    receive(connection);
  }
}

void LoadClient::receive(Connection& connection) {
  const ssize_t size = ::recv(connection.socket, buffer_.data(), buffer_.size(), 0);
  if (size > 0) {
    take(connection, buffer_.first(static_cast<std::size_t>(size)));
  } else if (size == 0 || !is_for_later(errno)) {
    end_of_stream(connection, base::now().ns);
  }
}

// A piece of what the server sends: of a reply, of several, or of what is none.
void LoadClient::take(Connection& connection, std::span<const char> bytes) {
  while (!bytes.empty() && connection.state == Connection::Open) {
    if (connection.skip != 0) {
      const std::size_t size = std::min<std::size_t>(connection.skip, bytes.size());
      connection.skip -= static_cast<std::uint32_t>(size);
      bytes = bytes.subspan(size);
      continue;
    }
    if (is_http() && connection.pending != 0) {
      bytes = bytes.subspan(take_http(connection, bytes));
      continue;
    }
    if (is_http()) {
      tally_.failed_besides(phase_, Failure::Duplicate);
      start_over(connection, base::now().ns);
      return;
    }
    // What nobody has asked for is compared with the last reply: it might come twice.
    const bool is_unasked = connection.pending == 0;
    const std::uint32_t sequence =
        is_unasked ? connection.sequence : pending_of(connection, 0).sequence;
    Spelt room;
    Parts parts;
    const std::size_t text_at =
        framing_.reply(messages_, identity_of(connection, sequence), room, parts);
    const bool is_whole = connection.received == 0 && bytes.size() >= parts.size();
    if (is_whole && !is_unasked && parts.matches(0, bytes.first(parts.size()))) {
      bytes = bytes.subspan(parts.size());
      complete(connection, base::now().ns);
      continue;
    }
    const std::size_t told_at = std::min(text_at + kIdentityLetters, parts.size());
    const std::size_t stop = connection.received < told_at ? told_at : parts.size();
    const auto piece = bytes.first(std::min(stop - connection.received, bytes.size()));
    connection.is_wrong =
        connection.is_wrong || is_unasked || !parts.matches(connection.received, piece);
    keep_letters(connection, text_at, piece);
    connection.received += piece.size();
    bytes = bytes.subspan(piece.size());
    if (connection.is_wrong && connection.received == told_at && explain(connection)) {
      continue;
    }
    if (connection.received == parts.size()) {
      complete(connection, base::now().ns);
    }
  }
}

// How much of it belongs to the reply that comes.
std::size_t LoadClient::take_http(Connection& connection, std::span<const char> bytes) {
  HttpReply& reply = connection.http;
  const std::size_t taken = reply.take(bytes);
  connection.received += taken;
  if (reply.is_complete()) {
    if (!knows_page_ && !reply.is_wrong()) {
      knows_page_ = true;
      page_size_ = reply.size();
      page_hash_ = reply.hash();
    }
    connection.is_wrong =
        reply.is_wrong() || reply.size() != page_size_ || reply.hash() != page_hash_;
    complete(connection, base::now().ns);
  }
  return taken;
}

// The first letters of a text, which may come in pieces.
void LoadClient::keep_letters(Connection& connection, std::size_t text_at,
                              std::span<const char> piece) {
  for (std::size_t i = 0; i < piece.size() && connection.letters < kIdentityLetters; ++i) {
    if (connection.received + i >= text_at) {
      connection.identity[connection.letters++] = piece[i];
    }
  }
}

// A reply is not the one that must come. If its first letters tell whose it is, the rest of it is
// passed over: then this is true. What they do not tell must be seen to its end.
bool LoadClient::explain(Connection& connection) {
  const std::int64_t now = base::now().ns;
  const auto who = Messages::identity_in(std::span(connection.identity).first(connection.letters));
  const Identity self = identity_of(connection, connection.sequence).as_told();
  if (!who) {
    if (connection.pending == 0) {  // too short to say, or what nobody has ever sent
      if (!connection.is_garbled) {
        const bool is_short = connection.letters < kIdentityLetters;
        tally_.failed_besides(phase_, is_short ? Failure::Duplicate : Failure::Corrupt);
      }
      start_over(connection, now);
      return true;
    }
    return false;
  }
  Spelt room;
  Parts parts;
  (void)framing_.reply(messages_, *who, room, parts);
  const auto rest =
      static_cast<std::uint32_t>(parts.size() - std::min(parts.size(), connection.received));
  if (who->client != self.client || who->connection != self.connection) {
    if (connection.pending == 0) {
      tally_.failed_besides(phase_, Failure::Crossed);
    } else {
      remove(connection, 0, Failure::Crossed);
    }
  } else {
    std::uint32_t place = 0;
    while (place < connection.pending &&
           identity_of(connection, pending_of(connection, place).sequence).as_told() != *who) {
      ++place;
    }
    if (place == 0 && connection.pending != 0) {
      return false;  // the right one, but for some of its bytes
    }
    if (place == connection.pending) {
      tally_.failed_besides(phase_, Failure::Duplicate);
    } else {
      remove(connection, place, Failure::Reordered);
    }
  }
  begin_reply(connection);
  connection.skip = rest;
  free_again(connection, now);
  return true;
}

// The reply to the first pending request is there, right or wrong.
void LoadClient::complete(Connection& connection, std::int64_t now) {
  if (connection.is_wrong) {
    remove(connection, 0, Failure::Corrupt);
  } else {
    complete_right(connection, now);
  }
  connection.is_garbled = connection.is_wrong;
  connection.has_heard = true;
  connection.down_since = 0;
  last_done_ = now;
  begin_reply(connection);
  free_again(connection, now);
}

// If it could send no more before this reply, or has to be made anew when none is due any more.
void LoadClient::free_again(Connection& connection, std::int64_t now) {
  if (connection.pending + 1 == depth_ || connection.pending == 0) {
    become_free(connection, now);
  }
}

void LoadClient::complete_right(Connection& connection, std::int64_t now) {
  const Pending& pending = pending_of(connection, 0);
  const bool in_drain = now >= measure_end_;
  const Phase ended_in = in_drain ? Phase::Drain : phase_of(now);
  ++tally_.counts(pending.phase).answered;
  ++tally_.counts(ended_in).ended;
  tally_.counts(ended_in).bytes +=
      is_http() ? connection.http.size() : messages_.size_of(pending.sequence);
  if (ended_in == Phase::Measure) {
    tally_.ended_after(now - measure_begin_);
  }
  const auto record = [&](Phase phase) {
    tally_.record(phase, Series::Service, now - pending.sent);
    if (is_open_loop()) {
      tally_.record(phase, Series::Response, now - pending.due);
    }
  };
  record(pending.phase);
  if (in_drain) {
    record(Phase::Drain);
  }
  connection.first = (connection.first + 1) % depth_;
  --connection.pending;
  --outstanding_;
}

void LoadClient::begin_reply(Connection& connection) {
  connection.received = 0;
  connection.letters = 0;
  connection.is_wrong = false;
  if (connection.http.has_begun()) {
    connection.http = {};
  }
}

// The k-th pending request has failed, and waits no more.
void LoadClient::remove(Connection& connection, std::uint32_t place, Failure how) {
  tally_.failed(pending_of(connection, place).phase, how);
  for (std::uint32_t k = place; k > 0; --k) {
    pending_of(connection, k) = pending_of(connection, k - 1);
  }
  connection.first = (connection.first + 1) % depth_;
  --connection.pending;
  --outstanding_;
}

// All pending requests have, the first one so and those behind it so.
void LoadClient::remove_all(Connection& connection, Failure first, Failure rest) {
  last_done_ = connection.pending != 0 ? base::now().ns : last_done_;
  for (Failure how = first; connection.pending != 0; how = rest) {
    remove(connection, 0, how);
  }
}

// What comes on this connection can be trusted no more.
void LoadClient::start_over(Connection& connection, std::int64_t now) {
  close(connection, now);
  make_anew(connection, now);
}

// The server has ended the connection, or it has broken.
void LoadClient::end_of_stream(Connection& connection, std::int64_t now) {
  remove_all(connection, connection.received != 0 ? Failure::Truncated : Failure::Reset,
             Failure::Reset);
  close(connection, now);
  if (connection.has_heard) {
    make_anew(connection, now);
  } else {
    try_later(connection, ECONNRESET, now);
  }
}

// A reply that has begun and stays away is no different from one that was cut off.
void LoadClient::give_up_late(Connection& connection, std::int64_t now) {
  for (std::uint32_t k = 0; k < connection.pending; ++k) {
    has_taken(pending_of(connection, k), now);
  }
  remove_all(connection, connection.received != 0 ? Failure::Truncated : Failure::TimedOut,
             Failure::TimedOut);
  start_over(connection, now);
}

}  // namespace procession::load
