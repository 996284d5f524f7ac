// SPDX-License-Identifier: MIT
#include "harness/run/janitor.h"

#include "harness/os/map_shared.h"
#include "harness/os/proc_entry.h"
#include "harness/os/process.h"
#include "harness/os/remove_tree.h"
#include "harness/os/signals.h"
#include "harness/player/program_watch.h"
#include "harness/run/arena_name.h"
#include "harness/run/warden_launch.h"
#include "harness/trace/arena.h"

#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace procession::run {

namespace {

void wait_for_end_of_lease() {
  char nothing = 0;
  while (::read(kLeaseFd, &nothing, 1) != 0) {
  }
}

// What a killed warden leaves behind.
struct Litter {
  std::string_view arena;     // the name of its arena
  player::JobMark mark;       // of all programs
  player::FolderPath folder;  // likewise

  // What runs the player and has the arena: the warden, the zygote, all players. (The tool has the
  // arena, too, but is another program.) And programs, with what they have started.
  [[nodiscard]] bool includes(const os::ProcEntry& process) const {
    return (process.runs(kProgramFd) && process.uses_file(arena)) ||
           process.has_in_environment(mark.text()) || process.works_in(folder.text());
  }
};

// True if there was anything.
bool sweep(const Litter& litter, int self) {
  bool any = false;
  os::ProcListing listing;
  while (const char* const name = listing.next()) {
    const os::ProcEntry process = os::ProcEntry::open(name);
    if (std::atoi(name) != self && litter.includes(process)) {
      any = process.send_signal(SIGKILL) == 0 || any;
    }
  }
  return any;
}

// A listing may miss who is made while it is read. Two that find nobody, one after the other, miss
// nobody: whoever could still have made one was found by the first.
void sweep_until_empty(const Litter& litter) {
  constexpr base::Duration kLimit = std::chrono::seconds(10);
  const int self = os::own_proc_number();
  const base::Instant until = base::now() + kLimit;
  for (int empty = 0; empty < 2 && base::now() < until;) {
    empty = sweep(litter, self) ? 0 : empty + 1;
    ::poll(nullptr, 0, 1);  // lets the killed ones end
  }
}

}  // namespace

void run_janitor() {
  for (const int fd : {kArenaFd, kProgramFd, kLeaseFd}) {
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
  os::AllBlocked().forget();
  ::setsid();
  std::byte* const bytes = os::map_shared(kArenaFd);
  if (bytes == nullptr) {
    os::leave(1);
  }
  const trace::Arena arena(bytes);
  const ArenaName name(arena.header().nonce);
  wait_for_end_of_lease();
  const Litter litter{name.view(), player::JobMark(arena), player::FolderPath(arena)};
  sweep_until_empty(litter);
  os::remove_tree(litter.folder.c_str());
  os::leave(0);
}

}  // namespace procession::run
