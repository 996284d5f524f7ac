// SPDX-License-Identifier: MIT
#include "harness/player/start.h"

#include "harness/os/process.h"
#include "harness/os/signals.h"
#include "harness/player/children.h"
#include "harness/player/daemonize.h"
#include "harness/player/digits.h"
#include "harness/player/forkserver.h"
#include "harness/player/pipes.h"
#include "harness/player/program.h"
#include "harness/player/surroundings.h"
#include "harness/player/watch.h"

#include <alloca.h>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace procession::player {

namespace {

using plan::InstanceId;
using scenario::StartMethod;
using trace::Slot;

Outcome fork_player(InstanceId instance) {
  os::AllBlocked blocked;
  const pid_t pid = os::raw_fork();
  if (pid == 0) {
    blocked.forget();
    become({self().arena, self().plan, self().run, instance});
    return Outcome::child();
  }
  if (pid < 0) {
    return Outcome::failed(errno);
  }
  slot_of(instance).pid.store(pid, std::memory_order_release);
  add_child(instance);
  return {};
}

Outcome spawn_child(InstanceId instance) {
  os::AllBlocked blocked;
  const int error = spawn_player(Door::Play, instance);
  if (error == 0) {
    add_child(instance);
  }
  return Outcome::of_errno(error);
}

Outcome start_by_forkserver(InstanceId instance) {
  slot_of(instance).flags.fetch_or(Slot::kByForkserver, std::memory_order_relaxed);
  const int error = ask_forkserver(instance);
  if (error == 0) {
    os::AllBlocked blocked;
    add_child(instance);
  }
  return Outcome::of_errno(error);
}

Outcome make(InstanceId instance, StartMethod method) {
  if (the_plan().instance(instance).kind == plan::Instance::Kind::Program) {
    os::AllBlocked blocked;
    const int error = start_program(instance, method == StartMethod::Vfork);
    if (error == 0) {
      add_child(instance);
    }
    return Outcome::of_errno(error);
  }
  switch (method) {
    case StartMethod::Fork:
      return fork_player(instance);
    case StartMethod::Vfork:
    case StartMethod::Spawn:
      return spawn_child(instance);
    case StartMethod::Forkserver:
      return start_by_forkserver(instance);
    case StartMethod::Daemonize:
      return daemonize(instance);
  }
  return Outcome::failed(EINVAL);
}

// What a fresh image keeps open: the arena, its own program, what it is handed, and the pipes; but
// the forkserver would keep a pipe from ending.
class Kept {
 public:
  Kept(Door door, int handoff) {
    const trace::Header& header = self().arena.header();
    for (const int fd : {header.arena_fd, header.player_fd, handoff}) {
      if (fd >= 0) {
        fds_[count_++] = fd;
      }
    }
    if (door == Door::Play) {
      count_ += list_open_pipes(std::span(fds_).subspan(count_));
    }
  }
  [[nodiscard]] std::span<const int> fds() const { return {fds_.data(), count_}; }

 private:
  std::array<int, 3 + 2 * kMostPipes> fds_;
  std::size_t count_ = 0;
};

}  // namespace

// Counted before it is reserved: of a starter that is killed in between, the warden then looks at a
// run that needs no look, instead of not looking at one that does.
bool reserve(InstanceId instance) {
  this_run().slots_started.fetch_add(1, std::memory_order_acq_rel);
  std::uint32_t free = Slot::Free;
  if (!slot_of(instance).state.compare_exchange_strong(free, Slot::Reserved,
                                                       std::memory_order_acq_rel)) {
    this_run().slots_started.fetch_sub(1, std::memory_order_acq_rel);
    return false;
  }
  slot_of(instance).maker.store(slot_index(self().instance) + 1, std::memory_order_release);
  return true;
}

void give_up(InstanceId instance) {
  slot_of(instance).flags.fetch_or(Slot::kStartFailed, std::memory_order_acq_rel);
  this_run().slots_started.fetch_sub(1, std::memory_order_acq_rel);
}

int spawn_player(Door door, InstanceId instance) {
  const trace::Header& header = self().arena.header();
  char program[] = "procession-player";
  char play[] = "play";
  char forkserver[] = "forkserver";
  Digits arena(header.arena_fd);
  Digits run(self().run);
  Digits which(instance);
  char* const argv[] = {program,     door == Door::Play ? play : forkserver,       arena.c_str(),
                        run.c_str(), door == Door::Play ? which.c_str() : nullptr, nullptr};
  const Kept kept(door, slot_of(instance).handoff);
  char** environment = ::environ;
  if (the_plan().has_variables()) {
    const std::size_t places = places_for_environment(instance);
    environment = static_cast<char**>(::alloca(places * sizeof(char*)));
    list_environment(instance, {environment, places});
  }
  const os::Spawned made =
      os::spawn({.image = header.player_fd, .argv = argv, .envp = environment, .keep = kept.fds()});
  if (made.error == 0) {
    slot_of(instance).pid.store(made.pid, std::memory_order_release);
  }
  return made.error;
}

Outcome start_process(InstanceId instance, StartMethod method, int handoff) {
  if (!reserve(instance)) {
    return Outcome::failed(scenario::kAlreadyStarted);
  }
  slot_of(instance).handoff = handoff;
  const Outcome outcome = make(instance, method);
  if (outcome.error != 0) {
    give_up(instance);
  } else if (!outcome.is_child && the_plan().instance(instance).watched) {
    have_end_watched(self().arena, slot_index(instance));
  }
  return outcome;
}

}  // namespace procession::player
