// SPDX-License-Identifier: MIT
// raw_forks: what a run of "main starts a child and joins it" costs without a harness. Makes
// a main, which makes a child and waits for it, and waits for main; so many times. Reads a number
// of rounds from stdin, plays them, writes the nanoseconds they took to stdout, until end of file:
// so a benchmark can take turns between it and the harness.
//
// Uses the player's own fork call and is linked as the player is; the comparison is worth nothing
// between programs of different size (a fork copies what a process has written).

#include "harness/base/time.h"
#include "harness/os/process.h"

#include <cerrno>
#include <cstdint>
#include <sys/wait.h>
#include <unistd.h>

using namespace procession;

namespace {

void wait_for(pid_t pid) {
  siginfo_t how;
  while (::waitid(P_PID, static_cast<id_t>(pid), &how, WEXITED) != 0 && errno == EINTR) {
  }
}

void play_run() {
  const pid_t main = os::raw_fork();
  if (main == 0) {
    const pid_t child = os::raw_fork();
    if (child == 0) {
      ::_exit(0);
    }
    wait_for(child);
    ::_exit(0);
  }
  wait_for(main);
}

}  // namespace

int main() {
  std::uint64_t rounds = 0;
  while (::read(STDIN_FILENO, &rounds, sizeof rounds) == ssize_t{sizeof rounds}) {
    const base::Instant start = base::now();
    for (std::uint64_t i = 0; i < rounds; ++i) {
      play_run();
    }
    const std::int64_t ns = (base::now() - start).count();
    if (::write(STDOUT_FILENO, &ns, sizeof ns) != ssize_t{sizeof ns}) {
      return 1;
    }
  }
}
