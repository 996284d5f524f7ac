// SPDX-License-Identifier: MIT
#include "harness/os/map_shared.h"

#include <cstdint>
#include <sys/mman.h>
#include <sys/stat.h>

extern "C" char end;  // by the linker: behind all variables

namespace procession::os {

namespace {

// At `wish`, or anywhere if something is there.
std::byte* map_at(void* wish, int fd, std::uint64_t size) noexcept {
  struct stat about {};
  if (size == 0 && ::fstat(fd, &about) != 0) {
    return nullptr;
  }
  // NORESERVE: an arena is far larger than what of it is ever touched.
  void* const memory = ::mmap(wish, size != 0 ? size : static_cast<std::size_t>(about.st_size),
                              PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
  return memory == MAP_FAILED ? nullptr : static_cast<std::byte*>(memory);
}

}  // namespace

std::byte* map_shared(int fd, std::uint64_t size) noexcept { return map_at(nullptr, fd, size); }

std::byte* map_shared_near_program(int fd, std::uint64_t size) noexcept {
  constexpr std::uintptr_t kPage = 4096;
  const auto behind = (reinterpret_cast<std::uintptr_t>(&end) + kPage - 1) / kPage * kPage;
  return map_at(reinterpret_cast<void*>(behind), fd, size);  // NOLINT(performance-no-int-to-ptr)
}

}  // namespace procession::os
