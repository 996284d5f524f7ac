// SPDX-License-Identifier: MIT
#pragma once
// The sockets of this process by the numbers that the plan gives them: the listeners that it has
// opened or inherited, and the connections that it has made itself.

#include "harness/os/unique_fd.h"

#include <cstdint>

namespace procession::player {

// Listeners: a forked child has its parent's. −1 if it is not open here.
[[nodiscard]] int listening_socket(std::uint32_t listener);
// 0 or errno; EMFILE beyond 16 of them.
[[nodiscard]] int keep_listening(std::uint32_t listener, os::UniqueFd socket);
void stop_listening(std::uint32_t listener);

// Connections: −1 if there is none.
[[nodiscard]] int connection_socket(std::uint32_t connection);
// 0 or errno; EMFILE for a number beyond what a process may have.
[[nodiscard]] int keep_connection(std::uint32_t connection, os::UniqueFd socket);
void end_connection(std::uint32_t connection);
// Of a forked child: those of its parent stay open in it, as descriptors do, but are not its own.
void forget_connections();

}  // namespace procession::player
