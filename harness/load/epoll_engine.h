// SPDX-License-Identifier: MIT
#pragma once
// EpollEngine: epoll(7) tells which connections are ready; nothing blocks but the wait for that.
// Several processes may each have one for the same listener.

#include "harness/load/descriptor_table.h"
#include "harness/load/event_engine.h"

#include <cstdint>

namespace procession::load {

class EpollEngine final : public EventEngine {
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

  [[nodiscard]] int open_more() override;
  [[nodiscard]] int take_up(int descriptor) override;
  [[nodiscard]] Round one_round(base::Instant at) override;

  void receive_from(int descriptor);
  void answer_to(int descriptor, std::span<const char> bytes);
  void keep_unsent(int descriptor, std::span<const char> bytes);
  void send_more(int descriptor);
  void end(int descriptor);

  DescriptorTable<Connection> connections_;
  char* buffer_ = nullptr;  // for what is just received
};

}  // namespace procession::load
