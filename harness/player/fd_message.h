// SPDX-License-Identifier: MIT
#pragma once
// A message on a unix socket with a descriptor beside it (unix(7), SCM_RIGHTS).

#include "harness/os/unique_fd.h"

#include <cstddef>

namespace procession::player {

// `fd` −1 = none. False if the other side has gone.
[[nodiscard]] bool send_with_fd(int socket, const void* message, std::size_t size, int fd);
// False if there is no message of that size. A descriptor beside it is close-on-exec.
[[nodiscard]] bool receive_with_fd(int socket, void* message, std::size_t size, os::UniqueFd& fd);

}  // namespace procession::player
