// SPDX-License-Identifier: MIT
#pragma once
// Terminals: whether a descriptor is one, and how wide it is.

#include <cstddef>

namespace procession::cli {

// One whose cursor can be moved.
[[nodiscard]] bool is_capable_terminal(int fd);

// 80 if it is none, or does not say.
[[nodiscard]] std::size_t terminal_columns(int fd);

}  // namespace procession::cli
