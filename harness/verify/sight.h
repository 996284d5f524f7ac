// SPDX-License-Identifier: MIT
#pragma once
// Sight: how one pair of events came out in one run. Internal to this folder.

#include "harness/verify/check.h"
#include "harness/verify/guarantees.h"
#include "harness/verify/timeline.h"

#include <string>

namespace procession::verify {

// How one pair came out in one run.
struct Sight {
  enum class Kind { Seen, Absent, TooClose, Contradicted, Apart };
  Kind kind = Kind::Apart;  // Apart: the pair is not of this run (a connection that nobody made)
  plan::Event left;         // of several, the one that counts
  plan::Event right;
};

[[nodiscard]] Sight sight_of(const Context& context, const Timeline& run, const Pair& pair);

// Of the sights of several pairs the most severe is the run's.
[[nodiscard]] int severity(Sight::Kind kind);

// "contradicted in run 17: main.print at 812 µs, child still running at 1020 µs"
[[nodiscard]] std::string contradiction_of(const Context& context, const Timeline& run,
                                           const Sight& sight);

}  // namespace procession::verify
