// SPDX-License-Identifier: MIT
#pragma once
// Load areas: where the clients of a `load` step count what they see, one area for each load step
// of a plan. They lie behind the arena in the same shared memory, so what a client had counted
// survives it; but no process maps them but the client itself, while it plays the step; the tool
// reads them from the file when the run has ended. A batch of a plan that has loads is one run, so
// an area belongs to one run.
//
// Fresh ones are zero, which is an area where nothing has happened. One process writes; a killed
// one leaves counts that lack at most the request that it was counting.
//
// The names of phases, series and failures are those of scenario/figure_pattern.h, in that order.
//
// Times are nanoseconds; instants are Instant.ns, 0 = never.

#include "harness/measure/histogram.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace procession::trace {

// The parts of a load's time. A request belongs to the phase in which it was due; `Drain` holds, a
// second time, those that ended after the measuring.
enum class Phase : std::uint8_t { Warmup, Measure, Drain };
inline constexpr std::size_t kPhases = 3;

// What is measured of each request, but for the last, which is of each connection.
//   response = blocked + lag + service
enum class Series : std::uint8_t {
  Response,  // from when it was due to its reply
  Service,   // from its send to its reply
  Blocked,   // how long it was due and no connection was free
  Lag,       // how long it could have been sent and was not: the client's own delay
  Connect,   // until a connection was there
};
inline constexpr std::size_t kSeries = 5;

// What can be wrong with a request or a reply.
enum class Failure : std::uint8_t {
  Truncated,  // the reply began and did not end
  Corrupt,    // its bytes are no reply to anything that was sent
  Crossed,    // it is the reply to a request of another connection
  Duplicate,  // it has come before
  Reordered,  // it is the reply to a later request of this connection
  TimedOut,   // it did not come in time
  Refused,    // a connection was not made
  Reset,      // the connection was ended before the reply began
};
inline constexpr std::size_t kFailures = 8;

struct PhaseCounts {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::uint64_t due = 0;         // requests that were to be sent
  std::uint64_t sent = 0;        // of these
  std::uint64_t dropped = 0;     // of these: no connection was free, and the file wants it so
  std::uint64_t answered = 0;    // rightly, at any time
  std::uint64_t unfinished = 0;  // neither answered nor failed when the drain was over
  std::uint64_t ended = 0;       // answered within [begin, end), in whatever phase they were due
  std::array<std::uint64_t, kFailures> failed = {};
  std::uint64_t besides = 0;       // of `failed`: what was wrong with no request of its own
  std::uint64_t bytes = 0;         // of requests whose replies are counted in `ended`
  std::int64_t population_ns = 0;  // sum of the times in which connections took part in the loop
  std::int64_t think_ns = 0;       // sum of the pauses before the requests that were sent
  // Of those of a series that were not over, and were counted in it with the time that they had
  // taken so far: how many there are, and the shortest such time; 0 = none.
  std::array<std::uint64_t, kSeries> at_least = {};
  std::array<std::int64_t, kSeries> least_unfinished = {};

  friend bool operator==(const PhaseCounts&, const PhaseCounts&) = default;
};

struct LoadArea {
  // How many requests ended in each window of time since the measuring began. When there are no
  // more windows, each two become one.
  static constexpr std::size_t kWindows = 2048;
  static constexpr std::int64_t kFirstWindow = 10'000'000;

  struct PhaseArea {
    PhaseCounts counts;
    std::array<measure::Histogram, kSeries> series;
  };

  std::int64_t window_ns;
  std::array<std::uint32_t, kWindows> windows;
  std::uint64_t connections;  // that were made, all phases together
  std::array<PhaseArea, kPhases> phases;

  [[nodiscard]] PhaseArea& phase(Phase phase) { return phases[static_cast<std::size_t>(phase)]; }
};

// So many bytes lie between one area and the next.
inline constexpr std::uint64_t kLoadAreaBytes = (sizeof(LoadArea) + 4095) / 4096 * 4096;

}  // namespace procession::trace
