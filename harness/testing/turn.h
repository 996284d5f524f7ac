// SPDX-License-Identifier: MIT
#pragma once
// Turn: every move that one process can make in one State. Internal to the machine of meaning.h,
// which takes a Turn for each process; lives as long as one question.
//
// A move begins as a copy of the state; what happens in it changes the copy. Functions that take a
// Move change it; the others look at the state as it is, and add the moves that it admits.

#include "harness/base/check.h"
#include "harness/testing/meaning.h"

#include <cstdint>
#include <span>
#include <vector>

namespace procession::testing {

class Turn {
 public:
  Turn(const Meaning& meaning, const State& now, plan::InstanceId self, std::vector<Move>& possible)
      : meaning_(meaning),
        plan_(meaning.plan_),
        now_(now),
        self_(self),
        process_(now.processes[self]),
        possible_(possible) {}

  void take();

 private:
  using Event = plan::Event::Kind;

  // ---- a move
  template <class Change>
  void move(Change change) {
    possible_.push_back({now_, {}, 0});
    change(possible_.back());
    settle(possible_.back());
  }
  static void happens(Move& move, EventNumber event);
  void settle(Move& move) const;
  [[nodiscard]] bool is_noticed(const plan::Step& step) const;
  [[nodiscard]] Process& me(Move& move) const { return move.next.processes[self_]; }
  [[nodiscard]] Frame& top(Move& move) const { return me(move).frames[me(move).depth - 1U]; }
  [[nodiscard]] const Frame& top() const { return process_.frames[process_.depth - 1U]; }
  [[nodiscard]] plan::StepId current() const { return top().step; }

  // ---- the life of a process
  void begin();
  void die(Move& move) const;
  [[nodiscard]] bool dies_unnoticed(const State& state) const;
  void end(Move& move) const;

  // ---- a line of steps
  void go_on();
  void enter(Move& move, Frame::Stage stage) const;
  bool arrive();
  [[nodiscard]] std::span<const plan::Feed> feeds_at(Frame::Stage stage,
                                                     const plan::Step& step) const;
  [[nodiscard]] static bool arrives_at(Frame::Stage stage, const plan::Step& step,
                                       const plan::Feed& feed);
  [[nodiscard]] std::uint8_t arrivals(Frame::Stage stage, const plan::Step& step) const;
  void succeed_and_return(Move& move) const;
  void fail_and_return(Move& move, scenario::Symbol symbol) const;
  void return_or_exit(Move& move, bool goes_on) const;
  void step_on(Move& move) const;

  // ---- what a step does: it acts, in several moves perhaps, and succeeds or fails
  void act(const plan::Step& step);
  template <class Change>
  void succeed(Change change) {
    move([&](Move& move) {
      happens(move, meaning_.of_step(Event::Effect, current()));
      enter(move, Frame::Acted);
      change(move);
    });
  }
  void succeed() {
    succeed([](Move&) {});
  }
  void fail(scenario::Symbol symbol) {
    move([&](Move& move) { fail_and_return(move, symbol); });
  }
  template <class Change>
  void progress(Change change) {
    move([&](Move& move) {
      ++top(move).progress;
      change(move);
    });
  }

  // ---- turn_programs.cc
  [[nodiscard]] bool is_program(plan::InstanceId id) const {
    return plan_.instance(id).kind == plan::Instance::Kind::Program;
  }
  void execute(const plan::Step& start);
  void go_on_as_program();
  void connect_to_program(plan::InstanceId program);
  void ask_program(const plan::Step& request);

  // ---- turn_children.cc
  void start(const plan::Step& step);
  void make(State& state, plan::InstanceId child, scenario::StartMethod method) const;
  void ask_forkserver(const plan::Step& step);
  void daemonize(const plan::Step& step);
  void wait_until_made(const plan::Step& step);
  void be_made();
  [[nodiscard]] bool is_parent_of(plan::InstanceId child) const;
  bool is_own_child(const plan::Step& step);
  [[nodiscard]] bool is_known_ended(plan::InstanceId child) const;
  void join(const plan::Step& step);
  static void reap_if_dead(State& state, plan::InstanceId child);
  void reap_dead_children(State& state) const;
  void close(const plan::Step& step);
  void end_in_order();
  void exit_as_forkserver();

  // ---- turn_relations.cc
  void leave_children(Move& move) const;
  [[nodiscard]] static std::uint8_t reaper_from(const State& state, std::uint8_t above);
  void orphan_groups(State& state, std::uint64_t groups) const;
  [[nodiscard]] bool is_tied(const State& state, plan::InstanceId id) const;
  void stand_apart(const plan::Step& step);

  // ---- turn_signals.cc
  // True if it was stopped and goes on.
  bool generate(State& state, plan::InstanceId target, std::uint8_t signal) const;
  void tell_parent_of(State& state, plan::InstanceId child) const;
  void take_signals();
  void take_signal(std::uint8_t signal);
  void enter_handler(std::uint8_t signal);
  void send_signal(const plan::Step& step);
  void wait_for_stop(const plan::Step& step);
  void stop(Move& move) const;
  [[nodiscard]] bool may_be_reaped(plan::InstanceId id) const;
  void handle(Move& move, const plan::Step& step) const;
  void unblock(const plan::Step& step);
  [[nodiscard]] bool is_on_its_way(std::uint8_t signal) const;

  // ---- turn_meeting.cc
  void await(const plan::Step& step);
  [[nodiscard]] bool has_arrived(const plan::Feed& feed) const;
  [[nodiscard]] bool is_open(const plan::Gate& gate) const;
  [[nodiscard]] bool is_gone(const plan::Gate& gate) const;
  [[nodiscard]] bool will_never_start(plan::InstanceId id) const;

  // ---- turn_bytes.cc
  void pipe(const plan::Step& step);
  void send(const plan::Step& step);
  void receive(const plan::Step& step);
  void close_end(const plan::Step& step);
  [[nodiscard]] bool is_held(std::uint8_t Process::*open, std::uint32_t which) const;
  void listen(const plan::Step& step);
  void serve(const plan::Step& step);
  bool make_next_worker(const plan::Step& step);
  void accept(const plan::Step& step);
  void drain(const plan::Step& step);
  void connect(const plan::Step& step);
  void request(const plan::Step& step);
  [[nodiscard]] bool has_talker_for(std::uint32_t place, std::uint32_t channel) const;
  [[nodiscard]] bool may_be_lost(const Connection& connection, const plan::Step& step) const;
  void disconnect();
  bool is_connected();
  void answer();
  [[nodiscard]] bool is_served_here(std::size_t connection) const;
  [[nodiscard]] bool serves_any() const;
  void talk(const plan::Step& step);

  // ---- turn_load.cc
  void load(const plan::Step& step);
  void make_connection(Move& move, const plan::Step& step, std::uint32_t which) const;
  void lose_connections(const plan::Step& step);
  void begin_phase(const plan::Step& step, std::uint32_t phase);
  void leave(Move& move, const plan::Step& step) const;

  const Meaning& meaning_;
  const plan::Plan plan_;
  const State& now_;
  const plan::InstanceId self_;
  const Process& process_;
  std::vector<Move>& possible_;
};

// The signals that the machine knows; their indices are bits of Process::pending.
[[nodiscard]] std::uint8_t index_of_signal(int signal);
[[nodiscard]] bool is_known_signal(int signal);

[[nodiscard]] constexpr std::uint8_t bit(std::uint32_t index) {
  return static_cast<std::uint8_t>(1U << index);
}
constexpr void set(std::uint8_t& bits, std::uint8_t mask) {
  bits = static_cast<std::uint8_t>(bits | mask);
}
constexpr void clear(std::uint8_t& bits, std::uint8_t mask) {
  bits = static_cast<std::uint8_t>(bits & ~mask);
}

[[nodiscard]] inline bool lives(const Process& process) {
  return process.life == Process::Made || process.life == Process::Begun;
}

}  // namespace procession::testing
