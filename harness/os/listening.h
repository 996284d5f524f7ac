// SPDX-License-Identifier: MIT
#pragma once
// Who listens, as the kernel tells it: without connecting, which a server would notice.

#include <cstdint>

namespace procession::os {

// Whether some process of this network namespace listens for TCP at the port, at an address that
// who connects to 127.0.0.1 reaches. False too if the kernel does not tell. No heap.
[[nodiscard]] bool is_listening(std::uint16_t port) noexcept;

// The same as /proc/net tells it, at a thousand times the cost: for kernels without sock_diag(7).
[[nodiscard]] bool is_in_tables_of_listeners(std::uint16_t port) noexcept;

}  // namespace procession::os
