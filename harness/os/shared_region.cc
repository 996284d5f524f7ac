// SPDX-License-Identifier: MIT
#include "harness/os/shared_region.h"

#include "harness/os/map_shared.h"

#include <cerrno>
#include <sys/mman.h>
#include <sys/resource.h>
#include <utility>

namespace procession::os {

bool file_size_allowed(std::uint64_t size) {
  rlimit limit{};
  return ::getrlimit(RLIMIT_FSIZE, &limit) != 0 || size <= limit.rlim_cur;
}

SharedRegion::SharedRegion(UniqueFd fd, std::byte* bytes, std::uint64_t size)
    : fd_(std::move(fd)), bytes_(bytes), size_(size) {}

SharedRegion::SharedRegion(SharedRegion&& other) noexcept
    : fd_(std::move(other.fd_)),
      bytes_(std::exchange(other.bytes_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

SharedRegion& SharedRegion::operator=(SharedRegion&& other) noexcept {
  if (this != &other) {
    unmap();
    fd_ = std::move(other.fd_);
    bytes_ = std::exchange(other.bytes_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

SharedRegion::~SharedRegion() { unmap(); }

void SharedRegion::unmap() noexcept {
  if (bytes_ != nullptr) {
    ::munmap(bytes_, size_);
  }
}

base::Result<SharedRegion> SharedRegion::create(const char* name, std::uint64_t size) {
  if (!file_size_allowed(size)) {
    return base::Error{base::ErrorKind::Exhausted, "share memory: the limit of file sizes is lower",
                       EFBIG};
  }
  UniqueFd fd(::memfd_create(name, MFD_CLOEXEC));
  if (!fd) {
    return base::system_error("share memory", errno);
  }
  if (::ftruncate(fd.get(), static_cast<off_t>(size)) != 0) {
    return base::system_error("size shared memory", errno);
  }
  std::byte* const bytes = map_shared(fd.get());
  if (bytes == nullptr) {
    return base::system_error("map shared memory", errno);
  }
  return SharedRegion(std::move(fd), bytes, size);
}

}  // namespace procession::os
