// SPDX-License-Identifier: MIT
#pragma once
// Meaning: a second definition of the language. What the steps of a Plan do is told here once more,
// as a machine that makes one small move at a time: a step is called, acts, returns; a process
// begins, takes a signal, closes its descriptors, is a zombie. Which of all possible moves comes
// next is the scheduler's choice, so a run of the machine is one interleaving, and the set of all
// its runs is what a scenario may do.
//
// Used by tests only (interleavings.h), to keep harness/causes honest. It is written from the
// meaning of the verbs (scenarios/README.md, POSIX, signal(7), wait(2), pipe(7)) and shares no code
// and no thought with the cause net. It has no clock: a timeout may run out at any moment, a sleep
// may end at any moment. Where the system's rules leave a choice, the machine has every choice.
//
// Limits: small plans only, see `fits`. `serve` accepts into planned talkers; there are no short
// reads of a reply, and no send waits for room in a pipe.

#include "harness/plan/events.h"
#include "harness/plan/plan.h"

#include <array>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace procession::testing {

// An event's number within one Meaning.
using EventNumber = std::uint16_t;

class EventSet {
 public:
  static constexpr std::size_t kMost = 448;

  [[nodiscard]] bool contains(EventNumber event) const {
    return (words_[event / 64] >> (event % 64) & 1) != 0;
  }
  void insert(EventNumber event) { words_[event / 64] |= std::uint64_t{1} << (event % 64); }
  void insert_all() { words_.fill(~std::uint64_t{0}); }
  void keep_common(const EventSet& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      words_[i] &= other.words_[i];
    }
  }

 private:
  std::array<std::uint64_t, kMost / 64> words_{};
};

// Where a line of steps stands: in a process's own line, or in a handler's that interrupts it.
struct Frame {
  enum Stage : std::uint8_t {
    Beginning,  // its begin is stamped; arrives where its begin is waited for
    Next,       // the step comes next
    Called,     // arrives where its call is waited for; then it acts
    Acted,      // has succeeded; arrives where its effect is waited for; then it returns
    Returned,   // arrives where its return is waited for; then the next step
    Done,       // of a program: it is ready, and whatever else it does concerns nobody
  };
  std::uint8_t step = 0;
  std::uint8_t stage = 0;
  std::uint8_t arrived = 0;   // how many arrivals of this stage are done
  std::uint8_t progress = 0;  // of a step that acts in several moves
  std::uint8_t blocked = 0;   // a handler's: what is blocked again once it is over
};

struct Process {
  enum Life : std::uint8_t {
    Unmade,
    Requested,  // its starter has asked the forkserver for it, or an intermediate process
    Made,       // exists, has no stamp of its own yet
    Begun,
    Dying,  // runs no more; its descriptors are closed, nobody can wait for it yet
    Dead,   // its end has been announced
  };
  static constexpr std::size_t kFrames = 3;
  static constexpr std::size_t kSignals = 8;
  // Whom no plan names: in `parent`, and as a session and a group.
  static constexpr std::uint8_t kWarden = 254, kZygote = 255;
  // A daemonized process leads neither its session nor its group: both are named so, plus its
  // number.
  static constexpr std::uint8_t kOfDaemon = 32;
  // Dispositions; every other value is the `handle` step, plus kHandled.
  static constexpr std::uint8_t kDefault = 0, kIgnore = 1, kHandled = 2;

  std::uint8_t life = Unmade;
  std::uint8_t depth = 0;        // frames in use
  std::uint8_t asked_by = 0;     // the step that has requested it, meanwhile
  std::uint8_t blocked = 0;      // signals, a bit each
  std::uint8_t pending = 0;      // likewise
  std::uint8_t stopped = 0;      // by SIGSTOP
  std::uint8_t reaped = 0;       // whoever looks for it finds no process
  std::uint8_t read_ends = 0;    // of pipes, a bit each, that it holds open
  std::uint8_t write_ends = 0;   //
  std::uint8_t connections = 0;  // whose client's side it holds open, a bit each
  std::uint8_t parent = kWarden;
  std::uint8_t group = 0;          // by its leader, or kOfDaemon and the daemon
  std::uint8_t session = kZygote;  // likewise
  std::uint8_t subreaper = 0;
  std::uint8_t parent_death = 0;         // the signal that it gets then, plus 1
  std::array<std::uint8_t, 2> unused{};  // to a multiple of eight
  std::array<Frame, kFrames> frames{};
  std::array<std::uint8_t, kSignals> disposition{};
};

// One TCP connection, of one `connect` step.
struct Connection {
  enum Phase : std::uint8_t { None, Waiting, Accepted };
  std::uint8_t phase = None;
  std::uint8_t place = 0;     // in the listener's order of connecting, which is that of accepting
  std::uint8_t shut = 0;      // its client has said that it sends no more
  std::uint8_t requests = 0;  // sent and not yet answered
  std::uint8_t replies = 0;   // answered and not yet read
  std::uint8_t talker = 0;    // who serves it, once accepted
};

// One listening socket's name.
struct Listener {
  enum Phase : std::uint8_t { Never, Open, Closed };
  std::uint8_t phase = Never;
  std::uint8_t owner = 0;
  std::uint8_t connected = 0;  // how many connections so far
  std::uint8_t accepted = 0;
};

struct State {
  static constexpr std::size_t kProcesses = 8;
  static constexpr std::size_t kPipes = 4;
  static constexpr std::size_t kConnections = 4;
  static constexpr std::size_t kListeners = 2;

  EventSet happened;
  std::uint64_t arrived = 0;  // the run's words, a bit each
  std::array<Connection, kConnections> connections{};
  std::array<std::uint8_t, kPipes> bytes{};  // in each pipe
  std::array<Listener, kListeners> listeners{};
  std::array<std::uint8_t, 4> unused{};  // to a multiple of eight
  std::array<Process, kProcesses> processes{};
};
static_assert(std::has_unique_object_representations_v<State>, "a State is hashed as bytes");

struct Move {
  State next;
  std::array<EventNumber, 16> events{};  // that happen in it, in this order
  std::uint8_t event_count = 0;
};

class Meaning {
 public:
  // Whether the plan is small enough, and has no verb that the machine does not know.
  [[nodiscard]] static bool fits(const plan::Plan& plan);

  explicit Meaning(const plan::Plan& plan);

  [[nodiscard]] State initial() const;
  // Every move that is possible now.
  void moves(const State& now, std::vector<Move>& possible) const;

  // Numbers of errors are given when one happens for the first time.
  [[nodiscard]] std::size_t event_count() const { return events_.size(); }
  [[nodiscard]] const plan::Event& event(EventNumber number) const { return events_[number]; }
  [[nodiscard]] EventNumber number_of(const plan::Event& event) const;

 private:
  friend class Turn;

  [[nodiscard]] EventNumber of_step(plan::Event::Kind kind, plan::StepId step) const;
  [[nodiscard]] EventNumber begin(plan::InstanceId id) const;
  [[nodiscard]] EventNumber end(plan::InstanceId id) const;
  [[nodiscard]] EventNumber got(plan::StepId handle) const;
  [[nodiscard]] EventNumber error(plan::InstanceId id, scenario::Symbol symbol) const;

  [[nodiscard]] EventNumber stop(plan::StepId step) const;
  [[nodiscard]] EventNumber phase(plan::StepId load, std::uint32_t number) const;
  [[nodiscard]] EventNumber orphaned(plan::InstanceId id) const;

  void number_handlers();
  void number_stops();
  void number_connections();

  plan::Plan plan_;
  std::vector<bool> ends_a_handler_;  // by step
  mutable std::vector<plan::Event> events_;
  std::vector<EventNumber> got_;           // by step
  std::vector<EventNumber> stops_;         // by step that suspends or continues
  std::vector<EventNumber> phases_;        // by load: its first phase
  EventNumber first_orphaned_ = 0;         // then by instance
  std::vector<std::uint8_t> connections_;  // by step: connect, request, disconnect; load: its first
  std::array<std::uint32_t, State::kConnections> listener_of_{};
};

}  // namespace procession::testing
