// SPDX-License-Identifier: MIT
#include "harness/run/zygote.h"

#include "harness/os/process.h"
#include "harness/plan/plan.h"
#include "harness/player/launch.h"
#include "harness/player/watch.h"
#include "harness/run/channel.h"
#include "harness/run/thrift.h"
#include "harness/run/warden_launch.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <span>
#include <sys/wait.h>
#include <unistd.h>

namespace procession::run {

namespace {

using trace::Run;
using trace::Slot;

// After this time the tool gets to see what there is.
constexpr base::Duration kBatchLength = std::chrono::milliseconds(50);

class Zygote {
 public:
  Zygote(const trace::Arena& arena, int channel)
      : arena_(arena), header_(arena.header()), channel_(channel) {}

  void play_batch() {
    const base::Instant end = base::now() + kBatchLength;
    const plan::Plan plan({arena_.plan_bytes(), header_.plan_capacity});
    for (;;) {
      const std::uint32_t index = header_.runs_done.load(std::memory_order_relaxed);
      if (index >= header_.run_count || header_.stop.load(std::memory_order_relaxed) != 0) {
        return;
      }
      const bool played = play_run(plan, index);
      header_.runs_done.store(index + 1, std::memory_order_release);
      if (!played || base::Instant{arena_.run(index).ended} >= end || arena_is_half_full()) {
        return;
      }
    }
  }

 private:
  // False if main could not be made.
  bool play_run(const plan::Plan& plan, std::uint32_t index) {
    clear(index);
    Run& run = arena_.run(index);
    Slot& main = arena_.slot_of(index, 0);
    main.handoff = -1;
    main.reaper = trace::kNoSlot;
    main.state.store(Slot::Reserved, std::memory_order_release);
    run.slots_started.store(1, std::memory_order_relaxed);
    std::atomic_ref(run.started).store(base::now().ns, std::memory_order_release);

    const pid_t pid = os::raw_fork();
    if (pid == 0) {
      ::close(channel_);
      ::setpgid(0, 0);
      player::play({arena_, plan, index, 0});
    }
    if (pid < 0) {
      run.error = errno;
      run.flags.fetch_or(Run::kForkRefused, std::memory_order_relaxed);
      run.ended = base::now().ns;
      return false;
    }
    run.main_pid = pid;
    main.pid.store(pid, std::memory_order_release);
    if (plan.instance(0).watched) {
      player::have_end_watched(arena_, index * header_.slots_per_run);
    }
    ::setpgid(pid, pid);  // on both sides, as shells do: whoever comes first
    player::record_death(arena_, index, 0, pid, Slot::kByZygote, WEXITED);
    end_run(run);
    return true;
  }

  // Its part of the arena still holds an earlier run. No process of that lives.
  void clear(std::uint32_t index) {
    std::memset(static_cast<void*>(&arena_.slot_of(index, 0)), 0,
                sizeof(Slot) * header_.slots_per_run);
    if (header_.words_per_run != 0) {
      std::memset(static_cast<void*>(&arena_.word(index, 0)), 0,
                  sizeof(std::uint32_t) * header_.words_per_run);
    }
  }

  // If all that were started have been reaped, nothing lives, but what programs have started. Else
  // the warden must look.
  void end_run(Run& run) {
    if (run.programs.load(std::memory_order_acquire) == 0 &&
        run.slots_started.load(std::memory_order_acquire) ==
            run.slots_reaped.load(std::memory_order_acquire)) {
      run.ended = base::now().ns;
      return;
    }
    if (!send(channel_, {Message::Settle}) || !receive(channel_)) {
      os::leave(1);  // the warden has ended
    }
  }

  [[nodiscard]] bool arena_is_half_full() const {
    return header_.next_chunk.load(std::memory_order_relaxed) >= header_.chunk_capacity / 2 ||
           header_.next_text.load(std::memory_order_relaxed) >= header_.text_capacity / 2;
  }

  trace::Arena arena_;
  trace::Header& header_;
  int channel_;
};

}  // namespace

void run_zygote(const trace::Arena& arena, int channel) {
  stop_restartable_sequences();
  run_on_fresh_page([&] {
    Zygote zygote(arena, channel);
    while (receive(channel)) {
      zygote.play_batch();
      if (!send(channel, {Message::Played})) {
        break;
      }
    }
    os::leave(0);
  });
}

}  // namespace procession::run
