// SPDX-License-Identifier: MIT
#pragma once
// An Engine serves all connections of a listening socket inside one process: with a thread for
// each, by epoll or by io_uring. Engines differ in how they wait; what a connection does with its
// bytes is written once (conversation.h). Made by the step `serve`, and by each process of a
// preforked server.
//
// All of them keep to this:
// - A connection that fails (reset, gone) is closed; no other one notices.
// - Who does not read is not read from, once what it has not taken fills a buffer; it costs that
//   buffer and nothing else.
// - When descriptors, memory or threads run out, connections wait in the backlog until one of those
//   served ends. With none to wait for, the call fails with the error (EMFILE …).
// - Memory is mapped when it is needed, is no part of what a forked child copies, and is given back
//   when the engine ends (the C library keeps some stacks for threads to come). There is no heap
//   but what the C library takes for a thread.
//
// A signal handler may interrupt the calling thread; other threads have all signals blocked.

#include "harness/load/answer.h"
#include "harness/load/wake.h"

namespace procession::load {

class Engine {
 public:
  // Opens what it needs. The listener stays its owner's and must not block. 0 or errno.
  [[nodiscard]] virtual int open(int listener, Answer answer) = 0;
  // Accepts and serves until it is woken. 0 or errno.
  [[nodiscard]] virtual int serve(const Wake& wake) = 0;
  // Accepts those who wait in the backlog, and serves meanwhile. 0 or errno.
  [[nodiscard]] virtual int take_waiting() = 0;
  // Accepts nobody any more; serves until the last connection has ended. 0 or errno.
  [[nodiscard]] virtual int drain() = 0;

 protected:
  ~Engine() = default;
};

}  // namespace procession::load
