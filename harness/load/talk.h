// SPDX-License-Identifier: MIT
#pragma once
// One connection, served by whoever has nothing else to do: a process or a thread of its own. It
// sleeps in the calls themselves.

#include "harness/load/conversation.h"

namespace procession::load {

// Answers until its client has ended it or is gone. The socket must block; it stays open.
void talk(int socket, Buffer buffer, Answer answer) noexcept;

}  // namespace procession::load
