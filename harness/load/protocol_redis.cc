// SPDX-License-Identifier: MIT
// redis: the command ECHO, and the text as a bulk string in return (RESP2, redis.io/docs/reference/
// protocol-spec).
#include "harness/load/protocol.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace procession::load {

namespace {

constexpr std::string_view kCommand = "*2\r\n$4\r\nECHO\r\n$";
constexpr std::string_view kReply = "$";
constexpr std::string_view kLineEnd = "\r\n";

// `before`, the size of the text, the end of the line.
std::size_t add_front(std::string_view before, std::size_t size, Spelt& room, Parts& parts) {
  char* at = std::copy(before.begin(), before.end(), room.front.begin());
  at = std::to_chars(at, room.front.end(), size).ptr;
  at = std::copy(kLineEnd.begin(), kLineEnd.end(), at);
  const auto length = static_cast<std::size_t>(at - room.front.begin());
  parts.add(room.front.data(), length);
  return length;
}

std::size_t add_request(const Messages& messages, const Identity& who, Spelt& room, Parts& parts) {
  const std::size_t before = add_front(kCommand, messages.size_of(who.sequence), room, parts);
  messages.add_request(who, room.identity, parts);
  parts.add(kLineEnd.data(), kLineEnd.size());
  return before;
}

std::size_t add_reply(const Messages& messages, const Identity& who, Spelt& room, Parts& parts) {
  const std::size_t before = add_front(kReply, messages.size_of(who.sequence), room, parts);
  messages.add_reply(who, room.identity, parts);
  parts.add(kLineEnd.data(), kLineEnd.size());
  return before;
}

}  // namespace

const Framing kRedisFraming = {add_request, add_reply};

}  // namespace procession::load
