// SPDX-License-Identifier: MIT
#pragma once
// PrivateMemory: zeroed memory of this process alone, for programs without a heap. What is not
// touched costs nothing, however much is mapped; a forked child does not get it, so it makes no
// fork dearer. Owns the mapping.

#include <cstddef>
#include <utility>

namespace procession::os {

class PrivateMemory {
 public:
  PrivateMemory() = default;
  PrivateMemory(PrivateMemory&& other) noexcept
      : bytes_(std::exchange(other.bytes_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  PrivateMemory& operator=(PrivateMemory&& other) noexcept;
  ~PrivateMemory() { unmap(); }

  // Maps `size` bytes, aligned to a page, in place of what it had. 0 or errno.
  [[nodiscard]] int map(std::size_t size) noexcept;
  void unmap() noexcept;

  [[nodiscard]] std::byte* bytes() const noexcept { return bytes_; }  // nullptr = none
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  std::byte* bytes_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace procession::os
