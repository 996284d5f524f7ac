// SPDX-License-Identifier: MIT
#pragma once
// NetMaker: one pass over a Plan that writes down every event's gates. Internal to this folder;
// `net_of` runs it until no further threat can be struck out.

#include "harness/causes/guarantee.h"
#include "harness/causes/net_of.h"

#include <compare>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace procession::causes {

// A way in which a step may end `victim` before the end of its line: by an error of the step, or,
// with symbol 0, by the signal that it sends.
struct Threat {
  plan::InstanceId victim = plan::kNone;
  plan::StepId step = plan::kNone;
  scenario::Symbol symbol = 0;
  bool early = false;  // called before what it needs; else because something was lost

  friend auto operator<=>(const Threat&, const Threat&) = default;
};

// A threat that is none if its event `at` needs the guard.
struct Guarded {
  Threat threat;
  EventId at = 0;
};

class NetMaker {
 public:
  NetMaker(const plan::Plan& plan, const std::optional<std::vector<std::uint32_t>>& talkers_started,
           std::span<const Threat> struck);

  [[nodiscard]] PlanNet make();
  [[nodiscard]] const std::map<EventId, std::vector<Guarded>>& by_guard() const {
    return by_guard_;
  }

 private:
  using Ids = std::vector<EventId>;

  // lines.cc: what follows from the order of a line and the kind of each step.
  void lines();
  void line(plan::InstanceId id);
  void step(plan::StepId id, EventId before);
  void handler(plan::StepId handle);
  void own_gates(plan::StepId id);
  void join(plan::StepId id);
  void await(plan::StepId id);
  void serve(plan::StepId id);
  void connect(plan::StepId id);
  void request(plan::StepId id);
  void receive(plan::StepId id);
  void exit(plan::StepId id);
  void talkers();
  void forkserver();

  // endings.cc: how a process may end, in order or not.
  void endings();
  void end_of(plan::InstanceId id);
  void deaths_by(plan::StepId id);
  void errors_of(plan::StepId id);
  void breaks(plan::StepId id, scenario::Symbol symbol, const Ids& one_of = {});
  void breaks_unless(plan::StepId id, scenario::Symbol symbol, EventId guard);
  void vain_wait(plan::StepId id);
  void errors();
  void known_failures();
  void threat(const Threat& threat, EventId at);
  void guarded_by(EventId guard, const Threat& threat, EventId at);
  [[nodiscard]] bool is_struck(const Threat& threat) const;

  // Shared.
  EventId new_event() { return made_.net.add_events(1); }
  EventId any_of(const Ids& events);  // happens with the first of them
  EventId cut(plan::InstanceId id);   // it ends early, or is never started since a starter does
  EventId end_or_forkserver_end(plan::InstanceId id);
  void wait_at(EventId event, plan::GateId id);
  void gate(EventId event, std::uint32_t need, const Ids& members,
            Warrant warrant = Warrant::Posix) {
    made_.net.add_gate(event, need, members, warrant);
  }
  void index_plan();
  [[nodiscard]] bool lists(plan::StepId id, scenario::Symbol symbol) const;

  const plan::Plan plan_;
  const std::optional<std::vector<std::uint32_t>>& talkers_started_;
  std::span<const Threat> struck_;
  PlanNet made_;
  std::map<EventId, std::vector<Guarded>> by_guard_;

  // The plan, indexed once.
  struct Arrival {
    plan::StepId step = plan::kNone;  // none: a begin
    plan::InstanceId by = plan::kNone;
    plan::Feed::Point point = plan::Feed::Point::Return;
  };
  std::vector<bool> in_handler_;
  std::vector<std::vector<plan::StepId>> starts_;                // by instance: steps that start it
  std::vector<std::vector<Arrival>> arrivals_;                   // by gate
  std::map<std::uint32_t, std::vector<plan::StepId>> sends_;     // by pipe
  std::map<std::uint32_t, std::vector<plan::StepId>> listens_;   // by listener
  std::map<std::uint32_t, plan::StepId> serves_;                 // by listener
  std::map<std::uint32_t, std::vector<plan::StepId>> connects_;  // by listener
  std::map<std::uint32_t, std::vector<plan::InstanceId>> holders_;  // by pipe
  std::vector<std::vector<plan::StepId>> handles_;                  // by instance
  std::vector<Ids> broken_by_;                                      // by instance
  std::vector<Ids> line_ends_;  // by instance: its orderly and bare exits
  std::map<plan::InstanceId, EventId> cuts_;
  std::map<plan::StepId, EventId> closings_;      // by serve: its `until` has come
  std::map<plan::InstanceId, EventId> accepted_;  // by talker
  std::map<std::pair<plan::InstanceId, std::uint32_t>, std::uint32_t> receives_;  // so far, by pipe
  std::map<std::pair<plan::InstanceId, scenario::Symbol>, Ids> may_fail_;         // calls that may
};

}  // namespace procession::causes
