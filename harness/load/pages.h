// SPDX-License-Identifier: MIT
#pragma once
// Pages: memory for a load, taken from the kernel when the load runs and given back when it is
// over. A player has no heap, and what every player forks must not grow. Fresh memory is zero and
// costs nothing before it is touched.

#include <cstddef>
#include <span>
#include <sys/mman.h>

namespace procession::load {

class Pages {
 public:
  Pages() = default;
  explicit Pages(std::size_t size) : size_(size) {
    void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    base_ = memory == MAP_FAILED ? nullptr : static_cast<std::byte*>(memory);
  }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  ~Pages() {
    if (base_ != nullptr) {
      ::munmap(base_, size_);
    }
  }

  [[nodiscard]] explicit operator bool() const { return base_ != nullptr; }

  // The next `count` of them; the sum of all must be within the size that was asked for.
  template <class T>
  [[nodiscard]] std::span<T> take(std::size_t count) {
    T* const items = reinterpret_cast<T*>(base_ + used_);
    used_ += room_for<T>(count);
    return {items, count};
  }
  template <class T>
  [[nodiscard]] static constexpr std::size_t room_for(std::size_t count) {
    return (count * sizeof(T) + 63) / 64 * 64;
  }

 private:
  std::byte* base_ = nullptr;
  std::size_t size_ = 0;
  std::size_t used_ = 0;
};

}  // namespace procession::load
