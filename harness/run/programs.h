// SPDX-License-Identifier: MIT
#pragma once
// Programs: the real programs of the run that is being played, as the warden sees them. It reads
// what they print and records it line by line, sees when each becomes ready and tells those who
// wait for it, and ends what a program leaves behind: the processes that it has started belong to
// it, and end with it. The warden's; costs nothing to plans without programs.
//
// A program's processes are those that descend from it. Once it has ended they are orphans, the
// warden's children, and are known by the mark in their environment or by the folder they work in
// (player/program_watch.h); what has neither belongs to the last program that lives.

#include "harness/base/time.h"
#include "harness/os/unique_fd.h"
#include "harness/player/program_watch.h"
#include "harness/trace/arena.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace procession::run {

class Programs {
 public:
  explicit Programs(const trace::Arena& arena) : arena_(arena) {}
  Programs(const Programs&) = delete;
  Programs& operator=(const Programs&) = delete;
  ~Programs() = default;

  // Before a batch of this plan: makes ready to be told of programs, if it has any. False: the
  // system has no room; errno says why.
  bool open(const plan::Plan& plan);
  // Readable when there is something to hear; −1 without programs.
  [[nodiscard]] int fd() const { return queue_.get(); }
  // How long nothing needs to be looked at.
  [[nodiscard]] base::Duration next_look() const;

  // Takes note of all that has happened. `zygote` is the one child of the warden that is no orphan.
  void hear(int zygote);
  // The run is cut off now: what has been printed counts, also of a line that has no end yet.
  void record_begun_lines();
  // Some program has ended, and what it has left behind has not.
  [[nodiscard]] bool is_tidying() const;
  // Nothing of the run lives: records what was still unread, and removes the folder.
  void finish();
  // Without a run: also the end of being told, so that a fork that follows inherits nothing of it.
  void close();

 private:
  struct Watched {
    player::ProgramWatch watch;
    plan::Program program;
    std::string ready_text;
    bool is_ready = false;
    base::Instant not_ready_at;  // when it was last seen so
    base::Instant ended_at;      // 0 = it runs
    bool is_tidy = false;        // it has ended, and so have all its processes
    std::string line;            // of its output, as far as it has come
    std::size_t kept = 0;        // bytes of its output that are recorded
  };

  void take_up();
  void read_all_output(Watched& one);
  [[nodiscard]] bool read_output(Watched& one);
  void take(Watched& one, std::string_view bytes);
  void record(Watched& one);
  void look(Watched& one, int zygote);
  void probe();
  // Nobody tells when it becomes ready.
  [[nodiscard]] static bool is_probed(const Watched& one);
  void see_whether_ready(Watched& one);
  [[nodiscard]] bool shows_ready(Watched& one) const;
  void become_ready(Watched& one, base::Instant at);
  void tidy(Watched& one, int zygote);
  [[nodiscard]] bool belongs(const Watched& one, const class Orphan& orphan) const;
  [[nodiscard]] player::Place place_of(const Watched& one) const;
  [[nodiscard]] trace::Slot& slot_of(const Watched& one) const {
    return arena_.slot_of(one.watch.run, one.watch.instance);
  }

  trace::Arena arena_;
  plan::Plan plan_;
  os::UniqueFd socket_;
  os::UniqueFd queue_;  // epoll: the socket, and what is read of each program
  std::vector<Watched> all_;
  base::Instant next_probe_;
};

}  // namespace procession::run
