// SPDX-License-Identifier: MIT
#pragma once
// For the tests of this folder: a Script is a plan written as C++, a Stage plays it once with real
// processes. The test program is main's parent and the reaper of orphans, as zygote and warden are
// together, so what no player reaps comes back to it.

#include "harness/os/shared_region.h"
#include "harness/os/unique_fd.h"
#include "harness/plan/plan_builder.h"
#include "harness/player/launch.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace procession::player {

using plan::Feed;
using plan::GateId;
using plan::InstanceId;
using plan::Step;
using plan::StepId;
using scenario::StartMethod;
using scenario::Verb;
using trace::Line;
using trace::Slot;

class Script {
 public:
  // Processes first (the first one is main), then their lines, each once.
  InstanceId process(std::string_view name, InstanceId starter = plan::kNone,
                     StartMethod method = StartMethod::Fork);
  // Ends with an implicit exit. Returns the first step's id.
  StepId line(InstanceId process, std::vector<Step> steps);
  // The steps of a handler; before the line that has its `handle`.
  plan::Range handler(InstanceId process, std::vector<Step> steps);

  // A gate for these waiters; `arrival` makes somebody arrive there.
  GateId gate(const std::vector<InstanceId>& waiters, const std::vector<InstanceId>& ends = {});
  void arrival(GateId gate, Step& step, InstanceId by, Feed::Point point);
  void arrival_at_begin(GateId gate, InstanceId by);

  plan::Range text(std::string_view words) { return builder.literal(words); }
  void variables(InstanceId process, const std::vector<std::string>& variables);
  void fails(Step& step, std::vector<scenario::Symbol> with, bool may_succeed = false);

  [[nodiscard]] plan::OwnedPlan build();

  plan::PlanBuilder builder;

 private:
  plan::Range take_steps(InstanceId process, std::vector<Step> steps);
  std::vector<Feed> feeds_;  // in the order in which steps and begins refer to them
};

[[nodiscard]] inline Step step(Verb verb, InstanceId target = plan::kNone) {
  Step made;
  made.verb = verb;
  made.target = target;
  return made;
}
[[nodiscard]] Step sleep_for_ever();
[[nodiscard]] Step exit_with(int status);
[[nodiscard]] Step await_gate(GateId gate);
[[nodiscard]] Step signal_step(Verb verb, InstanceId target, int signal);

class Stage {
 public:
  explicit Stage(Script& script);

  // Plays the run until no process of it lives. A run that hangs is ended and fails the test.
  void play();
  // As above, but events may be lost.
  void play_in_full_arena();
  // As above in two parts.
  void start();
  void finish();
  // Starts the run, waits until `so_far` is true, calls `look`, ends all that lives, and finishes.
  void play_until(const std::function<bool()>& so_far, const std::function<void()>& look);

  [[nodiscard]] const Slot& slot(InstanceId instance) const {
    return arena_.slot_of(kRun, instance);
  }
  [[nodiscard]] const trace::Run& run() const { return arena_.run(kRun); }
  [[nodiscard]] const trace::Arena& arena() const { return arena_; }
  [[nodiscard]] std::vector<const Line*> lines(InstanceId instance) const;
  // The line of the process's k-th step; nullptr if it was not reached.
  [[nodiscard]] const Line* line(InstanceId instance, std::size_t k) const;
  [[nodiscard]] std::string text(const Line& line) const;
  [[nodiscard]] bool is_reaped_by(InstanceId child, InstanceId reaper) const;

 private:
  static constexpr std::uint32_t kRun = 1;  // not the first: slots and words have an offset
  void start_main();
  void end_all();

  plan::OwnedPlan plan_;
  os::SharedRegion memory_;
  os::UniqueFd program_;
  trace::Arena arena_;
};

}  // namespace procession::player
