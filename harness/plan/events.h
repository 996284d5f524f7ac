// SPDX-License-Identifier: MIT
#pragma once
// Events of a Plan: what a written event (`worker[i].join(leaf)`) denotes there. Used by planning
// (what `await` waits for), by the verdicts and by `explain`. Pure; reads the Plan only.
//
// A step acts on several processes as one event: the call of its first part, the effect or return
// of its last. An operand with an index names the part.

#include "harness/base/result.h"
#include "harness/plan/plan.h"
#include "harness/scenario/event_pattern.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace procession::plan {

struct Event {
  enum class Kind : std::uint8_t {
    Begin,
    End,
    Call,     // of a step
    Effect,   // of a step that publishes
    Success,  // a step has returned without an error
    Return,   // a step has returned, so or so: what its label means
    Error,    // some step of the process fails with `symbol`
    Got,      // the handler that step `step` installs was entered
    // Of these three `step`, if there is one, is another process's: who has sent the signal.
    Stopped,    // the process is stopped, as `step`, a suspend, wanted it
    Continued,  // the process was stopped, and `step` has let it go on
    Orphaned,   // its parent has ended, and it lives
    Phase,      // of its load `step` one has begun: `symbol` is which, a trace::Phase
  };
  Kind kind = Kind::Begin;
  InstanceId instance = kNone;
  StepId step = kNone;
  scenario::Symbol symbol = 0;

  friend auto operator<=>(const Event&, const Event&) = default;
};

// The value that a free letter has in a match.
struct Letter {
  char name = 0;
  long value = 0;

  friend auto operator<=>(const Letter&, const Letter&) = default;
};

struct Match {
  Event event;
  std::vector<Letter> letters;
};

class EventFinder {
 public:
  explicit EventFinder(const Plan& plan) : plan_(plan) {}

  struct ProcessMatch {
    InstanceId instance = kNone;
    std::vector<Letter> letters;
  };
  // Every instance whose path ends so, in the plan's order; empty if there is none.
  [[nodiscard]] std::vector<ProcessMatch> processes(const scenario::ProcessPattern& pattern) const;

  // The first steps of the groups of this verb that an order can name, as it counts them.
  [[nodiscard]] const std::vector<StepId>& groups(InstanceId instance, scenario::Verb verb) const;

  // Every event that the pattern denotes, at least one; else BadInput, saying what there is
  // instead.
  [[nodiscard]] base::Result<std::vector<Match>> find(const scenario::EventPattern& pattern) const;
  // The same among `where` only; the pattern's process is not looked at.
  [[nodiscard]] base::Result<std::vector<Match>> find_in(
      const std::vector<ProcessMatch>& where, const scenario::EventPattern& pattern) const;

  // How messages name it: "main.join(child)", "child.end".
  [[nodiscard]] std::string name_of(const Event& event) const;
  [[nodiscard]] std::string name_of(InstanceId instance) const;
  // "join(child)", with the occurrence where the line has several.
  [[nodiscard]] std::string name_of_step(StepId step) const;
  [[nodiscard]] std::string symbol_name(scenario::Symbol symbol) const;
  // The line of the file that makes it happen; 0 = none does.
  [[nodiscard]] std::uint32_t line_of(const Event& event) const;

 private:
  [[nodiscard]] std::string stop_index(const Event& event) const;

  const Plan plan_;
  // The instances of each name; made when somebody asks for a process.
  mutable std::map<std::string_view, std::vector<InstanceId>> by_name_;
  // Likewise of each instance that somebody has asked for a step.
  mutable std::map<InstanceId, std::map<scenario::Verb, std::vector<StepId>>> groups_;
};

// Whether the step makes an event of this kind, Stopped or Continued, of the process that it acts
// on.
[[nodiscard]] bool makes(const Step& step, Event::Kind kind);

// The steps of an instance as an order counts them: its line, and behind each `handle` its
// handler's.
[[nodiscard]] std::vector<StepId> steps_of(const Plan& plan, InstanceId instance);

}  // namespace procession::plan
