// SPDX-License-Identifier: MIT
#include "harness/load/client.h"

#include "harness/measure/histogram.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace procession::load {

namespace {

using trace::Failure;
using trace::Phase;
using trace::Series;

constexpr std::int64_t kFarAway = std::numeric_limits<std::int64_t>::max() / 4;
constexpr std::int64_t kMillisecond = 1'000'000;
// Before an instant, waiting goes on without sleeping for so long.
constexpr std::int64_t kSpinFor = 100'000;
constexpr std::size_t kBuffer = 64 * 1024;
constexpr std::size_t kShort = 512;
constexpr std::size_t kEventsAtOnce = 64;
constexpr std::uint32_t kPipelineDepth = 64;
// A connection that was closed so often without any reply is not made again.
constexpr std::uint8_t kMostUseless = 3;

// A sleep ends as exactly as the kernel can, as long as this lives.
class ExactSleep {
 public:
  ExactSleep() : before_(::prctl(PR_GET_TIMERSLACK)) { ::prctl(PR_SET_TIMERSLACK, 1UL); }
  ExactSleep(const ExactSleep&) = delete;
  ExactSleep& operator=(const ExactSleep&) = delete;
  ~ExactSleep() { ::prctl(PR_SET_TIMERSLACK, static_cast<unsigned long>(before_)); }

 private:
  int before_;
};

// As many descriptors as this process may have at all.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

std::uint32_t depth_of(const Workload& work) {
  return work.when_busy == scenario::WhenBusy::Pipeline ? kPipelineDepth : 1;
}

std::size_t pages_for(const Workload& work) {
  const std::size_t count = work.connections;
  return Pages::room_for<Connection>(count) + Pages::room_for<Pending>(count * depth_of(work)) +
         2 * Pages::room_for<std::uint32_t>(count) + Pages::room_for<char>(kBuffer);
}

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

bool is_for_later(int error) { return error == EAGAIN || error == EINTR; }

}  // namespace

LoadClient::LoadClient(const Workload& work, trace::LoadArea& area)
    : work_(work),
      tally_(area),
      messages_(work),
      framing_(framing_of(work.protocol)),
      pages_(pages_for(work)),
      depth_(depth_of(work)),
      schedule_(work) {
  if (!pages_) {
    return;
  }
  connections_ = pages_.take<Connection>(work.connections);
  pending_ = pages_.take<Pending>(std::size_t{work.connections} * depth_);
  free_ = Queue(pages_.take<std::uint32_t>(work.connections));
  thinking_ = Queue(pages_.take<std::uint32_t>(work.connections));
  buffer_ = pages_.take<char>(kBuffer);
}

LoadClient::~LoadClient() {
  for (const Connection& connection : connections_) {
    if (connection.state == Connection::Connecting || connection.state == Connection::Open) {
      ::close(connection.socket);
    }
  }
}

Phase LoadClient::phase_of(std::int64_t due) const {
  return due < measure_begin_ ? Phase::Warmup : Phase::Measure;
}

// ---- connections

scenario::Symbol LoadClient::connect() {
  if (!pages_ || !messages_.has_room()) {
    return ENOMEM;
  }
  raise_descriptor_limit();
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
  }
  while (unmade_ != 0 && error_ == 0) {
    if (base::now().ns >= deadline) {
      return scenario::kTimedOut;
    }
    wait(deadline);
  }
  return error_;
}

scenario::Symbol LoadClient::open(Connection& connection) {
  connection.since = base::now().ns;
  connection.since_opening = 0;
  connection.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (connection.socket < 0) {
    return errno;
  }
  connection.state = Connection::Connecting;
  const int on = 1;
  ::setsockopt(connection.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(work_.port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ++unmade_;
  if (::connect(connection.socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
          0 &&
      errno != EINPROGRESS && errno != EINTR) {
    const int error = errno;
    --unmade_;
    return error;
  }
  epoll_event event{};
  event.events = EPOLLOUT;
  event.data.u32 = number_of(connection);
  return ::epoll_ctl(poller_.get(), EPOLL_CTL_ADD, connection.socket, &event) == 0 ? 0 : errno;
}

void LoadClient::opened(Connection& connection, std::int64_t now) {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(connection.socket, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) {
    give_up(connection, error);
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
  if (connection.joined != 0) {
    tally_.counts(phase_).population_ns += std::min(now, measure_end_) - connection.joined;
    connection.joined = 0;
  }
  if (connection.state == Connection::Connecting) {
    --unmade_;
  }
  ::close(connection.socket);
  connection.state = Connection::Closed;
  connection.waits = false;
  connection.skip = 0;
  begin_reply(connection);
}

void LoadClient::reopen(Connection& connection, std::int64_t now) {
  close(connection, now);
  if (phase_ == Phase::Drain) {
    return;
  }
  if (connection.useless >= kMostUseless) {
    connection.state = Connection::Lost;
    error_ = ECONNRESET;
    ++lost_;
  } else if (const scenario::Symbol error = open(connection); error != 0) {
    give_up(connection, error);
  }
}

void LoadClient::give_up(Connection& connection, scenario::Symbol why) {
  tally_.failed(phase_, Failure::Refused);
  if (connection.socket >= 0) {
    close(connection, base::now().ns);
  }
  connection.state = Connection::Lost;
  error_ = why;
  ++lost_;
}

void LoadClient::become_free(Connection& connection, std::int64_t now) {
  connection.since = now;
  if (connection.queued || connection.state != Connection::Open) {
    return;
  }
  const bool is_last =
      work_.measure_ns == 0 && !is_open_loop() && connection.left == 0 && phase_ == Phase::Measure;
  if (work_.reconnect_every != 0 && connection.since_opening >= work_.reconnect_every && !is_last) {
    if (connection.pending == 0) {
      reopen(connection, now);
    }
    return;
  }
  connection.queued = true;
  (is_open_loop() ? free_ : thinking_).push(number_of(connection));
}

// ---- requests

void LoadClient::send_due(std::int64_t now) {
  if (is_open_loop()) {
    send_open(now);
  } else {
    send_closed(now);
  }
}

void LoadClient::send_closed(std::int64_t now) {
  while (!thinking_.empty()) {
    Connection& connection = connections_[thinking_.front()];
    const std::int64_t due = connection.since + (connection.sequence == 0 ? 0 : work_.think_ns);
    if (connection.state == Connection::Open && (due > now || due >= measure_end_)) {
      return;
    }
    thinking_.pop();
    connection.queued = false;
    if (connection.state != Connection::Open) {
      continue;
    }
    if (work_.measure_ns == 0 && phase_of(due) == Phase::Measure && connection.left-- == 0) {
      connection.left = 0;
      connection.has_done = true;
      ++idle_;
      tally_.counts(phase_).population_ns += connection.since - connection.joined;
      connection.joined = 0;
      continue;
    }
    tally_.counts(phase_of(due)).think_ns += due - connection.since;
    send(connection, due);
  }
}

// Of those that are free, the one that has been so for longest; none if there is none.
Connection* LoadClient::free_connection() {
  while (!free_.empty()) {
    Connection& connection = connections_[free_.front()];
    free_.pop();
    connection.queued = false;
    if (connection.state == Connection::Open) {
      return &connection;
    }
  }
  return nullptr;
}

void LoadClient::send_open(std::int64_t now) {
  for (;;) {
    const std::int64_t due = start_ + schedule_.due();
    const bool is_over =
        due >= measure_end_ || (work_.measure_ns == 0 && scheduled_ == work_.requests);
    if (due > now || is_over) {
      return;
    }
    Connection* const connection = free_connection();
    if (connection == nullptr && work_.when_busy != scenario::WhenBusy::Drop) {
      return;
    }
    scheduled_ += phase_of(due) == Phase::Measure ? 1 : 0;
    schedule_.go_on();
    if (connection == nullptr) {
      drop(due);
    } else {
      send(*connection, due);
    }
  }
}

// Its response would take for ever.
void LoadClient::drop(std::int64_t due) {
  const Phase phase = phase_of(due);
  ++tally_.counts(phase).due;
  ++tally_.counts(phase).dropped;
  tally_.at_least(phase, Series::Response, measure::Histogram::kHighest);
}

void LoadClient::send(Connection& connection, std::int64_t due) {
  const std::int64_t now = base::now().ns;
  const Phase phase = phase_of(due);
  ++tally_.counts(phase).due;
  ++tally_.counts(phase).sent;
  tally_.record(phase, Series::Lag, now - std::max(due, connection.since));
  if (is_open_loop()) {
    tally_.record(phase, Series::Blocked, std::max<std::int64_t>(0, connection.since - due));
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
      fail_all(connection, base::now().ns, Failure::Reset);
      return;
    }
  }
  if (connection.waits) {
    watch_for(connection, false);
  }
  if (connection.pending < depth_) {
    become_free(connection, connection.since);
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

// ---- replies

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
      tally_.failed(phase_, Failure::Duplicate);
      reopen(connection, base::now().ns);
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
      const bool is_short = connection.letters < kIdentityLetters;
      tally_.failed(phase_, is_short ? Failure::Duplicate : Failure::Corrupt);
      reopen(connection, now);
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
      tally_.failed(phase_, Failure::Crossed);
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
      tally_.failed(phase_, Failure::Duplicate);
    } else {
      remove(connection, place, Failure::Reordered);
    }
  }
  begin_reply(connection);
  connection.skip = rest;
  if (!connection.queued && connection.pending + 1 == depth_) {
    become_free(connection, now);
  }
  return true;
}

// The reply to the first pending request is there, right or wrong.
void LoadClient::complete(Connection& connection, std::int64_t now) {
  if (connection.is_wrong) {
    remove(connection, 0, Failure::Corrupt);
  } else {
    complete_right(connection, now);
  }
  connection.useless = 0;
  last_done_ = now;
  begin_reply(connection);
  if (connection.pending + 1 == depth_) {
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
  const Pending pending = pending_of(connection, place);
  tally_.failed(pending.phase, how);
  if (how == Failure::TimedOut) {
    const std::int64_t now = base::now().ns;
    tally_.at_least(pending.phase, Series::Service, now - pending.sent);
    if (is_open_loop()) {
      tally_.at_least(pending.phase, Series::Response, now - pending.due);
    }
  }
  for (std::uint32_t k = place; k > 0; --k) {
    pending_of(connection, k) = pending_of(connection, k - 1);
  }
  connection.first = (connection.first + 1) % depth_;
  --connection.pending;
  --outstanding_;
}

// The connection is of no more use: the first request fails so, those behind it are lost with it.
void LoadClient::fail_all(Connection& connection, std::int64_t now, Failure first) {
  ++connection.useless;
  last_done_ = now;
  for (Failure how = first; connection.pending != 0; how = Failure::Reset) {
    remove(connection, 0, how);
  }
  if (connection.has_done) {
    close(connection, now);
  } else {
    reopen(connection, now);
  }
}

// The server has ended the connection, or it has broken.
void LoadClient::end_of_stream(Connection& connection, std::int64_t now) {
  fail_all(connection, now, connection.received != 0 ? Failure::Truncated : Failure::Reset);
}

// Requests, and connections, that have taken too long. A reply that has begun and stays away is no
// different from one that was cut off.
void LoadClient::look_for_late(std::int64_t now) {
  if (now < look_for_late_at_) {
    return;
  }
  look_for_late_at_ = now + std::clamp(work_.timeout_ns / 16, kMillisecond, 100 * kMillisecond);
  for (Connection& connection : connections_) {
    if (connection.state == Connection::Connecting && now - connection.since > work_.timeout_ns) {
      give_up(connection, scenario::kTimedOut);
    } else if (connection.pending != 0 && now - pending_of(connection, 0).sent > work_.timeout_ns) {
      fail_all(connection, now, connection.received != 0 ? Failure::Truncated : Failure::TimedOut);
    }
  }
}

// ---- time

scenario::Symbol LoadClient::run(base::Instant start, OnPhase on_phase, void* context) {
  const ExactSleep exact;
  on_phase_ = on_phase;
  context_ = context;
  while (base::now() < start) {
    wait(start.ns);
  }
  start_ = base::now().ns;
  measure_begin_ = start_ + work_.warmup_ns;
  measure_end_ = work_.measure_ns != 0 ? measure_begin_ + work_.measure_ns : kFarAway;
  for (Connection& connection : connections_) {
    const std::uint32_t number = number_of(connection);
    connection.left =
        work_.requests / work_.connections + (number < work_.requests % work_.connections ? 1 : 0);
    if (connection.state == Connection::Open) {
      connection.joined = start_;
      become_free(connection, start_);
    }
  }
  begin_phase(phase_, start_);
  for (;;) {
    const std::int64_t now = base::now().ns;
    go_on_in_time(now);
    if (is_done(now)) {
      count_unfinished(now);
      end_phase(std::max(now, measure_end_));
      return lost_ == work_.connections ? error_ : 0;
    }
    look_for_late(now);
    send_due(now);
    wait(next_instant());
  }
}

void LoadClient::begin_phase(Phase phase, std::int64_t at) {
  phase_ = phase;
  tally_.counts(phase).begin = at;
  for (Connection& connection : connections_) {
    if (connection.joined != 0) {
      connection.joined = at;
    }
  }
  on_phase_(context_, phase);
}

void LoadClient::end_phase(std::int64_t at) {
  trace::PhaseCounts& counts = tally_.counts(phase_);
  counts.end = at;
  for (const Connection& connection : connections_) {
    if (connection.joined != 0) {
      counts.population_ns += at - connection.joined;
    }
  }
}

void LoadClient::go_on_in_time(std::int64_t now) {
  if (phase_ == Phase::Warmup && now >= measure_begin_) {
    end_phase(measure_begin_);
    begin_phase(Phase::Measure, measure_begin_);
  }
  if (phase_ != Phase::Measure) {
    return;
  }
  const bool all_sent =
      work_.measure_ns == 0 &&
      (is_open_loop() ? scheduled_ == work_.requests : idle_ + lost_ == work_.connections);
  if (all_sent && outstanding_ == 0) {
    measure_end_ = std::max(last_done_, measure_begin_) + 1;
  } else if (lost_ == work_.connections) {
    measure_end_ = std::min(measure_end_, now);
  }
  if (now >= measure_end_) {
    end_phase(measure_end_);
    begin_phase(Phase::Drain, measure_end_);
    drain_end_ = measure_end_ + work_.drain_ns;
  }
}

bool LoadClient::is_done(std::int64_t now) const {
  if (phase_ != Phase::Drain) {
    return lost_ == work_.connections && phase_ == Phase::Warmup;
  }
  const bool all_sent =
      !is_open_loop() || work_.measure_ns == 0 || start_ + schedule_.due() >= measure_end_;
  return (all_sent && outstanding_ == 0) || now >= drain_end_ || lost_ == work_.connections;
}

std::int64_t LoadClient::next_instant() const {
  std::int64_t next = look_for_late_at_;
  next = std::min(next, phase_ == Phase::Warmup    ? measure_begin_
                        : phase_ == Phase::Measure ? measure_end_
                                                   : drain_end_);
  if (!thinking_.empty() && phase_ != Phase::Drain) {
    next = std::min(next, connections_[thinking_.front()].since + work_.think_ns);
  }
  if (is_open_loop() && phase_ != Phase::Drain &&
      (!free_.empty() || work_.when_busy == scenario::WhenBusy::Drop)) {
    next = std::min(next, start_ + schedule_.due());
  }
  return next;
}

// Sleeps until something has come or it is time, and deals with what has come.
void LoadClient::wait(std::int64_t until) {
  std::array<epoll_event, kEventsAtOnce> events;
  const std::int64_t left = std::max<std::int64_t>(0, until - base::now().ns);
  const bool spins = work_.spin && left <= kSpinFor;
  const std::int64_t sleep = spins ? 0 : work_.spin ? left - kSpinFor : left;
  const timespec timeout{sleep / 1'000'000'000, sleep % 1'000'000'000};
  const int count = ::epoll_pwait2(poller_.get(), events.data(), static_cast<int>(events.size()),
                                   &timeout, nullptr);
  for (int i = 0; i < count; ++i) {
    handle(events[static_cast<std::size_t>(i)]);
    if (!is_open_loop() && work_.think_ns == 0 && start_ != 0) {
      send_closed(last_done_);  // who has got its reply sends at once
    }
  }
}

// What was due and is not over has taken so long at least.
void LoadClient::count_unfinished(std::int64_t now) {
  for (Connection& connection : connections_) {
    for (std::uint32_t i = 0; i < connection.pending; ++i) {
      const Pending& pending = pending_of(connection, i);
      ++tally_.counts(pending.phase).unfinished;
      tally_.at_least(pending.phase, Series::Service, now - pending.sent);
      if (is_open_loop()) {
        tally_.at_least(pending.phase, Series::Response, now - pending.due);
      }
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
