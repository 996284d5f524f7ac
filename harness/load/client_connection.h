// SPDX-License-Identifier: MIT
#pragma once
// Connection: what a load client knows of one of its connections; plain data that is valid when all
// its bytes are zero. And a queue of them by number.

#include "harness/load/message.h"
#include "harness/load/protocol_http.h"
#include "harness/trace/load_area.h"

#include <cstdint>
#include <span>

namespace procession::load {

// A request that was sent and has not been answered.
struct Pending {
  std::int64_t due;
  std::int64_t sent;
  std::uint32_t sequence;
  trace::Phase phase;
};

struct Connection {
  enum State : std::uint8_t {
    Closed = 0,
    Connecting,
    Open,
    Waiting,  // to be tried again
    Lost,     // and given up
  };
  State state;
  bool waits;       // for room to send: EPOLLOUT is asked for
  bool queued;      // it is in the queue of free ones, or thinks there
  bool has_done;    // it has sent its share
  bool is_wrong;    // the reply that comes is not what it must be
  bool is_garbled;  // the last reply was corrupt: what comes behind it may belong to it
  bool has_heard;   // a reply, since it was made
  int socket;
  std::uint32_t sequence;       // of the last request
  std::uint32_t first;          // of the pending ones, a ring
  std::uint32_t pending;        // how many there are
  std::uint32_t since_opening;  // requests on this connection
  std::uint32_t skip;           // bytes of a reply that belongs to nothing, still to come
  std::uint32_t letters;        // of `identity` that have come
  std::uint64_t sent;           // bytes of the last request; it is complete when nothing is left
  std::uint64_t received;       // bytes of the reply that comes
  std::uint64_t left;           // requests that it may still send in the measuring
  std::int64_t since;           // free, thinking or waiting since; while connecting: begun at
  std::int64_t down_since;      // of no use since, 0 = it is of use
  std::int64_t joined;          // takes part in the loop since
  HttpReply http;               // of that protocol: the reply that comes
  Messages::Letters identity;   // the first letters of the reply that comes
};

// A ring of connections' numbers with room for all.
class Queue {
 public:
  Queue() = default;
  explicit Queue(std::span<std::uint32_t> room) : room_(room) {}

  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] std::uint32_t front() const { return room_[first_]; }
  void push(std::uint32_t number) { room_[(first_ + count_++) % room_.size()] = number; }
  void pop() {
    first_ = (first_ + 1) % static_cast<std::uint32_t>(room_.size());
    --count_;
  }
  // It is there; the others keep their order.
  void remove(std::uint32_t number) {
    std::uint32_t k = 0;
    while (at(k) != number) {
      ++k;
    }
    for (; k > 0; --k) {
      at(k) = at(k - 1);
    }
    pop();
  }

 private:
  [[nodiscard]] std::uint32_t& at(std::uint32_t k) { return room_[(first_ + k) % room_.size()]; }

  std::span<std::uint32_t> room_;
  std::uint32_t first_ = 0;
  std::uint32_t count_ = 0;
};

}  // namespace procession::load
