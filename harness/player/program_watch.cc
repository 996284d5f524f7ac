// SPDX-License-Identifier: MIT
#include "harness/player/program_watch.h"

#include "harness/player/digits.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sys/socket.h>
#include <sys/uio.h>

namespace procession::player {

namespace {

constexpr std::size_t kDescriptors = 4;

struct Message {
  std::uint32_t run = 0;
  plan::InstanceId instance = plan::kNone;
  std::uint32_t given = 0;  // which of the descriptors are there, a bit each
};

union Control {
  cmsghdr header;
  char bytes[CMSG_SPACE(kDescriptors * sizeof(int))];
};

std::array<os::UniqueFd*, kDescriptors> descriptors_of(ProgramWatch& watch) {
  return {&watch.process, &watch.output, &watch.ready, &watch.port};
}

std::string_view temporary_folder() {
  const char* const chosen = std::getenv("TMPDIR");
  return chosen != nullptr && chosen[0] == '/' ? chosen : "/tmp";
}

}  // namespace

int send_watch(const trace::Arena& arena, const ProgramWatch& watch) {
  Message message{watch.run, watch.instance, 0};
  std::array<int, kDescriptors> fds{};
  std::size_t count = 0;
  std::uint32_t which = 0;
  for (const os::UniqueFd* fd : {&watch.process, &watch.output, &watch.ready, &watch.port}) {
    if (*fd) {
      message.given |= 1U << which;
      fds[count++] = fd->get();
    }
    ++which;
  }
  Control control{};
  iovec bytes{&message, sizeof message};
  const AbstractAddress address = program_watcher_address(arena);
  msghdr head{};
  head.msg_name = const_cast<sockaddr*>(address.get());
  head.msg_namelen = address.size();
  head.msg_iov = &bytes;
  head.msg_iovlen = 1;
  head.msg_control = control.bytes;
  head.msg_controllen = CMSG_SPACE(count * sizeof(int));
  cmsghdr* const first = CMSG_FIRSTHDR(&head);
  first->cmsg_level = SOL_SOCKET;
  first->cmsg_type = SCM_RIGHTS;
  first->cmsg_len = CMSG_LEN(count * sizeof(int));
  std::memcpy(CMSG_DATA(first), fds.data(), count * sizeof(int));

  const os::UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(socket.get(), &head, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == ssize_t{sizeof message} ? 0 : errno;
}

ProgramWatch receive_watch(int socket) {
  Message message;
  Control control{};
  iovec bytes{&message, sizeof message};
  msghdr head{};
  head.msg_iov = &bytes;
  head.msg_iovlen = 1;
  head.msg_control = control.bytes;
  head.msg_controllen = sizeof control;
  const ssize_t got = ::recvmsg(socket, &head, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  ProgramWatch watch;
  const cmsghdr* const first = got >= 0 ? CMSG_FIRSTHDR(&head) : nullptr;
  if (first == nullptr || first->cmsg_type != SCM_RIGHTS) {
    return watch;
  }
  std::array<int, kDescriptors> fds{};
  const std::size_t count = (first->cmsg_len - CMSG_LEN(0)) / sizeof(int);
  std::memcpy(fds.data(), CMSG_DATA(first), count * sizeof(int));
  std::size_t next = 0;
  std::uint32_t which = 0;
  for (os::UniqueFd* fd : descriptors_of(watch)) {
    if ((message.given >> which & 1) != 0 && next < count) {
      fd->reset(fds[next++]);
    }
    ++which;
  }
  watch.run = message.run;
  watch.instance = got == ssize_t{sizeof message} ? message.instance : plan::kNone;
  return watch;
}

AbstractAddress program_watcher_address(const trace::Arena& arena) {
  return AbstractAddress("programs", arena.header().nonce, 0, 0);
}

FolderPath::FolderPath(const trace::Arena& arena) {
  put(temporary_folder());
  put("/procession-");
  put(Digits(arena.header().nonce).text());
}

FolderPath::FolderPath(const trace::Arena& arena, plan::InstanceId instance) : FolderPath(arena) {
  put("/");
  put(Digits(instance).text());
}

// One that does not fit becomes empty, and stays so: no call takes an empty path.
void FolderPath::put(std::string_view part) {
  if (used_ == path_.size() || used_ + part.size() >= path_.size()) {
    used_ = path_.size();
    path_[0] = '\0';
    return;
  }
  std::copy(part.begin(), part.end(), path_.data() + used_);
  used_ += part.size();
}

JobMark::JobMark(const trace::Arena& arena) {
  put("PROCESSION_PROCESS=");
  put(Digits(arena.header().nonce).text());
  put("-");
}

// The longest has 19 + 20 + 2 · (1 + 10) of the bytes.
void JobMark::put(std::string_view part) {
  std::copy(part.begin(), part.end(), text_.data() + used_);
  used_ += part.size();
}

ProcessMark::ProcessMark(const trace::Arena& arena, std::uint32_t run, plan::InstanceId instance)
    : JobMark(arena) {
  put(Digits(run).text());
  put("-");
  put(Digits(instance).text());
}

}  // namespace procession::player
