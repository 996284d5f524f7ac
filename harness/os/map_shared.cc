// SPDX-License-Identifier: MIT
#include "harness/os/map_shared.h"

#include <sys/mman.h>
#include <sys/stat.h>

namespace procession::os {

std::byte* map_shared(int fd) noexcept {
  struct stat about {};
  if (::fstat(fd, &about) != 0) {
    return nullptr;
  }
  // NORESERVE: an arena is far larger than what of it is ever touched.
  void* const memory = ::mmap(nullptr, static_cast<std::size_t>(about.st_size),
                              PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
  return memory == MAP_FAILED ? nullptr : static_cast<std::byte*>(memory);
}

}  // namespace procession::os
