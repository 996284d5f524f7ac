// SPDX-License-Identifier: MIT
// pipe, send, receive, close_end. Pipes carry whole messages, as multiprocessing's do: in packet
// mode (O_DIRECT, pipe(7)) a read takes what one write of at most PIPE_BUF bytes has put there.
#include "harness/player/deadline.h"
#include "harness/player/pipes.h"
#include "harness/player/recorder.h"
#include "harness/player/steps.h"
#include "harness/player/text.h"

#include <cerrno>
#include <climits>
#include <sys/uio.h>
#include <unistd.h>

namespace procession::player {

namespace {

struct Received {
  std::size_t size = 0;
  scenario::Symbol error = 0;
};

// Another reader may have been faster, and then a plain read would wait. Before Linux 6.4 pipes do
// not take the flag.
ssize_t read_what_is_there(int fd, std::span<char> into) {
  const iovec part{into.data(), into.size()};
  const ssize_t size = ::preadv2(fd, &part, 1, -1, RWF_NOWAIT);
  return size < 0 && errno == EOPNOTSUPP ? ::read(fd, into.data(), into.size()) : size;
}

Received read_message(int fd, std::span<char> into, Deadline deadline) {
  for (;;) {
    if (!deadline.is_never() && !wait_ready(fd, POLLIN, deadline)) {
      return {0, scenario::kTimedOut};
    }
    const ssize_t size =
        deadline.is_never() ? ::read(fd, into.data(), into.size()) : read_what_is_there(fd, into);
    if (size >= 0) {
      return {static_cast<std::size_t>(size), 0};
    }
    if (errno != EINTR && errno != EAGAIN) {
      return {0, errno};
    }
  }
}

}  // namespace

Outcome make_pipe(const plan::Step& step) { return Outcome::of_errno(open_pipe(step.channel)); }

Outcome send_text(const plan::Step& step) {
  const int fd = pipe_end(step.channel, true);
  if (fd < 0) {
    return Outcome::failed(EBADF);
  }
  const std::string_view text = compose(step.text);
  if (text.size() > PIPE_BUF) {
    return Outcome::failed(EMSGSIZE);
  }
  while (::write(fd, text.data(), text.size()) < 0) {
    if (errno != EINTR) {
      return Outcome::failed(errno);
    }
  }
  return {};
}

Outcome receive(const plan::Step& step) {
  const int fd = pipe_end(step.channel, false);
  if (fd < 0) {
    return Outcome::failed(EBADF);
  }
  char text[PIPE_BUF];
  const Received received = read_message(fd, text, Deadline::in(step.timeout_ns));
  if (received.error != 0) {
    return Outcome::failed(received.error);
  }
  return Outcome::answered(received.size == 0 ? kNoAnswer : keep_text({text, received.size}));
}

Outcome close_end(const plan::Step& step) {
  return Outcome::of_errno(close_pipe_end(step.channel, step.write_end));
}

}  // namespace procession::player
