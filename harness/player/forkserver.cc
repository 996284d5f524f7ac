// SPDX-License-Identifier: MIT
// The forkserver itself: forks what it is asked for, reaps its children and tells their starters.
// It ends by itself when main and all its children have ended.
#include "harness/player/forkserver.h"

#include "harness/os/process.h"
#include "harness/os/signals.h"
#include "harness/os/unique_fd.h"
#include "harness/player/bell.h"
#include "harness/player/children.h"
#include "harness/player/fd_message.h"
#include "harness/player/fresh_image.h"
#include "harness/player/handlers.h"
#include "harness/player/pin.h"
#include "harness/player/steps.h"
#include "harness/player/surroundings.h"

#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>

namespace procession::player {

namespace {

using plan::InstanceId;

constexpr InstanceId kMain = 0;

void wake_up(int /*SIGCHLD*/) {}

// Waits for requests, for main's end and, with the signal let through, for the end of a child.
void wait_for_work(const os::UniqueFd& socket, const Pin& main) {
  std::array entries = {pollfd{socket.get(), POLLIN, 0}, pollfd{main.process.get(), POLLIN, 0}};
  sigset_t none;
  sigemptyset(&none);
  (void)::ppoll(entries.data(), entries.size(), nullptr, &none);
}

// Reaps all children that have ended; true if there are others.
bool reap_children() {
  for (;;) {
    bool none_left = false;
    const InstanceId dead = reap_any(none_left);
    if (dead == plan::kNone) {
      return !none_left;
    }
    Ringer().ring(the_plan().instance(dead).starter);
  }
}

enum class Who { Forkserver, Child };

// Forks the instance; its handoff is what came beside the request.
Who make_child(InstanceId instance, os::UniqueFd& handed, StartReply& reply) {
  slot_of(instance).handoff = handed.get();
  os::AllBlocked blocked;
  const pid_t pid = os::raw_fork();
  if (pid == 0) {
    blocked.forget();
    (void)handed.release();
    become({self().arena, self().plan, self().run, instance});
    return Who::Child;
  }
  if (pid < 0) {
    reply.error = errno;
  } else {
    slot_of(instance).pid.store(pid, std::memory_order_release);
  }
  return Who::Forkserver;
}

Who answer_request(const os::UniqueFd& socket) {
  const os::UniqueFd client(::accept4(socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
  StartRequest request;
  os::UniqueFd handed;
  if (!client || !receive_with_fd(client.get(), &request, sizeof request, handed)) {
    return Who::Forkserver;
  }
  StartReply reply;
  if (make_child(request.instance, handed, reply) == Who::Child) {
    return Who::Child;
  }
  (void)send_with_fd(client.get(), &reply, sizeof reply, -1);
  return Who::Forkserver;
}

bool is_readable(const os::UniqueFd& socket) {
  pollfd entry{socket.get(), POLLIN, 0};
  return ::poll(&entry, 1, 0) > 0;
}

// Comes back in each child, with nothing of the forkserver's open, and when the work is done:
// nobody asks, main has ended and so have all children.
Who serve_requests() {
  const os::UniqueFd socket(self().slot().handoff);
  Pin main = pin(kMain);
  for (;;) {
    while (is_readable(socket)) {
      if (answer_request(socket) == Who::Child) {
        return Who::Child;
      }
    }
    if (main.state == Pin::State::Held && os::has_ended(main.process)) {
      main = {.state = Pin::State::Dead};
    }
    const bool has_children = reap_children();
    if (main.state == Pin::State::Dead && !has_children) {
      return Who::Forkserver;
    }
    wait_for_work(socket, main);
  }
}

}  // namespace

void serve_starts(int arena_fd, std::uint32_t run) {
  enter_fresh_image(arena_fd, run, kForkserver);
  if (the_plan().has_cpus()) {
    run_on_all_cpus();  // its children do not depend on who needed it first
  }
  begin();
  os::block(SIGCHLD);
  watch_signal(SIGCHLD, wake_up);
  if (serve_requests() == Who::Child) {
    live();
  }
  play_last_exit(0);
}

}  // namespace procession::player
