// SPDX-License-Identifier: MIT
#pragma once
// A server that answers wrongly on purpose, in one way: what a client's check of its replies is
// tested against. It echoes requests of one size, and does its wrong to each n-th of them, counted
// over all connections. Also a program of its own, faulty_server_main.cc.

#include "harness/base/time.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace procession::testing {

enum class Fault {
  None,
  Delay,      // the reply comes so much later, and those behind it after it
  Duplicate,  // it comes twice
  Cross,      // it goes to the next other connection that asks, whose own comes here
  Reorder,    // it comes after the next one of its connection, which is in flight already
  Truncate,   // half of it comes, then the end of the connection
  Corrupt,    // one bit of it is another
  Swallow,    // it never comes
  Close,      // the connection ends instead
  Reset,      // the connection is reset instead
};

// "none", "delay", "duplicate" … as in the enum.
[[nodiscard]] std::optional<Fault> fault_named(std::string_view name);

struct Misbehaviour {
  Fault fault = Fault::None;
  std::size_t size = 0;      // bytes of a request; 0 = whatever one read brings
  std::uint64_t every = 10;  // 1 = each request
  base::Duration delay{};
};

// A listening socket at this port of the loopback interface, 0: at a free one, which it tells then.
// −1 and errno.
[[nodiscard]] int listen_at(std::uint16_t& port);

// Serves until `closing` is readable, or at its end of file; −1: for ever.
void serve_wrongly(int listener, int closing, const Misbehaviour& how);

}  // namespace procession::testing
