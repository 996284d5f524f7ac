// SPDX-License-Identifier: MIT
#pragma once
// Mapping shared memory by its descriptor, for programs without a heap: allocates nothing.

#include <cstddef>
#include <cstdint>

namespace procession::os {

// All of the memory behind `fd`, for reading and writing; nullptr if it cannot be mapped (errno
// says why). The mapping stays until the process ends or it is unmapped.
[[nodiscard]] std::byte* map_shared(int fd) noexcept;
// The same, just behind this program's variables if there is room: one page table then spans both,
// and a process that ends or forks has fewer of them. For programs that are not loaded at a random
// address and whose heap does not grow.
[[nodiscard]] std::byte* map_shared_near_program(int fd) noexcept;

}  // namespace procession::os
