// SPDX-License-Identifier: MIT
#pragma once
// PlanScript: a Plan written down in a test, without a scenario file. Processes are added, then
// steps to each of them, in any order; `build` puts them into the Plan's order and ends every line
// with its implicit exit.

#include "harness/base/time.h"
#include "harness/plan/plan_builder.h"

#include <string_view>
#include <vector>

namespace procession::testing {

class PlanScript {
 public:
  // The first one is main. `name` is its path, too.
  plan::InstanceId process(std::string_view name, plan::InstanceId starter = plan::kNone,
                           scenario::StartMethod method = scenario::StartMethod::Fork);

  // The references hold until the next step is added to the same process.
  plan::Step& step(plan::InstanceId who, scenario::Verb verb,
                   plan::InstanceId target = plan::kNone);
  plan::Step& sleep(plan::InstanceId who, base::Duration length);
  void sleep_for_ever(plan::InstanceId who);
  void print(plan::InstanceId who, std::string_view text);
  void print_ppid(plan::InstanceId who);
  // Waits until all of these have ended.
  void await_ends(plan::InstanceId who, const std::vector<plan::InstanceId>& others);
  void exit_now(plan::InstanceId who, int status);
  // As if an expectation judged it by the clock.
  void watch_end(plan::InstanceId who);

  [[nodiscard]] plan::Instance& instance(plan::InstanceId who) { return builder_.instances[who]; }

  [[nodiscard]] plan::OwnedPlan build() const;

 private:
  plan::PlanBuilder builder_;
  std::vector<std::vector<plan::Step>> lines_;  // of each process
};

// main starts a child and joins it.
[[nodiscard]] plan::OwnedPlan one_child();
// main starts a child, the child starts a grandchild; all sleep for ever.
[[nodiscard]] plan::OwnedPlan hung_family();

}  // namespace procession::testing
