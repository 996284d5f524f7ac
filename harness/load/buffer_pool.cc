// SPDX-License-Identifier: MIT
#include "harness/load/buffer_pool.h"

#include <cstring>
#include <new>
#include <utility>

namespace procession::load {

struct BufferPool::Slab {
  static constexpr std::size_t kBuffers = 16;
  static constexpr std::size_t kHead = 4096;  // buffers begin with a page

  os::PrivateMemory memory;  // which it lies in itself
  Slab* next = nullptr;
};

BufferPool::~BufferPool() {
  while (slabs_ != nullptr) {
    const os::PrivateMemory last = std::move(slabs_->memory);
    slabs_ = slabs_->next;
  }
}

char* BufferPool::take() noexcept {
  if (free_ == nullptr && !grow()) {
    return nullptr;
  }
  char* const taken = free_;
  std::memcpy(&free_, taken, sizeof free_);
  return taken;
}

void BufferPool::give_back(char* buffer) noexcept {
  std::memcpy(buffer, &free_, sizeof free_);
  free_ = buffer;
}

bool BufferPool::grow() noexcept {
  os::PrivateMemory memory;
  if (memory.map(Slab::kHead + Slab::kBuffers * kBufferSize) != 0) {
    return false;
  }
  std::byte* const bytes = memory.bytes();
  slabs_ = new (bytes) Slab{std::move(memory), slabs_};
  for (std::size_t k = Slab::kBuffers; k > 0; --k) {
    give_back(reinterpret_cast<char*>(bytes + Slab::kHead + (k - 1) * kBufferSize));
  }
  return true;
}

}  // namespace procession::load
