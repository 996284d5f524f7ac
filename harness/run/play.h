// SPDX-License-Identifier: MIT
#pragma once
// Playing: plans → records, with real processes. The tool's side of running: one warden per job,
// each with its arena; batches of runs; deadlines; collecting. Single-threaded: one poll loop over
// the wardens' sockets and pidfds and the user's signals. Used by the commands of cli/.
//
// Never leaves a process behind: not on a deadline, an error, Ctrl-C, or when this process is
// killed. Errors: what the machine refused (no process, no memory, no rights). Interrupted: SIGINT
// or SIGTERM, `number` is the signal; what was recorded until then has been handed over.

#include "harness/base/result.h"
#include "harness/plan/plan.h"
#include "harness/trace/record.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace procession::run {

// How the wardens contain what they start.
enum class Containment {
  Automatic,  // a PID namespace where this machine allows one, else by sweeping
  Namespace,  // Unsupported or NotPermitted if there is none
  Sweep,      // without a namespace: subreaper and pidfds
};

struct Options {
  std::uint32_t jobs = 1;
  Containment containment = Containment::Automatic;
  std::string player;  // path of procession-player; empty = where it is built or installed
};

// One scenario instance to play. The plan's bytes must live until `done` was called for it.
struct Work {
  plan::Plan plan;
  std::uint32_t runs = 1;
  base::Duration timeout{};  // of one run
};

// Told what happens, in the order in which it becomes known.
class Observer {
 public:
  virtual ~Observer() = default;
  // A run has ended. False: play no more runs of this work.
  virtual bool record(std::size_t work, trace::Record record) = 0;
  // All runs of it have ended, or it could not be played.
  virtual void done(std::size_t work, base::Result<> how) = 0;
  // Called about ten times a second while something runs: for progress.
  virtual void tick() {}
};

// Plays what `next` yields, up to `jobs` at a time, until it yields none. Work is numbered from 0
// in the order in which `next` yielded it.
[[nodiscard]] base::Result<> play(const std::function<std::optional<Work>()>& next,
                                  Observer& observer, const Options& options);

}  // namespace procession::run
