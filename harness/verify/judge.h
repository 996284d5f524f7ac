// SPDX-License-Identifier: MIT
#pragma once
// Judge: the expectations of one scenario instance, held against the Records of its runs. Made by
// the command line, fed with every Record, asked once at the end. Pure: no clock, no files, no
// processes. Holds references to the Scenario and the Plan, which must outlive it.

#include "harness/plan/plan.h"
#include "harness/scenario/model.h"
#include "harness/trace/record.h"
#include "harness/verify/verdict.h"

#include <memory>

namespace procession::verify {

class Judge {
 public:
  Judge(const scenario::Scenario& scenario, const plan::Plan& plan);
  ~Judge();
  Judge(Judge&&) noexcept;
  Judge& operator=(Judge&&) noexcept;

  void add(const trace::Record& record);
  // True once some verdict can no longer come out as the file wants it: more runs need not be
  // played.
  [[nodiscard]] bool hopeless() const;
  // In the order of the file's `expect`; `left` last. Without any Record every verdict is
  // inconclusive.
  [[nodiscard]] Judgement judgement() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace procession::verify
