// SPDX-License-Identifier: MIT
#pragma once
// DescriptorTable: a T for each descriptor that this process can have, addressed by its number.
// Only those that are used cost memory. T is plain data for which zero means "none".

#include "harness/os/private_memory.h"

#include <cerrno>
#include <sys/resource.h>
#include <type_traits>

namespace procession::load {

template <class T>
class DescriptorTable {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  // For all numbers below this process's limit of descriptors as it is now. 0 or errno.
  [[nodiscard]] int open() noexcept {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? memory_.map(limit.rlim_cur * sizeof(T))
                                                   : errno;
  }

  [[nodiscard]] T& operator[](int descriptor) const noexcept {
    return reinterpret_cast<T*>(memory_.bytes())[descriptor];
  }

 private:
  os::PrivateMemory memory_;
};

}  // namespace procession::load
