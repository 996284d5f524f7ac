// SPDX-License-Identifier: MIT
#pragma once
// Record: what happened in one run, as values: no descriptors, no shared memory. Made from a
// finished run's part of the arena (read_record.h) or by tests; consumed by the verdicts and the
// reports. It holds outcomes of every kind, also of children that crashed, hung or were left
// behind: those are facts here, never errors of the harness.
//
// Invariants: `processes[i]` belongs to instance i of the plan; a process that never began has no
// events; events of a process are in the order in which their lines were reserved.

#include "harness/base/time.h"
#include "harness/trace/arena.h"
#include "harness/trace/load_area.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace procession::trace {

// Which line of which process made this event possible, where the player knows it.
struct Cause {
  std::uint32_t instance = kNoSlot;  // kNoSlot = not known
  std::uint32_t line = 0;            // index of the event there; kEndLine = its end
};

struct Event {
  Line::Kind kind = Line::Step;
  std::uint32_t step = 0;  // plan::StepId
  base::Instant call;
  std::optional<base::Instant> returned;  // none: the process ended, or was ended, inside the step
  std::int32_t error = 0;                 // scenario::Symbol, 0 = success
  std::int64_t answer = 0;
  std::string text;         // of print, receive and request
  std::uint32_t place = 0;  // texts of one run were written in the order of their places
  Cause cause;
};

struct Process {
  enum class Reaper : std::uint8_t { Nobody, Starter, Other, Warden, Zygote };
  bool started = false;  // its starter made it
  bool began = false;    // its own code ran
  std::int32_t pid = 0;
  std::int32_t ppid = 0;  // at its begin
  base::Instant begin;
  std::optional<base::Instant> dead_seen;  // the first observation of its death
  std::optional<std::int32_t> status;      // trace::exited_status or signal_status
  Reaper reaper = Reaper::Nobody;
  std::uint32_t reaped_by = kNoSlot;  // instance, when Starter or Other
  bool survived = false;              // lived when all else had ended
  bool left = false;                  // lived at the deadline
  bool parent_gone = false;           // its parent was the reaper when it ended or was noted
  std::uint32_t left_behind = 0;      // a program's: processes of its own that outlived it
  std::string left_behind_name;       // the program that one of them ran
  bool output_cut = false;            // a program has printed more than is kept
  std::vector<Event> events;
};

using measure::CellCount;

// The histogram of a series, without its empty cells.
struct SeriesCounts {
  std::int64_t min = 0;  // of one value or more
  std::int64_t max = 0;
  std::vector<CellCount> cells;
};

// What one `load` step has counted in one of its phases.
struct LoadPhase {
  PhaseCounts counts;
  std::vector<SeriesCounts> series;  // by trace::Series; none if the phase did not begin
};

// What one `load` step has counted.
struct Load {
  std::uint64_t connections = 0;  // that were made
  std::int64_t window_ns = 0;
  std::vector<std::uint32_t> windows;  // requests that ended in each, since the measuring began
  std::vector<LoadPhase> phases;       // by trace::Phase; none if nothing was counted
};

struct Record {
  std::uint32_t run = 0;  // number within the scenario's runs, from 0
  base::Instant started;
  std::optional<base::Instant> ended;
  bool timed_out = false;
  bool stopped = false;         // ended by the user
  bool complete = true;         // no event was lost
  std::string damage;           // why not, for people
  std::uint32_t foreign = 0;    // processes that no step started, found and ended
  std::int32_t warden_pid = 0;  // `reaper` as players see it
  std::int32_t zygote_pid = 0;  // main's parent
  std::vector<Process> processes;
  std::vector<Load> loads;  // by number of the plan's loads
};

}  // namespace procession::trace
