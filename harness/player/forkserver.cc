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
#include <span>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace procession::player {

namespace {

using plan::InstanceId;

constexpr InstanceId kMain = 0;

void wake_up(int /*SIGCHLD*/) {}

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

// The name of the socket is no secret (/proc/net/unix): others may find it, but are not served.
bool is_of_this_run(const os::UniqueFd& client) {
  ucred who{};
  socklen_t size = sizeof who;
  return ::getsockopt(client.get(), SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 &&
         who.uid == ::geteuid();
}

// A start that the file has, and that is under way.
bool may_be_made(InstanceId instance) {
  if (instance >= the_plan().instances().size()) {
    return false;
  }
  const trace::Slot& slot = slot_of(instance);
  return slot.state.load(std::memory_order_acquire) == trace::Slot::Reserved &&
         (slot.flags.load(std::memory_order_acquire) & trace::Slot::kByForkserver) != 0;
}

// One who has connected, and asks now.
Who answer_request(const os::UniqueFd& client) {
  StartRequest request;
  os::UniqueFd handed;
  if (!receive_with_fd(client.get(), &request, sizeof request, handed) ||
      !may_be_made(request.instance)) {
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

// Who has connected and not asked yet. A client that is stopped in between must not keep others
// waiting; with more of these than there are places, the rest wait to be accepted.
class Clients {
 public:
  [[nodiscard]] bool has_room() const { return free() != kMost; }
  void accept(const os::UniqueFd& socket) {
    os::UniqueFd client(::accept4(socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (client && is_of_this_run(client)) {
      clients_[free()] = std::move(client);
    }
  }
  // Comes back in the child with none of them open.
  [[nodiscard]] Who answer() {
    for (os::UniqueFd& silent : clients_) {
      if (silent && is_readable(silent)) {
        const os::UniqueFd client = std::move(silent);
        if (answer_request(client) == Who::Child) {
          forget();
          return Who::Child;
        }
      }
    }
    return Who::Forkserver;
  }
  void watch(std::span<pollfd> entries) const {
    for (std::size_t k = 0; k < kMost; ++k) {
      entries[k] = {clients_[k] ? clients_[k].get() : -1, POLLIN, 0};
    }
  }

  static constexpr std::size_t kMost = 32;

 private:
  [[nodiscard]] std::size_t free() const {
    std::size_t place = 0;
    while (place < kMost && clients_[place]) {
      ++place;
    }
    return place;
  }
  void forget() {
    for (os::UniqueFd& client : clients_) {
      client.reset();
    }
  }

  std::array<os::UniqueFd, kMost> clients_;
};

// Waits for requests, for main's end and, with the signal let through, for the end of a child.
void wait_for_work(const os::UniqueFd& socket, const Clients& clients, const Pin& main) {
  std::array<pollfd, Clients::kMost + 2> entries;
  entries[0] = {clients.has_room() ? socket.get() : -1, POLLIN, 0};
  entries[1] = {main.process.get(), POLLIN, 0};
  clients.watch(std::span(entries).subspan(2));
  sigset_t none;
  sigemptyset(&none);
  (void)::ppoll(entries.data(), entries.size(), nullptr, &none);
}

// Comes back in each child, with nothing of the forkserver's open, and when the work is done:
// nobody asks, main has ended and so have all children.
Who serve_requests() {
  const os::UniqueFd socket(self().slot().handoff);
  Pin main = pin(kMain);
  Clients clients;
  for (;;) {
    while (clients.has_room() && is_readable(socket)) {
      clients.accept(socket);
      if (clients.answer() == Who::Child) {
        return Who::Child;
      }
    }
    if (clients.answer() == Who::Child) {
      return Who::Child;
    }
    if (main.state == Pin::State::Held && os::has_ended(main.process)) {
      main = {.state = Pin::State::Dead};
    }
    const bool has_children = reap_children();
    if (main.state == Pin::State::Dead && !has_children) {
      return Who::Forkserver;
    }
    wait_for_work(socket, clients, main);
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
