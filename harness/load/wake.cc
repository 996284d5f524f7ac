// SPDX-License-Identifier: MIT
#include "harness/load/wake.h"

#include "harness/base/check.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>

namespace procession::load {

timespec time_until(base::Instant at) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::int64_t left = at.ns == 0 ? 0 : std::max(std::int64_t{0}, (at - base::now()).count());
  return {left / kSecond, left % kSecond};
}

Ready wait_for(int socket, const Wake& wake) {
  base::check(wake.readable.size() <= Wake::kMost, "there are few to wake a server");
  std::array<pollfd, 1 + Wake::kMost> entries;
  entries[0] = {socket, POLLIN, 0};
  std::size_t count = 1;
  for (const int descriptor : wake.readable) {
    entries[count++] = {descriptor, POLLIN, 0};
  }
  const timespec left = time_until(wake.at);
  const int ready = ::ppoll(entries.data(), count, wake.at.ns == 0 ? nullptr : &left, nullptr);
  if (ready < 0) {
    base::check(errno == EINTR, "ppoll fails only when it is interrupted");
    return Ready::Nothing;
  }
  return ready == 1 && entries[0].revents != 0 ? Ready::Socket : Ready::Wake;
}

}  // namespace procession::load
