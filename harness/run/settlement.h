// SPDX-License-Identifier: MIT
#pragma once
// Settlement: how a run ends in which main has ended and others have not all been reaped. A run is
// over when all have ended but the expected survivors. So orphans are waited for; when only
// survivors live, that is noted and they are ended; what a program has left behind is ended by
// Programs; any other process that no step started is ended and counted. Until waitid(2) says
// ECHILD, which proves that nothing lives: every descendant of the warden has a chain of living
// parents up to the warden or the zygote, and main is dead.
//
// Made by the warden, which calls `advance` whenever something may have changed.

#include "harness/run/orphans.h"
#include "harness/run/programs.h"

namespace procession::run {

class Settlement {
 public:
  Settlement(const trace::Arena& arena, const plan::Plan& plan, std::uint32_t run, int zygote,
             Programs& programs)
      : orphans_(arena, run, zygote),
        plan_(plan),
        programs_(programs),
        zygote_(zygote),
        begun_(base::now()) {}

  // Does what can be done now. `ending`: everything that lives is to be ended. True when nothing
  // lives any more; the run's slots are closed then.
  [[nodiscard]] bool advance(bool ending);

  // Advance again when this is readable (−1 = nothing to watch), when a child of the warden ends,
  // and after this time.
  [[nodiscard]] int watched() const { return watched_.process.get(); }
  [[nodiscard]] base::Duration next_look() const { return next_look_; }

 private:
  [[nodiscard]] bool must_wait();
  [[nodiscard]] bool watch(plan::InstanceId instance);
  [[nodiscard]] bool some_start_is_under_way() const;
  [[nodiscard]] bool survivors_are_quiet() const;
  [[nodiscard]] bool end_survivors() const;

  Orphans orphans_;
  plan::Plan plan_;
  Programs& programs_;
  int zygote_;
  base::Instant begun_;
  base::Instant only_survivors_since_;
  Orphans::Living watched_;
  plan::InstanceId cursor_ = 0;  // those before it did not live when last looked at
  base::Duration next_look_{};
};

}  // namespace procession::run
