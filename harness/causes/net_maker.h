// SPDX-License-Identifier: MIT
#pragma once
// NetMaker: one pass over a Plan that writes down every event's gates, with all threats in it.
// Internal to this folder; `net_of` strikes out those that do no harm, and proves the lemmas on
// which further gates rest.

#include "harness/causes/guarantee.h"
#include "harness/causes/net_of.h"
#include "harness/causes/threats.h"

#include <compare>
#include <map>
#include <optional>
#include <set>
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

// What makes the net say more, once the net itself has proven it.
struct Lemma {
  enum class Kind : std::uint8_t {
    Blocked,  // the victim has done `other`, a block, before `step`, or the end of `child`, sends
    Pending,  // `step` has sent before the victim comes to `other`, an unblock
    Sent,     // likewise to `other`, a `handle` that brings the default action back
    Handled,  // the victim's handler `step` was entered before it comes to `other`, likewise
    Caused,   // the victim's handler `other` is not entered before `step` has sent
  };
  Kind kind = Kind::Blocked;
  plan::InstanceId victim = plan::kNone;
  plan::StepId step = plan::kNone;
  plan::StepId other = plan::kNone;
  plan::InstanceId child = plan::kNone;

  friend auto operator<=>(const Lemma&, const Lemma&) = default;
};

// It is true if `at` needs `cause`.
struct Conjecture {
  Lemma lemma;
  EventId cause = 0;
  EventId at = 0;
};

// By default action, signal(7); SIGPIPE is ignored in every player, but for `end_by`.
[[nodiscard]] bool ends_a_process(int signal);
[[nodiscard]] bool stops_a_process(int signal);
// Whether it is a step behind which there is no other.
[[nodiscard]] bool ends_a_line(const plan::Step& step);

class NetMaker {
 public:
  NetMaker(const plan::Plan& plan, const std::optional<std::vector<std::uint32_t>>& talkers_started,
           const std::set<Lemma>& proven);

  [[nodiscard]] PlanNet make();
  // Once made.
  [[nodiscard]] std::vector<Guarded> guarded() const;
  [[nodiscard]] const std::vector<Conjecture>& conjectures() const { return conjectures_; }

 private:
  using Ids = std::vector<EventId>;
  // A step that may fail, and when.
  struct Failure {
    plan::StepId step = plan::kNone;
    EventId event = 0;
  };
  // What a gate of the plan waits for; `any`: all in one.
  struct Meeting {
    PoolId arrivals = 0;
    PoolId ends = 0;
  };
  // What is sent into a pipe.
  struct Traffic {
    PoolId sent = 0;
    bool once_each = true;  // no send brings more than one receive takes
  };
  // With this a wait may be in vain: somebody will not arrive.
  struct Loss {
    plan::InstanceId by = plan::kNone;
    EventId event = 0;

    friend auto operator<=>(const Loss&, const Loss&) = default;
  };
  // All that a gate of the plan may lose, by whom, and for each place one event that comes with the
  // first of those before it, and with the first from there on; none where there are none.
  struct Losses {
    std::vector<plan::InstanceId> by;
    std::vector<Ids> up_to;
    std::vector<Ids> from;

    [[nodiscard]] Ids of_others(plan::InstanceId self) const;
  };
  // A step of a line that ends its process in order; with `event` all children are joined.
  struct OrderlyEnd {
    plan::StepId step = plan::kNone;
    EventId event = 0;
  };

  // lines.cc: what follows from the order of a line and the kind of each step.
  void lines();
  void line(plan::InstanceId id);
  void step(plan::StepId id, EventId before);
  void own_gates(plan::StepId id);
  [[nodiscard]] bool is_started_by_step(plan::InstanceId id) const;
  void start(plan::StepId id);
  void join(plan::StepId id);
  void await(plan::StepId id);
  void serve(plan::StepId id);
  void connect(plan::StepId id);
  void load(plan::StepId id);
  EventId phase(plan::StepId load, scenario::Symbol phase);
  void request(plan::StepId id);
  EventId some_talker_begins(std::uint32_t channel);
  void exit(plan::StepId id);
  void talkers();
  void forkserver();

  // signals.cc: what each signal waits for, whom it ends, and when a handler is entered.
  void handler(plan::StepId handle);
  [[nodiscard]] std::vector<plan::StepId> steps_that_send(plan::InstanceId to, int signal) const;
  [[nodiscard]] Ids senders_of(plan::StepId handle);
  [[nodiscard]] Ids orderly_ends_of(plan::InstanceId id) const;
  [[nodiscard]] bool stops_or_continues_child_of(plan::InstanceId parent,
                                                 const plan::Step& sender) const;
  [[nodiscard]] EventId arrival(const Lemma& who, int signal, EventId sent);
  [[nodiscard]] Ids releases(plan::InstanceId victim, plan::StepId block) const;
  void unblock(plan::StepId id);
  [[nodiscard]] plan::StepId sole_handler(plan::InstanceId id, int signal) const;
  void deaths_by(plan::StepId id);
  EventId reaches(plan::InstanceId other, plan::StepId id);
  void death(plan::InstanceId victim, plan::StepId id, EventId sent);
  [[nodiscard]] bool may_be_undone(plan::StepId handle, plan::StepId sender, EventId sent);

  // relations.cc: stops, groups, parents and orphans.
  void stops();
  void suspend(plan::StepId id);
  void resume(plan::StepId id);
  [[nodiscard]] plan::StepId suspended_before(plan::StepId id) const;
  [[nodiscard]] Ids stops_of(plan::InstanceId id) const;
  [[nodiscard]] bool may_stop(const plan::Step& sender, plan::InstanceId id) const;
  void orphaned_groups();
  void parent_deaths();
  void orphaned(plan::InstanceId id);
  [[nodiscard]] Ids ends_of_parents(plan::InstanceId id) const;
  [[nodiscard]] bool may_be_parent_of(plan::InstanceId parent, plan::InstanceId id) const;
  [[nodiscard]] bool may_be_within(plan::InstanceId id, plan::InstanceId family) const;
  [[nodiscard]] bool are_apart(plan::InstanceId left, plan::InstanceId right) const;
  [[nodiscard]] bool begins_apart(plan::InstanceId id, plan::InstanceId other) const;
  [[nodiscard]] Ids partings(plan::InstanceId id, plan::InstanceId other) const;
  [[nodiscard]] bool moves_in_handler(plan::InstanceId id) const;

  // pipes.cc: who holds which end, and what a receive needs.
  void receive(plan::StepId id);
  EventId message(plan::StepId id);
  const Traffic& traffic_of(std::uint32_t pipe);
  EventId end_of_file(plan::InstanceId reader, std::uint32_t pipe);
  void gives_up(EventId event, plan::InstanceId holder, plan::InstanceId reader,
                std::uint32_t pipe);
  EventId runs_no_more(plan::InstanceId id, plan::InstanceId reader);
  [[nodiscard]] bool may_close(plan::InstanceId holder, plan::StepId before, std::uint32_t pipe,
                               bool write_end) const;
  [[nodiscard]] bool inherits(plan::InstanceId id, std::uint32_t pipe, bool write_end) const;
  [[nodiscard]] bool may_lack_end(plan::StepId id, bool write_end) const;

  // endings.cc: how a process may end, in order or not.
  void endings();
  void end_of(plan::InstanceId id);
  void failures_of(plan::InstanceId id);
  void joins(const OrderlyEnd& end);
  [[nodiscard]] Ids ways_to_end(plan::InstanceId id);
  void errors_of(plan::StepId id);
  void errors_of_pipe(plan::StepId id);
  void errors_of_connection(plan::StepId id);
  void errors_of_signal(plan::StepId id);
  template <class Matches>
  [[nodiscard]] bool comes_before(plan::StepId id, Matches matches) const;
  [[nodiscard]] bool is_joined_before(plan::StepId id) const;
  [[nodiscard]] bool may_be_reaped_before(plan::StepId id) const;
  void breaks(plan::StepId id, scenario::Symbol symbol, const Ids& one_of = {});
  void breaks_unless(plan::StepId id, scenario::Symbol symbol, EventId guard);
  [[nodiscard]] bool comes_as_planned(plan::StepId id) const;
  void breaks_as_unplanned(plan::StepId id);
  void breaks_load(plan::StepId id);
  void breaks_at_program(plan::StepId id);
  EventId server_lost(std::uint32_t listener);
  EventId talkers_lost(std::uint32_t listener);
  [[nodiscard]] bool may_lack_connection(plan::StepId id) const;
  void vain_wait(plan::StepId id);
  const Losses& losses_at(plan::GateId id);
  [[nodiscard]] Losses chained(std::vector<Loss> losses);
  [[nodiscard]] bool may_be_left_out(plan::StepId id) const;
  void add_never_started(plan::InstanceId id, Ids& causes);
  void errors();
  void goes_on_after(plan::StepId id);
  void known_failures();
  void threat(const Threat& threat, EventId at);
  EventId avertable(const Threat& threat, EventId at);
  void guarded_by(EventId guard, const Threat& threat, EventId at);

  // Shared.
  EventId new_event() { return made_.net.add_events(1); }
  [[nodiscard]] Ids effects_of(std::span<const plan::StepId> steps) const;
  EventId any_of(const Ids& events);  // happens with the first of them
  EventId failed(plan::InstanceId id);
  EventId killed(plan::InstanceId id);
  EventId cut(plan::InstanceId id);  // it has ended early, or is never started since a starter has
  EventId end_or_forkserver_end(plan::InstanceId id);
  void wait_at(EventId event, plan::GateId id);
  const Meeting& meeting_at(plan::GateId id);
  void gate(EventId event, std::uint32_t need, const Ids& members,
            Warrant warrant = Warrant::Posix) {
    made_.net.add_gate(event, need, members, warrant);
  }
  // Whether it is proven. If not, it is one to prove: `at` needs `cause`.
  bool is_proven(const Lemma& lemma, EventId cause, EventId at);
  void index_plan();
  void index_by_verb(plan::StepId id);
  [[nodiscard]] bool lists(plan::StepId id, scenario::Symbol symbol) const;

  const plan::Plan plan_;
  const std::optional<std::vector<std::uint32_t>>& talkers_started_;
  const std::set<Lemma>& proven_;
  PlanNet made_;
  std::map<std::pair<Threat, EventId>, Guarded> threats_;  // by threat and `at`
  std::vector<Conjecture> conjectures_;

  // The plan, indexed once.
  struct Arrival {
    plan::StepId step = plan::kNone;  // none: a begin
    plan::InstanceId by = plan::kNone;
    plan::Feed::Point point = plan::Feed::Point::Return;
  };
  std::vector<bool> in_handler_;
  std::vector<std::vector<plan::StepId>> starts_;      // by instance: steps that start it
  std::vector<std::vector<Arrival>> arrivals_;         // by gate
  std::vector<std::vector<plan::StepId>> signals_to_;  // by instance
  std::vector<plan::StepId> group_signals_;
  std::map<std::uint32_t, std::vector<plan::StepId>> sends_;        // by pipe
  std::map<std::uint32_t, std::vector<plan::StepId>> listens_;      // by listener
  std::map<std::uint32_t, plan::StepId> serves_;                    // by listener
  std::map<std::uint32_t, std::vector<plan::StepId>> connects_;     // by listener
  std::map<std::uint32_t, plan::StepId> made_at_;                   // by pipe
  std::map<std::uint32_t, std::vector<plan::StepId>> closings_of_;  // by pipe: close_end, of both
  std::vector<plan::StepId> first_exit_;                            // by instance: ends its line
  std::vector<std::vector<plan::StepId>> handles_;                  // by instance
  std::vector<std::vector<plan::StepId>> moves_;     // by instance: to a group of its own
  std::vector<std::vector<plan::StepId>> subreaps_;  // by instance
  std::vector<plan::StepId> stoppers_;               // steps that send a signal that stops
  std::vector<plan::StepId> arms_;                   // parent_death_signal
  std::map<plan::StepId, EventId> parent_deaths_;    // by arming step: the signal is sent
  bool has_own_groups_ = false;                      // some process leaves main's group
  std::map<std::pair<plan::InstanceId, int>, std::vector<plan::StepId>> blocks_;    // by signal
  std::map<std::pair<plan::InstanceId, int>, std::vector<plan::StepId>> unblocks_;  // by signal
  std::map<std::pair<Lemma, int>, EventId> arrivals_of_signals_;                    // by signal
  std::vector<Ids> killed_by_;                                                      // by instance
  std::vector<std::vector<Failure>> failed_by_;                                     // by instance
  std::map<plan::GateId, Meeting> meetings_;
  std::map<plan::GateId, Losses> losses_;
  std::map<std::uint32_t, Traffic> traffic_;  // by pipe
  std::map<plan::InstanceId, EventId> killed_;
  std::map<plan::InstanceId, EventId> failed_;
  std::vector<OrderlyEnd> orderly_ends_;
  std::map<std::uint32_t, EventId> servers_lost_;                               // by listener
  std::map<std::uint32_t, EventId> talkers_lost_;                               // by listener
  std::map<std::pair<plan::InstanceId, std::uint32_t>, EventId> ends_of_file_;  // by reader, pipe
  std::vector<Ids> line_ends_;  // by instance: its orderly and bare exits
  std::map<plan::InstanceId, EventId> cuts_;
  std::map<std::pair<plan::InstanceId, plan::InstanceId>, EventId> runs_no_more_;
  std::map<plan::StepId, EventId> closings_;      // by serve: its `until` has come
  std::map<std::uint32_t, EventId> talking_;      // by listener: some talker has begun
  std::optional<EventId> hang_up_;                // SIGHUP to all; none if nobody is ever stopped
  std::map<plan::InstanceId, EventId> accepted_;  // by talker
  std::map<std::pair<plan::InstanceId, std::uint32_t>, std::uint32_t> receives_;  // so far, by pipe
  std::map<std::pair<plan::InstanceId, scenario::Symbol>, std::vector<Failure>> may_fail_;
};

}  // namespace procession::causes
