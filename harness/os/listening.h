// SPDX-License-Identifier: MIT
#pragma once
// Who listens, as the kernel tells it: without connecting, which a server would notice.

#include <cstdint>

namespace procession::os {

// Whether some process of this network namespace listens for TCP at the port, at an address that
// the loopback interface reaches. False too if the kernel does not tell. No heap.
[[nodiscard]] bool is_listening(std::uint16_t port) noexcept;

}  // namespace procession::os
