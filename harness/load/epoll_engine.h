// SPDX-License-Identifier: MIT
#pragma once
// EpollEngine: all connections in the calling thread, as epoll(7) tells which are ready. Nothing
// blocks but the wait for events. Several processes may each have one for the same listener.

#include "harness/load/buffer_pool.h"
#include "harness/load/descriptor_table.h"
#include "harness/load/engine.h"
#include "harness/os/unique_fd.h"

#include <cstdint>

namespace procession::load {

class EpollEngine final : public Engine {
 public:
  [[nodiscard]] int open(int listener, Answer answer) override;
  [[nodiscard]] int serve(const Wake& wake) override;
  [[nodiscard]] int take_waiting() override;
  [[nodiscard]] int drain() override;

 private:
  // Of a connection whose client does not read: what it has not taken yet.
  struct Unsent {
    char* buffer;  // nullptr = nothing
    std::uint32_t from;
    std::uint32_t to;
  };
  struct Connection {
    Conversation conversation;
    bool ending;  // nothing more comes: closed once all is sent
    Unsent unsent;
  };
  enum class Round { Done, Woken };

  [[nodiscard]] int watch(int operation, int descriptor, std::uint32_t events, std::uint64_t name);
  [[nodiscard]] int listen_again();
  void stop_listening();
  [[nodiscard]] Round one_round(base::Instant at);
  void accept_some();
  void receive_from(int descriptor);
  void answer_to(int descriptor, std::span<const char> bytes);
  void keep_unsent(int descriptor, std::span<const char> bytes);
  void send_more(int descriptor);
  void close_connection(int descriptor);

  int listener_ = -1;
  Answer answer_ = unchanged;
  os::UniqueFd epoll_;
  DescriptorTable<Connection> connections_;
  BufferPool pool_;
  char* buffer_ = nullptr;  // for what is just received
  std::size_t count_ = 0;   // connections
  bool listening_ = false;  // watches the listener
  int accept_error_ = 0;    // why the last accept failed: EAGAIN, or what has run out
};

}  // namespace procession::load
