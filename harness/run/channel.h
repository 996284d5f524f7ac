// SPDX-License-Identifier: MIT
#pragma once
// Messages over a sequenced-packet socket: whole or not at all. No heap; used on all three sides.

#include "harness/run/warden_launch.h"

#include <optional>

namespace procession::run {

// Waits until there is one; none at end of file.
[[nodiscard]] std::optional<Message> receive(int socket) noexcept;

struct Received {
  enum What { Nothing, Got, EndOfFile };
  What what = Nothing;
  Message message;
};
// What is there now.
[[nodiscard]] Received poll_message(int socket) noexcept;

// False if the other side has ended. Never blocks for long: at most two messages are under way.
bool send(int socket, const Message& message) noexcept;

}  // namespace procession::run
