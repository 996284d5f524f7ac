// SPDX-License-Identifier: MIT
#pragma once
// EventEngine: what the engines have in common that serve all connections in the calling thread:
// when to accept, what to do when something has run out, and when all is over. How to learn of
// events, and what an event means for a connection, is theirs.

#include "harness/load/buffer_pool.h"
#include "harness/load/engine.h"
#include "harness/os/unique_fd.h"

#include <cstdint>

namespace procession::load {

class EventEngine : public Engine {
 public:
  [[nodiscard]] int open(int listener, Answer answer_to) final;
  [[nodiscard]] int serve(const Wake& wake) final;
  [[nodiscard]] int take_waiting() final;
  [[nodiscard]] int drain() final;

 protected:
  enum class Round { Done, Woken };

  EventEngine() = default;
  EventEngine(const EventEngine&) = delete;
  EventEngine& operator=(const EventEngine&) = delete;
  ~EventEngine() = default;

  // Opens what else it needs. 0 or errno.
  [[nodiscard]] virtual int open_more() = 0;
  // From now on this connection is served. 0 or errno.
  [[nodiscard]] virtual int take_up(int descriptor) = 0;
  // Waits for events until then (0 = for ever), and does what they ask for.
  [[nodiscard]] virtual Round one_round(base::Instant at) = 0;

  // The epoll instance has the listener and the wakers, under names that no descriptor has. (A
  // request of io_uring would keep the listener from closing.)
  [[nodiscard]] int epoll() const { return epoll_.get(); }
  [[nodiscard]] int watch(int operation, int descriptor, std::uint32_t events, std::uint64_t name);
  [[nodiscard]] static bool is_connection(std::uint64_t name) { return name < kListener; }
  // For one_round: an event of the listener or of a waker.
  [[nodiscard]] Round note(std::uint64_t name);
  // For one_round: a connection has ended, and whatever was its own has been given back.
  void close_connection(int descriptor);

  [[nodiscard]] Answer answer() const { return answer_; }
  BufferPool& pool() { return pool_; }

 private:
  static constexpr std::uint64_t kListener = 1ull << 32;
  static constexpr std::uint64_t kWaker = kListener + 1;

  [[nodiscard]] int listen_again();
  void stop_listening();
  void accept_one_more();

  int listener_ = -1;
  os::UniqueFd epoll_;
  Answer answer_ = unchanged;
  BufferPool pool_;
  std::size_t count_ = 0;   // connections
  os::UniqueFd held_;       // accepted, but there was no room to serve it
  bool listening_ = false;  // watches the listener
  int accept_error_ = 0;    // why the last one is not served: EAGAIN, or what has run out
};

}  // namespace procession::load
