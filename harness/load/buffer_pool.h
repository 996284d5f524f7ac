// SPDX-License-Identifier: MIT
#pragma once
// BufferPool: buffers of kBufferSize, mapped some at a time, used again, and given back to the
// system all together when the pool ends. One thread's.

#include "harness/load/conversation.h"
#include "harness/os/private_memory.h"

namespace procession::load {

class BufferPool {
 public:
  BufferPool() = default;
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;
  ~BufferPool();

  // nullptr if there is no memory for it. What is in it is undefined.
  [[nodiscard]] char* take() noexcept;
  void give_back(char* buffer) noexcept;

 private:
  struct Slab;  // at the beginning of each piece of mapped memory
  [[nodiscard]] bool grow() noexcept;

  char* free_ = nullptr;  // each has the next one's address in its first bytes
  Slab* slabs_ = nullptr;
};

}  // namespace procession::load
