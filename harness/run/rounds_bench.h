// SPDX-License-Identifier: MIT
#pragma once
// Rounds: scenarios played in turn with each other and with opponents, all by one warden, each run
// judged as `procession run` judges it. Aborts if anything comes out other than the scenario wants:
// a figure of runs that failed would mean nothing.

#include "harness/run/play.h"
#include "harness/testing/planned.h"
#include "harness/trace/record.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace procession::run {

struct Side {
  const testing::Planned& scenario;
  std::uint32_t runs = 1;  // in a round
  // Sees every run before it is judged. Its time counts.
  std::function<void(const trace::Record&)> look = [](const trace::Record&) {};
  std::function<void()> tick = [] {};  // about ten times a second while it runs
  // From handing the plan over to the judgement of all runs, in nanoseconds; one for each round.
  std::vector<double> times = {};
};

struct RoundsOptions {
  int rounds = 15;
  std::function<void()> before = [] {};  // each round: the opponents' turn
  Containment containment = Containment::Namespace;
};
// At the end the zygote lives while `at_end` is called.
void play_in_turn(
    const std::vector<Side*>& sides, const RoundsOptions& options,
    const std::function<void()>& at_end = [] {});

// From now on this process and all that it starts stay on one of its processors.
void stay_on_one_cpu();

}  // namespace procession::run
