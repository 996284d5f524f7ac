// SPDX-License-Identifier: MIT
#pragma once
// Protocols: what stands round the text of a message so that a server understands it. Each has a
// file.
//
//   echo    nothing: the text is the request, and the reply is as long (protocol_echo.cc)
//   redis   ECHO text, and the bulk string that it answers (protocol_redis.cc)
//   http    has no text of ours (protocol_http.h)

#include "harness/load/message.h"

#include <array>

namespace procession::load {

// Room for what a protocol spells for one message; must outlive the parts that point to it.
struct Spelt {
  Messages::Letters identity;
  std::array<char, 64> front;
};

// How a protocol frames: what it adds to `parts`, and how many bytes stand before the text.
struct Framing {
  using Add = std::size_t (*)(const Messages& messages, const Identity& who, Spelt& room,
                              Parts& parts);
  Add request = nullptr;
  Add reply = nullptr;
};

extern const Framing kEchoFraming;
extern const Framing kRedisFraming;

[[nodiscard]] inline const Framing& framing_of(scenario::Protocol protocol) {
  return protocol == scenario::Protocol::Redis ? kRedisFraming : kEchoFraming;
}

}  // namespace procession::load
