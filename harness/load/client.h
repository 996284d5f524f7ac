// SPDX-License-Identifier: MIT
#pragma once
// LoadClient: one process's part of a load: all its connections, driven by one epoll loop, without
// threads and without a heap. What it sees it counts in its area of shared memory (load_area.h) as
// it goes, so that nothing is lost with the process.
//
//   LoadClient client(work, area);
//   client.connect()        all connections, before the start line
//   client.run(start, …)    warm-up, measuring, drain
//
// A request has three instants: when it was due, when it was sent, when its reply was complete. In
// a closed loop a connection's next request is due when its last reply has come and it has thought;
// in an open loop when the schedule says, whatever the server does meanwhile. Nothing that is due
// is forgotten: what finds no free connection waits, and its response time counts from when it was
// due.
//
// Every reply is compared with what must come. What is wrong is counted by its kind
// (trace::Failure) and ends neither the load nor the process; a connection that is of no further
// use is made anew. Only when no connection is left, and none could be made for as long as a reply
// may take, does `run` fail.
//
// Times are nanoseconds; instants are those of base::Instant.
//
// The class has a file for each of its parts: client.cc (the course of a load and its waiting),
// client_connections.cc, client_requests.cc, client_replies.cc.

#include "harness/base/time.h"
#include "harness/load/client_connection.h"
#include "harness/load/message.h"
#include "harness/load/protocol.h"
#include "harness/load/schedule.h"
#include "harness/load/stalls.h"
#include "harness/load/tally.h"
#include "harness/load/workload.h"
#include "harness/os/unique_fd.h"
#include "harness/scenario/symbol.h"
#include "harness/trace/load_area.h"

#include <cstdint>
#include <span>

struct epoll_event;

namespace procession::load {

class LoadClient {
 public:
  LoadClient(const Workload& work, trace::LoadArea& area);
  ~LoadClient();
  LoadClient(const LoadClient&) = delete;
  LoadClient& operator=(const LoadClient&) = delete;

  // 0; or why not all of them could be made: errno, or timed_out.
  [[nodiscard]] scenario::Symbol connect();
  // From `start`, or now if that is past, to the end of the drain. `on_phase(context, phase)` is
  // called as each phase begins. 0, or the error that has ended the last connection.
  using OnPhase = void (*)(void* context, trace::Phase phase);
  [[nodiscard]] scenario::Symbol run(base::Instant start, OnPhase on_phase, void* context);

 private:
  // ---- connections
  [[nodiscard]] scenario::Symbol open(Connection& connection);
  void opened(Connection& connection, std::int64_t now);
  void close(Connection& connection, std::int64_t now);
  void leave_loop(Connection& connection, std::int64_t at);
  void make_anew(Connection& connection, std::int64_t now);
  void try_later(Connection& connection, scenario::Symbol why, std::int64_t now);

  // ---- requests
  void become_free(Connection& connection, std::int64_t now);
  [[nodiscard]] std::int64_t due_of(const Connection& connection) const;
  [[nodiscard]] std::int64_t thought(const Connection& connection, std::int64_t until);
  void send_due(std::int64_t now);
  void send_closed(std::int64_t now);
  void send_open(std::int64_t now);
  void drop(std::int64_t due);
  void send(Connection& connection, std::int64_t due);
  void push_out(Connection& connection);
  void watch_for(Connection& connection, bool writable);
  void has_taken(const Pending& pending, std::int64_t now);
  void count_unfinished(std::int64_t now);

  // ---- replies
  void handle(const epoll_event& event);
  void receive(Connection& connection);
  void take(Connection& connection, std::span<const char> bytes);
  std::size_t take_http(Connection& connection, std::span<const char> bytes);
  static void keep_letters(Connection& connection, std::size_t text_at,
                           std::span<const char> piece);
  [[nodiscard]] bool explain(Connection& connection);
  void complete(Connection& connection, std::int64_t now);
  void complete_right(Connection& connection, std::int64_t now);
  void free_again(Connection& connection, std::int64_t now);
  static void begin_reply(Connection& connection);
  void remove(Connection& connection, std::uint32_t place, trace::Failure how);
  void remove_all(Connection& connection, trace::Failure first, trace::Failure rest);
  void start_over(Connection& connection, std::int64_t now);
  void end_of_stream(Connection& connection, std::int64_t now);
  void give_up_late(Connection& connection, std::int64_t now);

  // ---- time
  void begin_phase(trace::Phase phase, std::int64_t at);
  void end_phase(std::int64_t at);
  void go_on_in_time(std::int64_t now);
  [[nodiscard]] bool has_more_to_send() const;
  [[nodiscard]] bool is_done(std::int64_t now) const;
  [[nodiscard]] std::int64_t next_instant() const;
  void look_after_connections(std::int64_t now);
  void sleep_until(std::int64_t instant);
  void wait(std::int64_t until);

  [[nodiscard]] std::uint32_t number_of(const Connection& connection) const {
    return static_cast<std::uint32_t>(&connection - connections_.data());
  }
  [[nodiscard]] Identity identity_of(const Connection& connection, std::uint32_t sequence) const {
    return {work_.client, number_of(connection), sequence};
  }
  // The k-th of those that wait for a reply.
  [[nodiscard]] Pending& pending_of(const Connection& connection, std::uint32_t k) {
    return pending_[std::size_t{number_of(connection)} * depth_ + (connection.first + k) % depth_];
  }
  [[nodiscard]] bool is_http() const { return work_.protocol == scenario::Protocol::Http; }
  [[nodiscard]] bool is_open_loop() const { return work_.loop == scenario::Loop::Open; }
  [[nodiscard]] trace::Phase phase_of(std::int64_t due) const;

  // A connection that could not be made, or was of no use, is tried again after that.
  static constexpr std::int64_t kTryAgainAfter = 10'000'000;

  Workload work_;
  Tally tally_;
  Messages messages_;
  const Framing& framing_;
  Pages pages_;
  std::span<Connection> connections_;
  std::span<Pending> pending_;  // `depth_` of each connection
  Queue free_;  // those that can send, or, in a closed loop, think first: the longest first
  std::span<char> buffer_;
  std::uint32_t depth_;
  os::UniqueFd poller_;
  std::uint32_t unmade_ = 0;       // connections that are being made
  std::uint32_t lost_ = 0;         // those that are given up
  std::uint32_t idle_ = 0;         // those that have sent their share
  std::uint32_t outstanding_ = 0;  // requests
  scenario::Symbol error_ = 0;

  Schedule schedule_;
  Stalls stalls_;            // of an open loop
  bool knows_page_ = false;  // http: the first reply has come, of this size and content
  std::uint64_t page_size_ = 0;
  std::uint64_t page_hash_ = 0;
  std::uint64_t scheduled_ = 0;  // requests of the schedule that were due, in the measuring
  OnPhase on_phase_ = nullptr;
  void* context_ = nullptr;
  trace::Phase phase_ = trace::Phase::Warmup;
  std::int64_t start_ = 0;          // when it left the start line
  std::int64_t measure_begin_ = 0;  // from here on what is due is measured
  std::int64_t measure_end_ = 0;    // and up to here; far away as long as it is not known
  std::int64_t drain_end_ = 0;
  std::int64_t look_at_ = 0;  // the connections, next
  std::int64_t last_done_ = 0;
};

}  // namespace procession::load
