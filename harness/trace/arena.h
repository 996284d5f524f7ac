// SPDX-License-Identifier: MIT
#pragma once
// The arena: the shared memory in which a batch of runs happens and is recorded. One sparse memfd
// per warden, mapped by the tool, the warden, the zygote and every player. This file is its layout
// and nothing else: plain structs, offsets, and how to walk them. Who maps it: run/ (the tool's and
// the warden's side), player/ (a fresh image).
//
//   Header · words · runs · slots · chunks · text · plan
//
// Behind it, beyond `Header::size`, the same memory holds the areas of the plan's loads, if it has
// any (load_area.h).
//
// A batch plays `run_count` runs of one plan. Run r owns run entry r, slots [r·n, (r+1)·n) for the
// n instances of the plan (so the slot of an instance is known to all without asking), and words
// [r·w, (r+1)·w): gate counters, arrivals and ports. Log chunks and text are taken from one counter
// each; when one is used up the event is counted in `lost` and the run is inconclusive; nothing
// waits.
//
// Concurrency: a line is written by one process only, its `state` stored with release order: Open
// before the system call that the step makes, Done after it. A killed process loses at most the
// answer of its open line. Readers of a live arena (await, the reaper) use acquire loads of
// `state`s, words and nothing else. Whoever reuses a run's part of the arena knows that no process
// of the last batch lives.

#include "harness/base/time.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace procession::trace {

inline constexpr std::uint32_t kNoSlot = 0xFFFF'FFFF;

// The answer `none` of join, exitcode and receive (end of file).
inline constexpr std::int64_t kNoAnswer = std::numeric_limits<std::int64_t>::min();

// One recorded event; a cache line.
struct alignas(64) Line {
  enum State : std::uint32_t { Free = 0, Open = 1, Done = 2 };
  enum Kind : std::uint32_t {
    Step = 0,    // a step of the plan
    Sample = 1,  // CPU time of a spinning process: answer = ns used so far, at some instant between
                 // call and ret
    Got = 2,     // a signal handler was entered: answer = the signal, step = its `handle`
    Orphaned = 3,  // the process saw that its parent had changed; answer = the new ppid
    Output = 4,  // a program has printed a line; noted by the warden: answer = text {offset, size}
    Phase = 5,   // a phase of a load has begun: answer = which (trace::Phase), step = its `load`
  };
  std::atomic<std::uint32_t> state;
  std::uint32_t kind;
  std::uint32_t step;  // plan::StepId
  std::int32_t error;  // scenario::Symbol, 0 = it succeeded
  std::int64_t call;   // stamps, Instant.ns
  std::int64_t ret;
  std::int64_t answer;       // status, truth value, number; print and receive: text {offset, size}
  std::uint32_t cause_slot;  // which alternative opened the gate: whose line, kNoSlot = not known
  std::uint32_t cause_line;  // kEndLine = that process's end
  std::uint64_t spare[2];
};
static_assert(sizeof(Line) == 64);
inline constexpr std::uint32_t kEndLine = 0xFFFF'FFFF;

// A text answer packed into Line::answer.
constexpr std::int64_t pack_text(std::uint32_t offset, std::uint32_t size) {
  return static_cast<std::int64_t>((std::uint64_t{offset} << 32) | size);
}
constexpr std::uint32_t text_offset(std::int64_t answer) {
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(answer) >> 32);
}
constexpr std::uint32_t text_size(std::int64_t answer) {
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(answer));
}

// 1 KiB of a process's log; its chunks form a chain. Chunk 0 is never handed out: 0 = no chunk.
struct Chunk {
  static constexpr std::uint32_t kLines = 15;
  std::atomic<std::uint32_t> next;
  std::uint32_t spare[15];
  Line lines[kLines];
};
static_assert(sizeof(Chunk) == 1024);

// One process of one run.
struct alignas(64) Slot {
  enum State : std::uint32_t {
    Free = 0,
    Reserved = 1,  // its starter is about to make it; pid not yet known
    Began = 2,     // it has played its first instruction (stored by itself)
    Dead = 3,  // its reaper has seen it dead: stored before it reaps, so `pid` may be reused after
               // (not where the kernel reaps by itself, as SIGCHLD is ignored: proc_started)
    Reaped = 4,  // and `status` is final
  };
  std::atomic<std::uint32_t> state;
  std::atomic<std::int32_t>
      pid;              // as players see it; stored by the starter and by itself, 0 = not known yet
  std::int32_t ppid;    // as it saw it at its begin
  std::int32_t status;  // 0 … 255, or 256 + signal (256 + 128 + signal: with a core file)
  std::int64_t begin;   // its first stamp, 0 = never
  std::int64_t dead_seen;  // when its death was first observed, 0 = never
  std::uint32_t reaper;    // slot of whoever reaped it, or one of the two below
  std::atomic<std::uint32_t> first_chunk;
  std::atomic<std::uint32_t> lines;  // how many lines were reserved
  std::atomic<std::uint32_t> flags;
  std::int32_t
      handoff;  // a descriptor that a fresh image inherits for its job (a connection), −1 = none
  std::uint32_t waiting;  // the process sleeps at a bell of its own, of this number
                          // (player/bell.h); 0 = no
  // Its children in the order of their starts, as instances; 0 = none, main being nobody's child.
  std::uint32_t first_child, last_child;
  std::uint32_t next_child;             // the one that its starter has started after it
  std::atomic<std::uint64_t> bookmark;  // where in its chain of chunks it writes (player/recorder)
  // Of a process whose end is watched (plan::Instance::watched); the warden's, but for the first.
  std::uint32_t next_watched;  // slot number + 1 of the next one in the list, 0 = none
  std::int32_t watch;          // the warden's descriptor of it + 1, 0 = none
  std::int64_t end_seen;       // when the warden saw that it had ended, 0 = never
  // Of a daemon that is being made: the process that makes it, 0 = none (player/daemonize.h).
  std::atomic<std::int32_t> intermediate;
  std::atomic<std::uint32_t> maker;  // slot number + 1 of who has reserved it, 0 = not known yet
  // While Reserved, without a number: when somebody first saw that nobody makes it; 0 = never.
  std::atomic<std::int64_t> abandoned;
  std::uint64_t
      proc_started;  // os::ProcEntry::Stat::started, where ends may be lost; 0 = not known
  // Of a program that has ended: how many processes of its own it left behind, which were then
  // ended, and the name of one of them, as /proc shows it. (A third cache line that players leave
  // alone.)
  std::uint32_t left_behind;
  char left_behind_name[16];

  // So long who is Reserved, without a number, may still come when its maker has ended: it may have
  // been made, and have its first moment still before it.
  static constexpr base::Duration kStartGrace{1'000'000'000};

  static constexpr std::uint32_t kByWarden = 0xFFFF'FFFE;  // the reaper of orphans
  static constexpr std::uint32_t kByZygote = 0xFFFF'FFFD;  // main's parent
  // Flags.
  static constexpr std::uint32_t kSurvived =
      1;                                     // lived when all else had ended; ended by the warden
  static constexpr std::uint32_t kLeft = 2;  // lived at the deadline; ended by the warden
  static constexpr std::uint32_t kStatusLost = 4;  // nobody could tell its status
  static constexpr std::uint32_t kParentGone =
      8;  // at its end or when noted, its parent was the reaper
  static constexpr std::uint32_t kStartFailed = 16;   // reserved, but no process came of it
  static constexpr std::uint32_t kByForkserver = 32;  // made, and so reaped, by the forkserver
  static constexpr std::uint32_t kDaemonized = 64;    // made by an intermediate process
  static constexpr std::uint32_t kOutputCut = 128;    // a program has printed more than is kept
};
static_assert(sizeof(Slot) == 192);

constexpr std::int32_t exited_status(int code) { return code & 0xFF; }
constexpr std::int32_t signal_status(int signal, bool core) {
  return 256 + signal + (core ? 128 : 0);
}
constexpr bool ended_by_signal(std::int32_t status) { return status >= 256; }
constexpr int status_signal(std::int32_t status) { return (status - 256) & 127; }

// One run of the batch.
struct alignas(64) Run {
  enum Flag : std::uint32_t {
    kTimedOut = 1,  // its deadline passed
    kSettled = 2,   // the warden looked after it: orphans, survivors or leftovers
    kStopped = 4,   // the user ended it
    kLost = 8,      // events were lost: the arena was full
    kZygoteDied = 16,
    kForkRefused = 32,  // main itself could not be made; `error` says why
    kForeign = 64,      // a process that no step started was found and ended
    kCpuGone = 128,     // a CPU that a process is to run on cannot be used any more
  };
  std::int64_t started;  // just before main was made
  std::int64_t ended;    // when nothing of it lived any more; 0 = it has not ended
  std::atomic<std::uint32_t> flags;
  std::int32_t error;
  std::int32_t main_pid;
  std::atomic<std::uint32_t> slots_started;  // processes that were made
  std::atomic<std::uint32_t>
      slots_reaped;       // and are gone, reaped by a player, the zygote or the warden
  std::uint32_t foreign;  // how many of kForeign
  std::int64_t cut;       // when the harness began to end it; 0 = it did not
  std::atomic<std::uint32_t>
      programs;  // that were executed: their own children no step has started
  std::uint32_t spare;
};
static_assert(sizeof(Run) == 64);

struct alignas(64) Header {
  static constexpr std::uint64_t kMagic = 0x414e455241504f52;
  std::uint64_t magic;
  std::uint64_t size;
  std::uint64_t runs_offset, slots_offset, words_offset, chunks_offset, text_offset, plan_offset;
  std::uint32_t run_capacity, slot_capacity, word_capacity, chunk_capacity, text_capacity;
  std::uint32_t plan_capacity;
  std::uint64_t nonce;  // names this arena's bells
  // Set by the tool before each batch.
  std::uint32_t run_count;  // wanted; the batch may play fewer
  std::uint32_t slots_per_run, words_per_run;
  std::int64_t timeout_ns;  // of one run
  // Set by the warden when it has made the zygote.
  std::int32_t warden_pid;  // as players see it: who `reaper` is
  std::int32_t zygote_pid;
  std::int32_t zygote_session;
  std::uint64_t permitted_cpus[16];  // that players may run on, a bit each
  std::int32_t player_fd;            // the player's own program and
  std::int32_t arena_fd;             // this arena, both close-on-exec, for fresh images
  // Moved while playing.
  alignas(64) std::atomic<std::uint32_t> next_chunk;
  std::atomic<std::uint32_t> next_text;
  std::atomic<std::uint32_t> lost;  // events that found no room
  std::atomic<std::uint32_t> runs_done;
  std::atomic<std::uint32_t> stop;  // the warden wants the zygote to begin no further run
  // Slot number + 1 of the process last started whose end is to be watched, and which the warden
  // has not taken up yet; the others behind it by Slot::next_watched. 0 = none.
  std::atomic<std::uint32_t> to_watch;
};

// Where everything is; copying copies a pointer.
class Arena {
 public:
  Arena() = default;
  explicit Arena(std::byte* bytes) : base_(bytes) {}

  // How large an arena is. Untouched parts cost no memory; but whoever has it mapped pays for its
  // length when it ends.
  struct Sizes {
    std::uint32_t runs = 4096;
    std::uint32_t slots = 131'072;
    std::uint32_t words = 4'194'304;
    std::uint32_t chunks = 524'288;
    std::uint32_t text = 128u << 20;
    std::uint32_t plan = 512u << 20;
  };
  static std::uint64_t bytes_needed(const Sizes& sizes);
  // Writes the header into fresh zero bytes of that size.
  static Arena lay_out(std::byte* bytes, const Sizes& sizes, std::uint64_t nonce);

  [[nodiscard]] bool valid() const { return base_ != nullptr; }
  [[nodiscard]] std::byte* bytes() const { return base_; }
  [[nodiscard]] Header& header() const { return *reinterpret_cast<Header*>(base_); }
  [[nodiscard]] Run& run(std::uint32_t index) const {
    return reinterpret_cast<Run*>(base_ + header().runs_offset)[index];
  }
  [[nodiscard]] Slot& slot(std::uint32_t index) const {
    return reinterpret_cast<Slot*>(base_ + header().slots_offset)[index];
  }
  [[nodiscard]] Slot& slot_of(std::uint32_t run_index, std::uint32_t instance) const {
    return slot(run_index * header().slots_per_run + instance);
  }
  [[nodiscard]] std::atomic<std::uint32_t>& word(std::uint32_t run_index,
                                                 std::uint32_t index) const {
    return reinterpret_cast<std::atomic<std::uint32_t>*>(
        base_ + header().words_offset)[std::size_t{run_index} * header().words_per_run + index];
  }
  [[nodiscard]] Chunk& chunk(std::uint32_t index) const {
    return reinterpret_cast<Chunk*>(base_ + header().chunks_offset)[index];
  }
  [[nodiscard]] char* text() const { return reinterpret_cast<char*>(base_ + header().text_offset); }
  [[nodiscard]] std::byte* plan_bytes() const { return base_ + header().plan_offset; }

 private:
  std::byte* base_ = nullptr;
};

}  // namespace procession::trace
