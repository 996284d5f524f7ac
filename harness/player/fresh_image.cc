// SPDX-License-Identifier: MIT
#include "harness/player/fresh_image.h"

#include "harness/os/map_shared.h"
#include "harness/os/signals.h"
#include "harness/player/launch.h"
#include "harness/player/pipes.h"
#include "harness/player/self.h"
#include "harness/player/steps.h"

#include <csignal>
#include <cstddef>
#include <fcntl.h>
#include <unistd.h>

namespace procession::player {

namespace {

// Everyone keeps the arena at one number; a descriptor that came over an exec is not close-on-exec.
void keep_arena_at(int arena_fd, int number) {
  if (number >= 0 && arena_fd != number) {
    ::dup3(arena_fd, number, O_CLOEXEC);
    ::close(arena_fd);
  } else {
    ::fcntl(arena_fd, F_SETFD, FD_CLOEXEC);
  }
}

// Without the areas of loads behind it.
std::uint64_t arena_size(int arena_fd) {
  std::uint64_t size = 0;
  (void)!::pread(arena_fd, &size, sizeof size, offsetof(trace::Header, size));
  return size;
}

plan::Plan plan_in(const trace::Arena& arena) {
  return plan::Plan({arena.plan_bytes(), arena.header().plan_capacity});
}

}  // namespace

void enter_fresh_image(int arena_fd, std::uint32_t run, plan::InstanceId instance) {
  os::reset_all_signals();
  os::ignore_signal(SIGPIPE);
  std::byte* const bytes = os::map_shared_near_program(arena_fd, arena_size(arena_fd));
  base::check(bytes != nullptr, "a fresh image can map the arena");
  const trace::Arena arena(bytes);
  base::check(arena.header().magic == trace::Header::kMagic, "the descriptor is an arena's");
  keep_arena_at(arena_fd, arena.header().arena_fd);
  ::fcntl(arena.header().player_fd, F_SETFD, FD_CLOEXEC);

  const plan::Plan plan = plan_in(arena);
  become({arena, plan, run, instance == kForkserver ? plan.header().forkserver : instance});
}

void play_fresh(int arena_fd, std::uint32_t run, plan::InstanceId instance) {
  enter_fresh_image(arena_fd, run, instance);
  adopt_pipes();
  live();
}

void play(const Place& place) {
  os::ignore_signal(SIGPIPE);
  become(place);
  live();
}

}  // namespace procession::player
