// SPDX-License-Identifier: MIT
#pragma once
// Course: what happened in one run, as a picture shows it: a lane for each process, its steps as
// spans of time, what the kernel did to it, and which event of another lane each one had waited
// for. Made from a Timeline; a plain value for the reports (HTML, trace events). Pure.
//
// Of what an event needed, only what came last made it happen when it did: an arrow leads from
// that. Where one of several would have done, nobody can tell which one did, and there is no arrow.
// The order within a lane needs none.

#include "harness/verify/timeline.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace procession::verify {

struct Context;

struct Course {
  static constexpr std::size_t kMostEvents = 200'000;

  // Of the processes that were started, in the order of the plan.
  struct Lane {
    std::string path;
    std::string about;  // "spawn, daemon"; may be empty
    std::int32_t pid = 0;
    std::string status;  // "0", "3", "SIGTERM"; empty: not known
  };
  enum class Kind : std::uint8_t { Begin, Step, Got, End, Orphaned, Stopped, Continued };
  static constexpr std::size_t kKinds = 7;
  // Times are nanoseconds since the run began. A step lasts from its call to its return; what is
  // not stamped happened between the two.
  struct Event {
    Kind kind = Kind::Step;
    std::uint32_t lane = 0;
    std::int64_t from_ns = 0;
    std::int64_t to_ns = 0;    // −1: it never returned
    std::uint32_t text = 0;    // these three are indices into `texts`; what it is: "join(child)"
    std::uint32_t error = 0;   // why a step failed
    std::uint32_t answer = 0;  // what it answered, or printed
    std::uint32_t line = 0;    // of the file; 0 = of none
  };
  struct Arrow {
    std::uint32_t from = 0;  // events
    std::uint32_t to = 0;

    friend auto operator<=>(const Arrow&, const Arrow&) = default;
  };

  std::uint32_t run = 1;
  std::int64_t wall_ns = 0;
  std::vector<Lane> lanes;
  std::vector<std::string> texts = {""};
  std::vector<Event> events;   // lane by lane, each in the order of its log
  std::vector<Arrow> arrows;   // sorted
  std::uint64_t left_out = 0;  // events beyond kMostEvents
};

[[nodiscard]] Course course_of(const Context& context, const Timeline& run);

// What the loads of one label have achieved over time in one run, all instances together.
struct Throughput {
  std::string name;                  // "load"
  std::int64_t begin_ns = 0;         // of the first window, since the run began
  std::int64_t window_ns = 0;        // how long each is
  std::vector<std::uint64_t> ended;  // requests that were answered in each
  std::vector<std::pair<std::string, std::int64_t>> phases;  // when the first one of them began it
};

[[nodiscard]] std::vector<Throughput> throughputs_of(const Context& context, const Timeline& run);

}  // namespace procession::verify
