// SPDX-License-Identifier: MIT
#pragma once
// Mapping shared memory by its descriptor, for programs without a heap: allocates nothing.

#include <cstddef>
#include <cstdint>

namespace procession::os {

// `size` bytes of the memory behind `fd`, 0 = all of it, for reading and writing; nullptr if it
// cannot be mapped (errno says why). The mapping stays until the process ends or it is unmapped.
[[nodiscard]] std::byte* map_shared(int fd, std::uint64_t size = 0) noexcept;
// The same, just behind this program's variables if there is room: one page table then spans both,
// and a process that ends or forks has fewer of them. For programs that are not loaded at a random
// address and whose heap does not grow.
[[nodiscard]] std::byte* map_shared_near_program(int fd, std::uint64_t size = 0) noexcept;

}  // namespace procession::os
