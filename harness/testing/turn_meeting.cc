// SPDX-License-Identifier: MIT
// Meeting: what `await`, `barrier` and `until` wait for, and when that can no longer come.
#include "harness/testing/turn.h"

#include <algorithm>

namespace procession::testing {

using plan::Feed;
using plan::InstanceId;
using plan::kNone;

void Turn::await(const plan::Step& step) {
  const plan::Gate& gate = plan_.gates()[step.gate];
  if (is_open(gate)) {
    succeed();
  } else if (is_gone(gate)) {
    fail(gate.barrier ? scenario::kBrokenBarrier : scenario::kGone);
  }
  if (step.timeout_ns >= 0) {
    fail(scenario::kTimedOut);
  }
}

bool Turn::has_arrived(const Feed& feed) const { return (now_.arrived >> feed.word & 1) != 0; }

bool Turn::is_open(const plan::Gate& gate) const {
  const auto arrived = [&](const Feed& feed) { return has_arrived(feed); };
  const auto ended = [&](InstanceId id) { return now_.processes[id].life == Process::Dead; };
  const auto feeds = plan_.feeds(gate.feeds);
  const auto ends = plan_.ids(gate.ends);
  return gate.any ? std::ranges::any_of(feeds, arrived) || std::ranges::any_of(ends, ended)
                  : std::ranges::all_of(feeds, arrived) && std::ranges::all_of(ends, ended);
}

// What is waited for can no longer come.
bool Turn::is_gone(const plan::Gate& gate) const {
  const auto lost = [&](const Feed& feed) {
    return !has_arrived(feed) &&
           (now_.processes[feed.by].life == Process::Dead || will_never_start(feed.by));
  };
  const auto never = [&](InstanceId id) { return will_never_start(id); };
  const auto feeds = plan_.feeds(gate.feeds);
  const auto ends = plan_.ids(gate.ends);
  return gate.any ? std::ranges::all_of(feeds, lost) && std::ranges::all_of(ends, never)
                  : std::ranges::any_of(feeds, lost) || std::ranges::any_of(ends, never);
}

bool Turn::will_never_start(InstanceId id) const {
  if (now_.processes[id].life != Process::Unmade || plan_.instance(id).starter == kNone) {
    return false;
  }
  const InstanceId starter = plan_.instance(id).starter;
  return now_.processes[starter].life == Process::Dead || will_never_start(starter);
}

}  // namespace procession::testing
