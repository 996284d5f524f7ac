// SPDX-License-Identifier: MIT
#include "harness/os/private_memory.h"

#include <cerrno>
#include <sys/mman.h>

namespace procession::os {

PrivateMemory& PrivateMemory::operator=(PrivateMemory&& other) noexcept {
  if (this != &other) {
    unmap();
    bytes_ = std::exchange(other.bytes_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

int PrivateMemory::map(std::size_t size) noexcept {
  unmap();
  void* const bytes = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (bytes == MAP_FAILED) {
    return errno;
  }
  bytes_ = static_cast<std::byte*>(bytes);
  size_ = size;
  (void)::madvise(bytes, size, MADV_DONTFORK);
  return 0;
}

void PrivateMemory::unmap() noexcept {
  if (bytes_ != nullptr) {
    ::munmap(bytes_, size_);
    bytes_ = nullptr;
    size_ = 0;
  }
}

}  // namespace procession::os
