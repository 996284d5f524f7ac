// SPDX-License-Identifier: MIT
#pragma once
// Scenario: what a file asks for, read and typed, every word with its position. Made by `read_file`
// (reader.h), one for each matrix instance; consumed by planning and by the verdicts. Plain values.
//
// Invariants once the reader has returned it: every verb has the operand and options that its row
// of the key table (keys.h) allows, of the right type; names are well formed; `main` exists;
// patterns are grammatical. Whether names denote anything is decided by planning.

#include "harness/base/time.h"
#include "harness/scenario/event_pattern.h"
#include "harness/scenario/figure_pattern.h"
#include "harness/scenario/symbol.h"
#include "harness/scenario/verb.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace procession::scenario {

struct Text {
  std::string value;
  Position at;
};

// `fails: symbol`, `fails: [timed_out, ok]`. Words that are no known symbol may be given to
// `raise`.
struct Failures {
  std::vector<Text> symbols;
  bool may_succeed = true;  // false when `fails` stands there without `ok`
};

// What `load` is asked to do; the options of the key table, with their defaults.
struct Load {
  std::uint32_t connections = 1;
  Loop loop = Loop::Closed;
  base::Duration think{};                  // closed: between a reply and the next request
  Arrivals arrivals = Arrivals::Constant;  // open, and the three below it
  std::int64_t rate = 0;                   // requests a second, of one instance
  std::uint32_t seed = 1;
  WhenBusy when_busy = WhenBusy::Queue;
  base::Duration warmup{};
  std::optional<base::Duration> measure;  // `for`: this or `requests`
  std::optional<std::uint64_t> requests;  // of one instance
  base::Duration drain = std::chrono::seconds(1);
  std::vector<std::int64_t> sizes = {64};            // bytes; of several, one after the other
  bool utf8 = false;                                 // letters of more than one byte, too
  std::uint64_t reconnect_every = 0;                 // requests of a connection; 0 = never
  base::Duration timeout = std::chrono::seconds(2);  // of a request
  Protocol protocol = Protocol::Echo;
  std::optional<Service> reply;  // of a program; none: the same text
};

struct Step {
  Verb verb = Verb::Mark;
  Position at;
  std::vector<std::pair<ProcessPattern, Position>> processes;  // start, join, …, connect
  Text operand;  // print, mark, barrier, raise, pipe, send, receive, close_end, listen, request,
                 // disconnect; the text as written for the others
  std::optional<EventPattern> event;  // await; `until` of serve

  std::int64_t number = 0;                 // exit: status · allocate: bytes · repeat: times
  std::optional<base::Duration> duration;  // sleep, spin; a sleep without one is `forever`
  int signal = 0;                          // signal, end_by, handle, block …
  std::string label;                       // `as`; of a mark without it, its operand
  Failures fails;
  std::optional<base::Duration> timeout;
  SendOrder order = SendOrder::InOrder;

  Text to;                                       // set_name, set_daemon (true, false), send
  bool group = false;                            // signal
  std::string index;                             // repeat: the loop's letter
  std::vector<Step> steps;                       // repeat, handle
  SignalAction action = SignalAction::Steps;     // handle
  Service service = Service::Upper;              // serve
  Handler handler = Handler::Process;            // serve
  std::uint32_t workers = 4;                     // serve, prefork: how many processes
  Text on;                                       // serve, request: a listener's, a connect's label
  StartMethod start_method = StartMethod::Fork;  // serve: of its talkers
  int backlog = 4096;                            // serve, listen
  std::optional<Text> expect;                    // request
  bool write_end = false;                        // close_end: `end: write`
  Load load;                                     // load
};

// How it is known that a program is ready for others.
struct Readiness {
  enum class Kind : std::uint8_t {
    AtOnce,
    Port,        // it listens at its port
    Line,        // a line of its output contains `text`
    File,        // there is a file `text`
    Descriptor,  // it has written a line to the descriptor `number`, which it inherits
  };
  Kind kind = Kind::AtOnce;
  Text text;
  int number = -1;
};

// A real program in place of steps.
struct Program {
  Position at;
  std::vector<Text> words;  // its argv, at least one
  int port = 0;             // 0: a free one
  Readiness ready;
};

struct Process {
  std::string name;
  Position at;
  std::vector<Step> steps;
  std::optional<Program> program;
  std::optional<std::uint32_t> count;  // without it one instance, without index
  std::vector<Text> args;
  StartMethod start_method = StartMethod::Fork;
  bool daemon = false;
  std::string display_name;  // `name`: empty = its name in the file, `auto` = Process-1:2
  std::uint32_t depth = 0;   // the last level at which it starts itself; 0 = it may not
  Stdout output = Stdout::Own;
  std::vector<std::pair<Text, Text>> env;  // name, value
  std::vector<std::uint32_t> cpus;         // positions in the list of permitted CPUs; empty = all
};

// A figure: what is measured, the time between two events.
struct Figure {
  std::string name;
  Position at;
  EventPattern from;
  EventPattern to;
};

struct Requires {
  int cpus = 0;  // minimum, 0 = any
  std::vector<Text> programs;
  std::vector<Text> features;  // names of os/machine.h
};

// One map of `outcomes`: observables with the values that each may have; others are free.
struct OutcomePattern {
  struct Observable {
    Text name;  // `P.label`, `label`, `P.exit`, or an order
    std::vector<Text> values;
    std::optional<OrderPattern> order;  // set when the name reads as an order
  };
  std::vector<Observable> observables;
  Position at;
};

struct Outcomes {
  std::vector<OutcomePattern> required;
  std::vector<OutcomePattern> allowed;
  std::vector<OutcomePattern> forbidden;
  bool has_allowed = false;
  Position at;
};

// `overlap`, `parallel`, `serial`: each group is a list of processes.
struct Group {
  std::vector<std::pair<ProcessPattern, Position>> processes;
  Position at;
};

struct CountExpectation {
  EventPattern event;
  std::uint64_t least = 0;
  std::uint64_t most = 0;
};

struct ExitExpectation {
  ProcessPattern process;
  Position at;
  std::vector<Text> statuses;  // "0" … "255" or "SIGTERM"; any of these
};

struct OutputExpectation {
  ProcessPattern process;
  Position at;
  std::vector<Text> lines;
};

struct ParentExpectation {
  ProcessPattern process;
  Position at;
  Text parent;  // a process pattern, `reaper` or `forkserver`
};

struct Expectations {
  std::vector<OrderPattern> order;
  std::vector<OrderPattern> timing;
  std::vector<Group> overlap;
  std::vector<Group> parallel;
  std::vector<Group> serial;
  std::vector<EventPattern> never;
  std::vector<CountExpectation> count;
  std::vector<ExitExpectation> exit;
  std::vector<OutputExpectation> output;
  std::optional<std::vector<Text>> printed;
  Position printed_at;
  std::vector<ParentExpectation> parent;
  std::vector<std::pair<ProcessPattern, Position>> survivors;
  bool timeout = false;
  std::optional<Outcomes> outcomes;
  std::vector<FigurePattern> figures;
};

enum class VerdictKind : std::uint8_t { Held, Broken, Inconclusive, Invalid, Skipped };

inline constexpr std::size_t kVerdictKindCount = 5;

[[nodiscard]] constexpr std::string_view to_string(VerdictKind kind) {
  constexpr std::string_view kNames[] = {"held", "broken", "inconclusive", "invalid", "skipped"};
  return kNames[static_cast<std::size_t>(kind)];
}

struct Scenario {
  std::string file;    // as given on the command line
  std::string folder;  // that the file is in, absolute; empty if it is in none
  std::string matrix;  // "key=value,…" of this instance, empty without a matrix
  std::string title;
  std::string about;
  std::vector<std::string> tags;
  Requires requirements;
  std::uint32_t runs = 1;
  base::Duration timeout = std::chrono::seconds(10);
  std::vector<Step> module;
  std::vector<Process> processes;  // in the file's order
  std::vector<Figure> figures;     // in the file's order
  Expectations expect;
  // By key of `expect`, and `left` for the check that is always on; absent = held.
  std::map<std::string, VerdictKind> verdict;
  std::vector<std::string>
      lines;  // the file's text, for messages; shared text is copied, files are small

  // "file" or "file[key=value,…]".
  [[nodiscard]] std::string id() const { return matrix.empty() ? file : file + "[" + matrix + "]"; }
};

}  // namespace procession::scenario
