// SPDX-License-Identifier: MIT
#pragma once
// Who this process is: which instance of which run it plays, and where that is recorded. A player
// is single-threaded and is one instance at a time, so this is one value per process. A forked
// child is its parent's copy until it calls `become`, which is the first thing that it does.

#include "harness/player/launch.h"

namespace procession::player {

[[nodiscard]] const Place& self();

[[nodiscard]] inline const plan::Plan& the_plan() { return self().plan; }
[[nodiscard]] inline trace::Slot& slot_of(plan::InstanceId instance) {
  return self().arena.slot_of(self().run, instance);
}
[[nodiscard]] inline std::uint32_t slot_index(plan::InstanceId instance) {
  return self().run * self().arena.header().slots_per_run + instance;
}
[[nodiscard]] inline trace::Run& this_run() { return self().arena.run(self().run); }
[[nodiscard]] inline std::atomic<std::uint32_t>& word(std::uint32_t index) {
  return self().arena.word(self().run, index);
}

// From now on this process is another instance and has nothing of the one before: no children, no
// handlers, no log, no connections of its own. All signals must be blocked; they stay so.
void become(const Place& place);

// As long as it lives this process writes as another one, which runs no code of the harness: a
// program, for which its starter and the warden speak. All signals must be blocked.
class StandIn {
 public:
  explicit StandIn(const Place& place);
  StandIn(const StandIn&) = delete;
  StandIn& operator=(const StandIn&) = delete;
  ~StandIn();

 private:
  Place before_;
};

}  // namespace procession::player
