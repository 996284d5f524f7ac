// SPDX-License-Identifier: MIT
#pragma once
// UringEngine: io_uring(7) receives and sends, through liburing. An answer and the next receiving
// are submitted as a pair, together with those of all other connections that had something, in the
// one system call that also waits: so a request costs at most one. Where io_uring may not be used,
// or is older than Linux 5.19, `open` fails.

#ifdef PROCESSION_URING

#include "harness/load/descriptor_table.h"
#include "harness/load/event_engine.h"

#include <cstdint>
#include <liburing.h>

namespace procession::load {

class UringEngine final : public EventEngine {
 public:
  UringEngine() = default;
  UringEngine(const UringEngine&) = delete;
  UringEngine& operator=(const UringEngine&) = delete;
  ~UringEngine();

 private:
  // Has one request under way: it receives, or sends and receives then.
  struct Connection {
    Conversation conversation;
    bool ending;         // nothing more comes: closed once all is sent
    char* buffer;        // its own
    std::uint32_t from;  // what is being sent
    std::uint32_t to;
  };

  [[nodiscard]] int open_more() override;
  [[nodiscard]] int take_up(int descriptor) override;
  [[nodiscard]] Round one_round(base::Instant at) override;

  void make_room(unsigned requests);
  [[nodiscard]] Round note_completed(const io_uring_cqe& completed);
  void watch_epoll();
  [[nodiscard]] Round look_at_epoll();
  void receive_from(int descriptor);
  void received(int descriptor, int result);
  void send_to(int descriptor);
  void sent(int descriptor, int result);
  void end(int descriptor);

  io_uring ring_{};
  bool open_ = false;
  DescriptorTable<Connection> connections_;
};

}  // namespace procession::load

#endif
