// SPDX-License-Identifier: MIT
#pragma once
// Timeline: what a Record says of each event of the cause net: did it happen, when, and because of
// what. Made once for each run, asked by every check. Pure.
//
// Times are intervals. Calls and returns are exact; an effect lies between its call and its return;
// an end lies between the process's last stamp and the first observation of its death. Causes
// tighten them: nothing happens before its cause. A process is orphaned in the instant in which its
// parent ends, if it outlives that. `fault` says why the Record cannot be trusted: an
// event that happened though its gates were closed, or before its cause by the clock, or what
// consistency.h finds.

#include "harness/causes/guarantee.h"
#include "harness/causes/net_of.h"
#include "harness/trace/record.h"

#include <string>
#include <vector>

namespace procession::verify {

struct Interval {
  base::Instant lo;
  base::Instant hi;
};

enum class Relation { Before, After, TooClose };

class Timeline {
 public:
  Timeline(const plan::Plan& plan, const causes::PlanNet& net, const trace::Record& record);

  [[nodiscard]] bool happened(causes::EventId event) const { return happened_[event]; }
  // Only of events that happened.
  [[nodiscard]] Interval when(causes::EventId event) const { return when_[event]; }
  // How a stands to b; both happened.
  [[nodiscard]] Relation relation(causes::EventId a, causes::EventId b) const;
  // The recorded causes from a to b, both included; empty if a is no cause of b.
  [[nodiscard]] std::vector<causes::EventId> chain(causes::EventId a, causes::EventId b) const;
  // Everything that happened, and what follows from it, causes first.
  [[nodiscard]] const causes::Possible& happenings() const { return order_; }

  // Whether all members of this gate that happened are causes of its event: no more of them
  // happened than it needs.
  [[nodiscard]] bool needed_all(const causes::Gate& gate) const;
  // What only the answer of a step tells of: an event and its cause; sorted.
  struct Answered {
    causes::EventId event = 0;
    causes::EventId cause = 0;

    friend auto operator<=>(const Answered&, const Answered&) = default;
  };
  [[nodiscard]] const std::vector<Answered>& answers() const { return answered_; }

  // The line that records a step first; none if it was not reached.
  [[nodiscard]] const trace::Event* event_of(plan::StepId step) const { return lines_[step]; }
  [[nodiscard]] const trace::Record& record() const { return record_; }
  [[nodiscard]] const causes::PlanNet& net() const { return net_; }
  [[nodiscard]] const std::string& fault() const { return fault_; }

 private:
  void note(causes::EventId event, base::Instant lo, base::Instant hi);
  void note_process(plan::InstanceId id);
  void note_line(plan::InstanceId id, const trace::Event& event);
  void note_step(plan::InstanceId id, const trace::Event& event);
  void note_open_step(plan::InstanceId id, const trace::Event& event);
  void note_end(plan::InstanceId id);
  bool note_orphans();
  [[nodiscard]] bool was_orphaned(plan::InstanceId id, plan::InstanceId parent) const;
  void note_stop(plan::StepId step, const trace::Event& event);
  void perhaps(causes::EventId event, Interval when);
  void settle();
  void put_in_order();
  void add_answered_cause(plan::StepId step);
  void note_answered_causes();
  void tighten();
  bool tighten_by_answers();
  [[nodiscard]] bool could_not_execute() const;
  void find_fault();
  [[nodiscard]] std::string fault_of_causes() const;
  [[nodiscard]] std::vector<causes::EventId> not_happened() const;

  const plan::Plan plan_;
  const causes::PlanNet& net_;
  const trace::Record& record_;
  std::vector<bool> happened_;
  std::vector<Interval> when_;
  std::vector<causes::EventId> perhaps_;  // effects of steps in which a process was ended
  std::vector<const trace::Event*> lines_;
  causes::Possible order_;
  std::vector<Answered> answered_;
  bool causes_come_first_ = true;  // in order_, also those of answered_
  std::string fault_;
};

// The last stamp that a process has left, or its begin.
[[nodiscard]] base::Instant last_stamp(const trace::Process& process);

}  // namespace procession::verify
