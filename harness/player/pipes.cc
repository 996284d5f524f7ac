// SPDX-License-Identifier: MIT
#include "harness/player/pipes.h"

#include "harness/os/unique_fd.h"
#include "harness/player/self.h"

#include <algorithm>
#include <bitset>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace procession::player {

namespace {

constexpr int kFirstDescriptor = 64;

std::bitset<std::size_t{2} * kMostPipes> open_ends;

std::size_t index_of(std::uint32_t channel, bool write_end) {
  return std::size_t{2} * channel + (write_end ? 1 : 0);
}

int descriptor_of(std::size_t index) { return kFirstDescriptor + static_cast<int>(index); }

bool is_free(int fd) { return ::fcntl(fd, F_GETFD) < 0 && errno == EBADF; }

int put_at(const os::UniqueFd& end, std::size_t index) {
  if (end.get() == descriptor_of(index)) {
    return 0;
  }
  // dup3(2) would close without a word what this process has there.
  if (!is_free(descriptor_of(index))) {
    return EBUSY;
  }
  return ::dup3(end.get(), descriptor_of(index), O_CLOEXEC) < 0 ? errno : 0;
}

std::size_t ends_of_plan() {
  return std::size_t{2} * std::min<std::size_t>(the_plan().pipes().size(), kMostPipes);
}

}  // namespace

int open_pipe(std::uint32_t channel) {
  if (channel >= kMostPipes) {
    return EMFILE;
  }
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_DIRECT) != 0) {
    return errno;
  }
  for (const bool write_end : {false, true}) {
    const std::size_t index = index_of(channel, write_end);
    os::UniqueFd end(ends[write_end ? 1 : 0]);
    if (const int error = put_at(end, index); error != 0) {
      if (!write_end) {
        ::close(ends[1]);
      } else {
        (void)close_pipe_end(channel, false);
      }
      return error;
    }
    if (end.get() == descriptor_of(index)) {
      (void)end.release();
    }
    open_ends.set(index);
  }
  return 0;
}

int pipe_end(std::uint32_t channel, bool write_end) {
  const bool is_open = channel < kMostPipes && open_ends.test(index_of(channel, write_end));
  return is_open ? descriptor_of(index_of(channel, write_end)) : -1;
}

int close_pipe_end(std::uint32_t channel, bool write_end) {
  const int fd = pipe_end(channel, write_end);
  if (fd < 0) {
    return EBADF;
  }
  open_ends.reset(index_of(channel, write_end));
  ::close(fd);
  return 0;
}

std::size_t list_open_pipes(std::span<int> into) {
  std::size_t count = 0;
  for (std::size_t index = 0; index < ends_of_plan(); ++index) {
    if (open_ends.test(index)) {
      into[count++] = descriptor_of(index);
    }
  }
  return count;
}

void adopt_pipes() {
  for (std::size_t index = 0; index < ends_of_plan(); ++index) {
    if (::fcntl(descriptor_of(index), F_SETFD, FD_CLOEXEC) == 0) {
      open_ends.set(index);
    }
  }
}

}  // namespace procession::player
