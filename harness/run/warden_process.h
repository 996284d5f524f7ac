// SPDX-License-Identifier: MIT
#pragma once
// WardenProcess: the tool's hold on one warden: the process, the socket to it and, where there is
// no namespace, its janitor. Owns the life of everything that the warden starts: when it is gone,
// nothing of that lives.

#include "harness/base/result.h"
#include "harness/os/child.h"
#include "harness/os/unique_fd.h"
#include "harness/run/arena_memory.h"
#include "harness/run/channel.h"
#include "harness/run/play.h"

#include <string>

namespace procession::run {

class WardenProcess {
 public:
  // `executable` is a descriptor of procession-player. When this returns, the warden is ready.
  [[nodiscard]] static base::Result<WardenProcess> start(int executable, const ArenaMemory& arena,
                                                         Containment containment);
  WardenProcess(WardenProcess&&) noexcept = default;
  WardenProcess& operator=(WardenProcess&&) = delete;
  // In order: what lives is ended by the warden, then that ends.
  ~WardenProcess();

  // Readable when there is a message or the warden has ended.
  [[nodiscard]] int socket() const { return socket_.get(); }
  void tell(Message::Kind kind) const { send(socket_.get(), {kind}); }
  [[nodiscard]] Received hear() const { return poll_message(socket_.get()); }

  // From now on also the folder of programs (player/program_watch.h) is removed when the warden has
  // ended, even if this process is killed.
  [[nodiscard]] base::Result<> have_folder_removed();

  // Without asking it. `bury` comes next.
  void kill() const { warden_.kill(); }
  // It has ended by itself or was killed: waits until nothing of it is left; how it ended.
  [[nodiscard]] std::string bury();

 private:
  WardenProcess(os::Child warden, os::Child janitor, os::UniqueFd socket, int executable,
                int arena);
  struct Maker;

  os::Child warden_;
  os::Child janitor_;   // with a namespace only for programs
  os::UniqueFd lease_;  // then: the janitor waits until nobody has it open
  os::UniqueFd socket_;
  int executable_;  // for a janitor; the owner's
  int arena_;       // likewise
};

// What is to be said of it, to people.
[[nodiscard]] base::Error error_for(Trouble trouble, int number);

}  // namespace procession::run
