// SPDX-License-Identifier: MIT
// raw_forks: what runs and children cost without a harness, by the same forks and waits written by
// hand. Speaks as raw_forks.h says.
//
// Uses the player's own fork call and is linked as the player is; the comparison is worth nothing
// between programs of different size (a fork copies what a process has written).

#include "harness/testing/raw_forks.h"

#include "harness/base/time.h"
#include "harness/os/process.h"
#include "harness/os/signals.h"

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace procession;
using testing::RawRequest;

namespace {

void wait_for(pid_t pid) {
  siginfo_t how;
  while (::waitid(P_PID, static_cast<id_t>(pid), &how, WEXITED) != 0 && errno == EINTR) {
  }
}

pid_t start_child() {
  const pid_t child = os::raw_fork();
  if (child == 0) {
    ::_exit(0);
  }
  return child;
}

// A main that does it.
template <class Work>
void in_main(const Work& work) {
  const pid_t main = os::raw_fork();
  if (main == 0) {
    work();
    ::_exit(0);
  }
  wait_for(main);
}

void play_run() {
  in_main([] { wait_for(start_child()); });
}

constexpr std::uint32_t kMostChildren = 1024;

void play_parallel(std::uint32_t count) {
  in_main([count] {
    pid_t children[kMostChildren];
    for (std::uint32_t i = 0; i < count && i < kMostChildren; ++i) {
      children[i] = start_child();
    }
    for (std::uint32_t i = 0; i < count && i < kMostChildren; ++i) {
      wait_for(children[i]);
    }
  });
}

// True if the benchmark has been told.
bool answer(base::Duration took) {
  const std::int64_t ns = took.count();
  return ::write(STDOUT_FILENO, &ns, sizeof ns) == ssize_t{sizeof ns};
}

void play_serial(std::uint32_t count) {
  in_main([count] {
    const base::Instant start = base::now();
    for (std::uint32_t i = 0; i < count; ++i) {
      wait_for(start_child());
    }
    answer(base::now() - start);
  });
}

// From the signal to the reaped child.
base::Duration terminate_one(const int (&alive)[2]) {
  const pid_t child = os::raw_fork();
  if (child == 0) {
    const char said = 1;
    while (::write(alive[1], &said, 1) == 1) {
      ::pause();
    }
    ::_exit(1);
  }
  char said = 0;
  while (::read(alive[0], &said, 1) < 0 && errno == EINTR) {
  }
  const base::Instant start = base::now();
  ::kill(child, SIGTERM);
  wait_for(child);
  return base::now() - start;
}

void play_terminations(std::uint32_t count) {
  in_main([count] {
    int alive[2] = {-1, -1};
    if (::pipe2(alive, O_CLOEXEC) != 0) {
      ::_exit(1);
    }
    base::Duration sum{};
    for (std::uint32_t i = 0; i < count; ++i) {
      sum += terminate_one(alive);
    }
    answer(sum);
  });
}

bool serve(const RawRequest& request) {
  const base::Instant start = base::now();
  switch (request.what) {
    case RawRequest::Runs:
      for (std::uint32_t i = 0; i < request.count; ++i) {
        play_run();
      }
      return answer(base::now() - start);
    case RawRequest::ParallelChildren:
      play_parallel(request.count);
      return answer(base::now() - start);
    case RawRequest::SerialChildren:
      play_serial(request.count);
      return true;
    case RawRequest::Terminations:
      play_terminations(request.count);
      return true;
  }
  return false;
}

}  // namespace

int main() {
  os::unblock_all();  // its starter blocks all signals
  RawRequest request;
  while (::read(STDIN_FILENO, &request, sizeof request) == ssize_t{sizeof request}) {
    if (!serve(request)) {
      return 1;
    }
  }
}
