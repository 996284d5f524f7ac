// SPDX-License-Identifier: MIT
// echo: the tutorial's protocol. A text goes, a text of the same length comes back.
#include "harness/load/protocol.h"

namespace procession::load {

namespace {

std::size_t add_request(const Messages& messages, const Identity& who, Spelt& room, Parts& parts) {
  messages.add_request(who, room.identity, parts);
  return 0;
}

std::size_t add_reply(const Messages& messages, const Identity& who, Spelt& room, Parts& parts) {
  messages.add_reply(who, room.identity, parts);
  return 0;
}

}  // namespace

const Framing kEchoFraming = {add_request, add_reply};

}  // namespace procession::load
