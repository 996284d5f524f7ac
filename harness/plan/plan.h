// SPDX-License-Identifier: MIT
#pragma once
// Plan: a Scenario with everything decided before the first process exists. Every instance has its
// path and its steps as one straight line: groups, loops and `run` are unrolled, names are looked
// up, facts that are known are filled in. So a step of the Plan happens at most once in a run (a
// handler's steps: once per signal), and its number is its identity everywhere: in the record, in
// the cause net and in the verdicts.
//
// Made by `make_plan` (make_plan.h). Read by the cause net, the verdicts and every player. The Plan
// is one block of bytes without pointers: the tool holds it in memory, players see the same bytes
// mapped read-only. Everything here is trivially copyable; nothing allocates.
//
// Invariants: ids are indices into the Plan's own arrays; instance 0 is `main`; the steps of an
// instance are contiguous and end with an Exit or ExitNow (an implicit one if the file wrote none);
// those of a program are one implicit Ready.

#include "harness/base/check.h"
#include "harness/scenario/symbol.h"
#include "harness/scenario/verb.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace procession::plan {

using InstanceId = std::uint32_t;
using StepId = std::uint32_t;
using GateId = std::uint32_t;
inline constexpr std::uint32_t kNone = 0xFFFF'FFFF;

// A part of one of the Plan's arrays.
struct Range {
  std::uint32_t first = 0;
  std::uint32_t count = 0;

  friend bool operator==(const Range&, const Range&) = default;
};

// A part of the Plan's characters.
struct TextRef {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
};

// A text with facts is a list of pieces, put together when it is needed. Facts that are known
// before the run (name, index, arg, module, daemon) have become literals.
struct Piece {
  enum class Kind : std::uint32_t {
    Literal,
    Pid,            // the process's own
    Ppid,           // of its parent now
    ChildPid,       // as the caller's handle of `of` says: a number, or `none` before its start
    ChildExitcode,  // likewise
    Port,           // of listener `of`: a number, or `none` before it is known
  };
  Kind kind = Kind::Literal;
  TextRef literal;
  std::uint32_t of = kNone;  // an instance; Port: a listener
};

// A step (or a process's begin) that somebody waits for arrives at a gate at one of its points.
struct Feed {
  // The last three are of a load, whose phases begin then.
  enum class Point : std::uint32_t { Begin, Call, Effect, Return, Warmup, Measure, Drain };
  GateId gate = kNone;
  Point point = Point::Return;
  std::uint32_t word = 0;  // its own word in the run's words: 0, or 1 once it has arrived
  InstanceId by = kNone;   // whose arrival it is
};

// What `await`, `barrier` and `until` wait for: arrivals, and ends of processes (which the kernel
// announces). `any`: one of all these suffices; else every one is needed.
struct Gate {
  Range feeds;                // into feeds(): who arrives. All must, unless `any`.
  Range ends;                 // into ids(): instances whose end is waited for
  Range waiters;              // into ids(): instances to wake when the last arrival comes
  std::uint32_t counter = 0;  // its word in the run's words: how many have arrived
  // Of a start line, another word: when all leave it, in microseconds of the run, at first 0.
  std::uint32_t leaves_at = kNone;
  bool any = false;
  bool barrier = false;  // the waiters themselves arrive: at their call, loads at their effect
  std::uint16_t reserved = 0;
};

struct Step {
  scenario::Verb verb = scenario::Verb::Mark;
  scenario::StartMethod method = scenario::StartMethod::Fork;  // serve: of its talkers
  scenario::Service service = scenario::Service::Upper;        // serve, talk; request: the server's
  bool has_fails = false;     // goes on when it fails with one of `fails`
  bool may_succeed = true;    // false: succeeding is the error
  bool implicit = false;      // written by no line of the file
  bool group_signal = false;  // signal: to the target's process group
  scenario::SignalAction action = scenario::SignalAction::Steps;  // handle
  bool write_end = false;                                         // close_end
  bool flag = false;                                              // set_daemon: `to`
  scenario::Handler served_by = scenario::Handler::Process;       // serve, talk: its `handler`
  std::uint8_t reserved = 0;
  InstanceId self = kNone;  // whose line it stands in
  std::uint32_t line = 0;   // of the file
  std::uint32_t column = 0;
  InstanceId target = kNone;     // the one process it acts on
  StepId group_first = kNone;    // a step on several processes is a run of steps, one for each:
  std::uint32_t group_size = 1;  // this one's group, itself included
  scenario::Symbol known_error =
      0;                        // it is sure to fail so (start twice, a daemon starts a child …)
  scenario::Symbol raised = 0;  // raise
  Range fails;                  // into symbols()
  std::int32_t signal = 0;
  std::uint32_t backlog = 0;  // listen, serve
  GateId gate = kNone;  // await, barrier; serve: until; load: the start line, if it is not alone
  Range feeds;          // into feeds(), those with a point other than Begin
  std::uint32_t channel =
      kNone;  // pipes: index of the pipe · listen, serve, connect: of the listener
  std::uint32_t connection = kNone;  // connect, request, disconnect: index in this process
  std::uint32_t load = kNone;        // load: into loads()
  Range handler;                     // handle: its steps, a line of their own; into steps()
  std::uint32_t reserved_word = 0;
  std::int64_t number = 0;        // exit: status · allocate: bytes
  std::int64_t duration_ns = -1;  // sleep, spin; −1 = for ever
  std::int64_t timeout_ns = -1;   // −1 = none
  TextRef label;                  // `as`, empty if none
  TextRef name;  // the operand as an order names it: mark's name, pipe, listener …
  Range text;    // into pieces(): print, send, request; set_name: the new name
  Range expect;  // into pieces(): request: what the reply must be; empty = by service
};

// What a `load` step does; the options of scenario::Load. Times are nanoseconds.
struct Load {
  StepId step = kNone;
  std::uint32_t connections = 1;
  std::uint32_t client = 0;  // a number of its own: part of what it sends
  std::uint32_t member = 0;  // which of those of the same written step it is
  scenario::Loop loop = scenario::Loop::Closed;
  scenario::Arrivals arrivals = scenario::Arrivals::Constant;
  scenario::WhenBusy when_busy = scenario::WhenBusy::Queue;
  scenario::Protocol protocol = scenario::Protocol::Echo;
  std::uint32_t utf8 = 0;
  std::uint32_t seed = 1;
  std::uint32_t reserved = 0;
  std::int64_t think_ns = 0;
  std::int64_t rate = 0;  // requests a second
  std::int64_t warmup_ns = 0;
  std::int64_t measure_ns = 0;  // 0 = until `requests` are done
  std::uint64_t requests = 0;
  std::int64_t drain_ns = 0;
  std::int64_t timeout_ns = 0;
  std::uint64_t reconnect_every = 0;
  Range sizes;  // into ids(): bytes
};

struct Instance {
  enum class Kind : std::uint8_t {
    Player,      // written in the file
    Talker,      // serves connections: begins when its server accepts one, or, of the handler
                 // `prefork`, with its server's step
    Forkserver,  // starts the children of the method of that name; at most one
    Program,     // a real program in place of steps: see Program
  };
  Kind kind = Kind::Player;
  scenario::StartMethod method = scenario::StartMethod::Fork;
  bool daemon = false;
  bool survivor = false;  // expected to live when all else has ended
  bool watched = false;   // its end is judged by the clock: the warden stamps it
  scenario::Stdout output = scenario::Stdout::Own;
  std::array<std::uint8_t, 2> reserved = {};
  TextRef path;                   // "main", "main/worker[2]", "server/talker[0]"
  TextRef name;                   // what ${name} says inside it
  TextRef template_name;          // "worker"
  InstanceId starter = kNone;     // whose step starts it; none: main, the forkserver
  std::uint32_t index = kNone;    // of a replica; of a talker
  std::uint32_t line = 0;         // of the file
  Range steps;                    // its line, into steps()
  Range begin_feeds;              // into feeds()
  Range variables;                // into variables(): its own additions to the environment
  std::uint32_t program = kNone;  // kind Program: into programs()
  Range cpus;                     // into ids(): it runs on these only, positions in the list of
                                  // permitted CPUs; its own or its starter's; empty: on all
};

// A real program: what its starter executes, and how it is known to be ready. Its texts are put
// together by the starter and end with a 0.
struct Program {
  enum class Ready : std::uint32_t { AtOnce, Port, Line, File, Descriptor };
  Range words;      // into texts(): its argv
  Range variables;  // into texts(): like "NAME=value"; its own additions to the environment
  Ready ready = Ready::AtOnce;
  Range ready_text;                // into pieces(): Line: what is in it; File: its path
  std::uint32_t ready_fd = kNone;  // Descriptor: its number in the program
  std::uint32_t port = 0;          // 0 = a free one
  std::uint32_t listener = kNone;  // under which others find its port; none: it has none
};

struct Pipe {
  TextRef name;
  InstanceId maker = kNone;
};

struct Listener {
  TextRef name;                 // of `listen`, or the server's path for a `serve` without one
  std::uint32_t port_word = 0;  // in the run's words: the port once bound, else 0
  Range talkers;                // into ids(): what processes serve its connections, in the order
                                // in which they are made
  InstanceId program = kNone;  // that is expected to listen there; none: a step of the plan listens
};

// No byte of a plan is left to chance: the same scenario gives the same bytes.
template <class... Parts>
inline constexpr bool kHaveNoGaps = (std::has_unique_object_representations_v<Parts> && ...);
static_assert(
    kHaveNoGaps<Range, TextRef, Piece, Feed, Gate, Step, Load, Instance, Program, Pipe, Listener>);

// The block of bytes starts with this; offsets are from its beginning.
struct Header {
  struct Array {
    std::uint64_t offset = 0;
    std::uint64_t count = 0;
  };
  static constexpr std::uint64_t kMagic = 0x4e414c5050524f43;
  std::uint64_t magic = kMagic;
  std::uint64_t size = 0;
  Array instances, steps, gates, feeds, pieces, pipes, listeners, loads, ids, symbols, raised;
  Array variables, programs, texts;
  Array text;
  std::uint32_t word_count = 0;  // words that one run needs (counters, arrivals, ports)
  InstanceId forkserver = kNone;
  std::uint32_t has_timing = 0;    // some expectation is judged by the clock
  std::uint32_t watches_ends = 0;  // some instance is watched
  std::uint32_t has_cpus = 0;      // some process keeps to certain CPUs
  std::uint32_t loses_ends = 0;    // some process ignores SIGCHLD: the kernel reaps for it
};

// A view of the bytes; copying it copies a pointer.
class Plan {
 public:
  Plan() = default;
  // `bytes` must outlive the view and be aligned to 8.
  explicit Plan(std::span<const std::byte> bytes) : base_(bytes.data()) {
    base::check(bytes.size() >= sizeof(Header) && header().magic == Header::kMagic &&
                    header().size <= bytes.size(),
                "the bytes are a plan");
  }

  [[nodiscard]] const Header& header() const { return *reinterpret_cast<const Header*>(base_); }
  [[nodiscard]] std::span<const Instance> instances() const {
    return array<Instance>(header().instances);
  }
  [[nodiscard]] std::span<const Step> steps() const { return array<Step>(header().steps); }
  [[nodiscard]] std::span<const Gate> gates() const { return array<Gate>(header().gates); }
  [[nodiscard]] std::span<const Feed> feeds() const { return array<Feed>(header().feeds); }
  [[nodiscard]] std::span<const Pipe> pipes() const { return array<Pipe>(header().pipes); }
  [[nodiscard]] std::span<const Listener> listeners() const {
    return array<Listener>(header().listeners);
  }
  [[nodiscard]] std::span<const Load> loads() const { return array<Load>(header().loads); }

  [[nodiscard]] std::span<const Program> programs() const {
    return array<Program>(header().programs);
  }

  [[nodiscard]] const Instance& instance(InstanceId id) const { return instances()[id]; }
  // Of an instance of kind Program.
  [[nodiscard]] const Program& program_of(InstanceId id) const {
    return programs()[instance(id).program];
  }
  [[nodiscard]] const Step& step(StepId id) const { return steps()[id]; }
  // Whether `parent` can wait for what it starts as `child`: not for what it daemonizes.
  [[nodiscard]] bool is_child_of(InstanceId child, InstanceId parent) const {
    return instance(child).starter == parent &&
           instance(child).method != scenario::StartMethod::Daemonize;
  }
  // Whose output its lines belong to; none: nobody's, they are not kept.
  [[nodiscard]] InstanceId output_of(InstanceId id) const {
    while (instance(id).output == scenario::Stdout::Inherit && instance(id).starter != kNone) {
      id = instance(id).starter;
    }
    return instance(id).output == scenario::Stdout::Null ? kNone : id;
  }
  [[nodiscard]] std::span<const Step> line_of(InstanceId id) const {
    return part<Step>(header().steps, instance(id).steps);
  }
  [[nodiscard]] std::span<const Feed> feeds(Range range) const {
    return part<Feed>(header().feeds, range);
  }
  [[nodiscard]] std::span<const Piece> pieces(Range range) const {
    return part<Piece>(header().pieces, range);
  }
  // Texts in pieces: each is a range of pieces().
  [[nodiscard]] std::span<const Range> texts(Range range) const {
    return part<Range>(header().texts, range);
  }
  [[nodiscard]] std::span<const std::uint32_t> ids(Range range) const {
    return part<std::uint32_t>(header().ids, range);
  }
  [[nodiscard]] std::span<const scenario::Symbol> symbols(Range range) const {
    return part<scenario::Symbol>(header().symbols, range);
  }
  [[nodiscard]] bool has_cpus() const { return header().has_cpus != 0; }
  [[nodiscard]] bool loses_ends() const { return header().loses_ends != 0; }
  // Whether any process adds to its environment.
  [[nodiscard]] bool has_variables() const { return header().variables.count != 0; }
  // Texts like "NAME=value", with a 0 behind.
  [[nodiscard]] std::span<const TextRef> variables(Range range) const {
    return part<TextRef>(header().variables, range);
  }
  // The words that the file gives to `raise`: symbol kFirstRaised + k is word k.
  [[nodiscard]] std::span<const TextRef> raised() const { return array<TextRef>(header().raised); }
  [[nodiscard]] std::string_view text(TextRef ref) const {
    return {reinterpret_cast<const char*>(base_ + header().text.offset) + ref.offset, ref.size};
  }

  [[nodiscard]] std::span<const std::byte> bytes() const { return {base_, header().size}; }

 private:
  template <class T>
  [[nodiscard]] std::span<const T> array(Header::Array where) const {
    return {reinterpret_cast<const T*>(base_ + where.offset), where.count};
  }
  template <class T>
  [[nodiscard]] std::span<const T> part(Header::Array where, Range range) const {
    return array<T>(where).subspan(range.first, range.count);
  }

  const std::byte* base_ = nullptr;
};

// Whether the step is a load that has this phase, a trace::Phase: it has no warm-up unless the file
// asks for one.
[[nodiscard]] inline bool has_phase(const Plan& plan, const Step& step, std::uint32_t phase) {
  return step.verb == scenario::Verb::Load && phase < 3 &&
         (phase != 0 || plan.loads()[step.load].warmup_ns > 0);
}

}  // namespace procession::plan
