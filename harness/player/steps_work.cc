// SPDX-License-Identifier: MIT
// print, sleep, spin, allocate.
#include "harness/player/deadline.h"
#include "harness/player/recorder.h"
#include "harness/player/self.h"
#include "harness/player/steps.h"
#include "harness/player/text.h"

#include <cerrno>
#include <ctime>
#include <sys/mman.h>
#include <unistd.h>

namespace procession::player {

namespace {

// Finer than the turns that a busy CPU gives: two that are on CPU for one turn show it.
constexpr std::int64_t kBetweenSamples = 500'000;

// All that this process has used so far (clock_gettime(2)).
std::int64_t cpu_used() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return std::int64_t{used.tv_sec} * 1'000'000'000 + used.tv_nsec;
}

// Some microseconds of work, so that the clock of the process, a system call, is the smaller part.
void work() {
  for (int round = 0; round < 4000; ++round) {
    asm volatile("");
  }
}

std::int64_t sample(plan::StepId id) { return note_sample(id, cpu_used); }

timespec after(std::int64_t ns) {
  const std::int64_t at = base::now().ns + ns;
  return {at / 1'000'000'000, at % 1'000'000'000};
}

}  // namespace

Outcome print(const plan::Step& step) {
  const bool is_kept = the_plan().output_of(self().instance) != plan::kNone;
  return Outcome::answered(is_kept ? record_text(step.text) : trace::pack_text(0, 0));
}

Outcome sleep(const plan::Step& step) {
  if (step.duration_ns < 0) {
    for (;;) {
      ::pause();
    }
  }
  const timespec until = after(step.duration_ns);
  while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
  return {};
}

Outcome spin(plan::StepId id) {
  const std::int64_t duration = the_plan().step(id).duration_ns;
  const std::int64_t begin = sample(id);
  std::int64_t sampled = begin;
  std::int64_t used = begin;
  while (duration < 0 || used - begin < duration) {
    work();
    used = cpu_used();
    if (used - sampled >= kBetweenSamples) {
      sampled = sample(id);
    }
  }
  sample(id);
  return {};
}

// Every page is written, so all of it is really used; it stays until the process ends.
Outcome allocate(const plan::Step& step) {
  const auto size = static_cast<std::size_t>(step.number);
  if (size == 0) {
    return {};
  }
  void* const memory =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    return Outcome::failed(errno);
  }
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  for (std::size_t at = 0; at < size; at += page) {
    static_cast<volatile char*>(memory)[at] = 1;
  }
  return {};
}

}  // namespace procession::player
