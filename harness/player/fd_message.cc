// SPDX-License-Identifier: MIT
#include "harness/player/fd_message.h"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>

namespace procession::player {

namespace {

// A message with room for one descriptor; points into itself.
class Envelope {
 public:
  Envelope(void* message, std::size_t size) : part_{message, size} {
    header_.msg_iov = &part_;
    header_.msg_iovlen = 1;
  }
  Envelope(const Envelope&) = delete;
  Envelope& operator=(const Envelope&) = delete;

  void make_room() {
    header_.msg_control = room_;
    header_.msg_controllen = sizeof room_;
  }
  void enclose(int fd) {
    make_room();
    cmsghdr* const beside = CMSG_FIRSTHDR(&header_);
    beside->cmsg_level = SOL_SOCKET;
    beside->cmsg_type = SCM_RIGHTS;
    beside->cmsg_len = CMSG_LEN(sizeof fd);
    std::memcpy(CMSG_DATA(beside), &fd, sizeof fd);
  }
  [[nodiscard]] int enclosed() {
    const cmsghdr* const beside = CMSG_FIRSTHDR(&header_);
    int fd = -1;
    if (beside != nullptr && beside->cmsg_type == SCM_RIGHTS) {
      std::memcpy(&fd, CMSG_DATA(beside), sizeof fd);
    }
    return fd;
  }
  [[nodiscard]] msghdr* header() { return &header_; }

 private:
  alignas(cmsghdr) char room_[CMSG_SPACE(sizeof(int))] = {};
  iovec part_;
  msghdr header_{};
};

}  // namespace

bool send_with_fd(int socket, const void* message, std::size_t size, int fd) {
  Envelope envelope(const_cast<void*>(message), size);
  if (fd >= 0) {
    envelope.enclose(fd);
  }
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(socket, envelope.header(), MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(size);
}

bool receive_with_fd(int socket, void* message, std::size_t size, os::UniqueFd& fd) {
  Envelope envelope(message, size);
  envelope.make_room();
  ssize_t received = 0;
  do {
    received = ::recvmsg(socket, envelope.header(), MSG_CMSG_CLOEXEC);
  } while (received < 0 && errno == EINTR);
  if (received >= 0) {
    fd.reset(envelope.enclosed());
  }
  return received == static_cast<ssize_t>(size);
}

}  // namespace procession::player
