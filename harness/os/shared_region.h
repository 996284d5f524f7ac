// SPDX-License-Identifier: MIT
#pragma once
// SharedRegion: memory that processes share through one descriptor: a memfd and its mapping. Fresh
// ones are zero and sparse: a page costs memory from its first touch on. Whoever has the descriptor
// can map the same memory (map_shared.h).

#include "harness/base/result.h"
#include "harness/os/unique_fd.h"

#include <cstddef>
#include <cstdint>

namespace procession::os {

// Whether RLIMIT_FSIZE lets a file, memory too, have this size. Growing one beyond it raises
// SIGXFSZ, which ends the process (setrlimit(2)).
[[nodiscard]] bool file_size_allowed(std::uint64_t size);

class SharedRegion {
 public:
  SharedRegion() = default;
  SharedRegion(SharedRegion&& other) noexcept;
  SharedRegion& operator=(SharedRegion&& other) noexcept;
  ~SharedRegion();

  // `name` shows in /proc/PID/maps as "/memfd:name". Exhausted if the system has no room for it,
  // resource limits included.
  [[nodiscard]] static base::Result<SharedRegion> create(const char* name, std::uint64_t size);

  [[nodiscard]] std::byte* bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  SharedRegion(UniqueFd fd, std::byte* bytes, std::uint64_t size);
  void unmap() noexcept;

  UniqueFd fd_;
  std::byte* bytes_ = nullptr;
  std::uint64_t size_ = 0;
};

}  // namespace procession::os
