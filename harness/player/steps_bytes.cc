// SPDX-License-Identifier: MIT
// pipe, send, receive, close_end.
#include "harness/player/deadline.h"
#include "harness/player/pipes.h"
#include "harness/player/recorder.h"
#include "harness/player/steps.h"
#include "harness/player/text.h"

#include <algorithm>
#include <cerrno>
#include <unistd.h>

namespace procession::player {

namespace {

// For a receive that takes what one read gives.
constexpr std::size_t kOneRead = 4096;

// How many bytes came until `size`, end of file, or an error.
struct Received {
  std::size_t size = 0;
  scenario::Symbol error = 0;
};

Received read_some(int fd, std::span<char> into, Deadline deadline) {
  for (;;) {
    if (!deadline.is_never() && !wait_ready(fd, POLLIN, deadline)) {
      return {0, scenario::kTimedOut};
    }
    const ssize_t size = ::read(fd, into.data(), into.size());
    if (size >= 0) {
      return {static_cast<std::size_t>(size), 0};
    }
    if (errno != EINTR) {
      return {0, errno};
    }
  }
}

Received read_all(int fd, std::span<char> into, Deadline deadline) {
  Received all;
  while (all.size < into.size()) {
    const Received some = read_some(fd, into.subspan(all.size), deadline);
    if (some.error != 0) {
      return {all.size, some.error};
    }
    if (some.size == 0) {
      break;
    }
    all.size += some.size;
  }
  return all;
}

Outcome outcome_of(const Received& received, std::int64_t text) {
  if (received.error != 0) {
    return Outcome::failed(received.error);
  }
  return Outcome::answered(received.size == 0 ? kNoAnswer : text);
}

Outcome receive_one_read(int fd, Deadline deadline) {
  char text[kOneRead];
  const Received received = read_some(fd, text, deadline);
  return outcome_of(received, received.size == 0 ? 0 : keep_text({text, received.size}));
}

Outcome receive_exactly(int fd, std::size_t size, Deadline deadline) {
  const TextRoom room = take_text(size);
  if (room.size < size) {
    return Outcome::failed(ENOSPC);
  }
  const Received received = read_all(fd, {room.data, room.size}, deadline);
  return outcome_of(received, room.answer(static_cast<std::uint32_t>(received.size)));
}

}  // namespace

Outcome make_pipe(const plan::Step& step) { return Outcome::of_errno(open_pipe(step.channel)); }

Outcome send_text(const plan::Step& step) {
  const int fd = pipe_end(step.channel, true);
  if (fd < 0) {
    return Outcome::failed(EBADF);
  }
  std::string_view rest = compose(step.text);
  while (!rest.empty()) {
    const ssize_t written = ::write(fd, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
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
  const Deadline deadline = Deadline::in(step.timeout_ns);
  return step.number == 0 ? receive_one_read(fd, deadline)
                          : receive_exactly(fd, static_cast<std::size_t>(step.number), deadline);
}

Outcome close_end(const plan::Step& step) {
  return Outcome::of_errno(close_pipe_end(step.channel, step.write_end));
}

}  // namespace procession::player
