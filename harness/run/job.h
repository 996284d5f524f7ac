// SPDX-License-Identifier: MIT
#pragma once
// Job: one warden with its arena, and the Work that it plays at the moment, batch after batch.
// Driven by the poll loop of play(): whenever its socket is readable, `hear`.

#include "harness/base/result.h"
#include "harness/run/arena_memory.h"
#include "harness/run/play.h"
#include "harness/run/warden_process.h"
#include "harness/trace/read_record.h"

#include <cstddef>
#include <memory>
#include <optional>

namespace procession::run {

class Job {
 public:
  // `executable` is a descriptor of procession-player.
  [[nodiscard]] static base::Result<std::unique_ptr<Job>> start(int executable,
                                                                Containment containment,
                                                                ArenaSize arena_size);
  Job(ArenaMemory arena, WardenProcess warden);

  [[nodiscard]] int socket() const { return warden_.socket(); }
  [[nodiscard]] bool is_busy() const { return assignment_.has_value(); }
  [[nodiscard]] ArenaSize arena_size() const { return arena_.size(); }
  // Its warden has ended or must be: of no further use.
  [[nodiscard]] bool is_broken() const { return broken_; }

  // Plays the work from now on; tells the observer at once if that cannot be.
  void begin(std::size_t number, const Work& work, Observer& observer);
  // Something has come from the warden.
  void hear(Observer& observer);
  // Ends the current batch, and what runs in it; the work is done then, with this error.
  void stop(const base::Error& why);
  // The same without waiting for anybody; no more records.
  void abandon(Observer& observer);
  // The warden is killed if it has not shown for very long that it is alive.
  void check_progress();

 private:
  struct Assignment {
    std::size_t number = 0;
    Work work;
    trace::ReadingKey key;
    std::uint32_t played = 0;
    bool wanted = true;  // the observer wants more
  };

  void begin_batch(Observer& observer);
  void end_batch(const Message& played, Observer& observer);
  void bury_warden(Observer& observer);
  void hand_over(std::uint32_t runs, Observer& observer);
  void finish(base::Result<> how, Observer& observer);
  [[nodiscard]] bool last_run_has(trace::Run::Flag flag) const;

  ArenaMemory arena_;
  WardenProcess warden_;
  std::optional<Assignment> assignment_;
  std::optional<base::Error> stop_;
  bool broken_ = false;
  std::uint32_t runs_seen_ = 0;  // of the batch
  base::Instant seen_at_;        // when there were so many
};

}  // namespace procession::run
