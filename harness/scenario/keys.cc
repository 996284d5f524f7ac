// SPDX-License-Identifier: MIT
#include "harness/scenario/keys.h"

#include <algorithm>
#include <array>
#include <set>

namespace procession::scenario {

namespace {

constexpr std::int64_t kMostRuns = 1'000'000'000;
constexpr std::int64_t kMostInstances = 100'000;
constexpr std::int64_t kMostLevels = 1'000;
constexpr std::int64_t kLastCpu = 1'023;  // what a cpu_set_t can name
constexpr std::int64_t kMostTimes = 1'000'000;
constexpr std::int64_t kMostWaiting = 65'535;
constexpr std::int64_t kLastPort = 65'535;
constexpr std::int64_t kLastReadyFd = 63;
constexpr std::int64_t kMostConnections = 65'535;
constexpr std::int64_t kGreatestSeed = 4'294'967'295;
constexpr std::int64_t kMostRequests = 1'000'000'000'000;

const Key& order_option() {
  static const Key key{.name = "order",
                       .type = Type::Word,
                       .words = {"reverse", "random"},
                       .about = "acts in this order of the instances instead of index order"};
  return key;
}

Key timeout_option(std::string_view about) {
  return {.name = "timeout", .type = Type::Duration, .about = about};
}

Key backlog_option() {
  return {.name = "backlog",
          .type = Type::Integer,
          .least = 0,
          .most = kMostWaiting,
          .fallback = "4096",
          .about = "how many connections may wait to be accepted"};
}

Key operand(Verb verb, Type type, std::string_view about) {
  return {.name = to_string(verb), .type = type, .required = true, .about = about};
}

Key status_operand(Verb verb, std::string_view about) {
  Key key = operand(verb, Type::Integer, about);
  key.most = 255;
  return key;
}

VerbRow on_processes(Verb verb, std::string_view about, std::string_view example) {
  return {verb, operand(verb, Type::Processes, about), {order_option()}, example};
}

std::vector<Key> file_keys() {
  return {
      {.name = "scenario", .type = Type::Text, .required = true, .about = "title"},
      {.name = "about", .type = Type::Text, .about = "what it shows and why, as free text"},
      {.name = "tags", .type = Type::TextList, .about = "words to select it by; CTest labels"},
      {.name = "requires",
       .type = Type::Requires,
       .about = "what the machine must have; else the scenario is skipped"},
      {.name = "runs",
       .type = Type::Integer,
       .least = 1,
       .most = kMostRuns,
       .fallback = "1",
       .about = "how often it is played"},
      {.name = "timeout",
       .type = Type::Duration,
       .fallback = "10s",
       .about = "how long one run may last"},
      {.name = "matrix",
       .type = Type::Matrix,
       .about = "values for ${key}: a map of lists (every combination) or a list of maps (rows)"},
      {.name = "module",
       .type = Type::Steps,
       .about = "steps of every fresh program image, before its process's own"},
      {.name = "processes",
       .type = Type::ProcessMap,
       .required = true,
       .about = "what each process does; main is the root"},
      {.name = "figures",
       .type = Type::FigureMap,
       .about = "what is measured: by name, the time between two events"},
      {.name = "expect", .type = Type::Expect, .about = "what must hold"},
      {.name = "verdict",
       .type = Type::Verdict,
       .about = "what must come out, by key of expect; default: held"},
  };
}

std::vector<Key> requires_keys() {
  return {
      {.name = "cpus",
       .type = Type::Integer,
       .least = 1,
       .most = 65'536,
       .about = "at least so many CPUs"},
      {.name = "program", .type = Type::TextList, .about = "programs that must be in PATH"},
      {.name = "feature",
       .type = Type::TextList,
       .about = "features of the kernel, such as user_namespaces"},
  };
}

std::vector<Key> process_keys() {
  return {
      {.name = "steps", .type = Type::Steps, .about = "what it does, in order"},
      {.name = "exec",
       .type = Type::TextList,
       .about = "instead of steps: a program with its arguments, run without a shell"},
      {.name = "port",
       .type = Type::Integer,
       .least = 1,
       .most = kLastPort,
       .about = "of the program, ${port} in its arguments; without it a free one"},
      {.name = "ready",
       .type = Type::Ready,
       .about = "when the program is ready: port, or one of line, file, fd; without it at once"},
      {.name = "count",
       .type = Type::Integer,
       .least = 1,
       .most = kMostInstances,
       .about = "instances NAME[0] … NAME[N-1]; without it one, without index"},
      {.name = "args",
       .type = Type::TextList,
       .about = "instance i reads item i as ${arg}; without count, as many instances as items"},
      {.name = "depth",
       .type = Type::Integer,
       .least = 1,
       .most = kMostLevels,
       .about = "it may start itself: at this level, steps that name itself do nothing"},
      {.name = "start_method",
       .type = Type::Word,
       .words = {"fork", "vfork", "spawn", "forkserver", "daemonize"},
       .fallback = "fork",
       .about = "how it is started"},
      {.name = "daemon",
       .type = Type::Flag,
       .fallback = "false",
       .about = "ended when its parent ends in order; may not have children"},
      {.name = "name",
       .type = Type::Text,
       .about = "what ${name} says; auto = multiprocessing's Process-1:2"},
      {.name = "stdout",
       .type = Type::Word,
       .words = {"own", "inherit", "null"},
       .fallback = "own",
       .about = "where its lines go: to its own output, to its starter's, nowhere"},
      {.name = "env",
       .type = Type::TextMap,
       .about = "variables added to its environment and to that of what it starts"},
      {.name = "cpus",
       .type = Type::Integers,
       .most = kLastCpu,
       .about = "it runs on these only: positions in the list of permitted CPUs, from 0"},
  };
}

std::vector<Key> ready_keys() {
  return {
      {.name = "line", .type = Type::Text, .about = "a line of its output contains this text"},
      {.name = "file",
       .type = Type::Text,
       .about = "there is such a file, in its working directory if the path is relative"},
      {.name = "fd",
       .type = Type::Integer,
       .least = 3,
       .most = kLastReadyFd,
       .about = "it writes a line to this descriptor, which it inherits"},
  };
}

std::vector<Key> figure_keys() {
  return {
      {.name = "from",
       .type = Type::Event,
       .required = true,
       .about = "the event that a sample lasts from"},
      {.name = "to",
       .type = Type::Event,
       .required = true,
       .about = "the event that a sample lasts to"},
  };
}

std::vector<Key> common_step_keys() {
  return {
      {.name = "as",
       .type = Type::Label,
       .about = "label: names the event and binds the value; unique in its process"},
      {.name = "fails",
       .type = Type::Symbols,
       .about = "it must fail so, and the process goes on; ok in the list permits success"},
  };
}

std::vector<Key> expect_keys() {
  return {
      {.name = "order", .type = Type::OrderList, .about = "guaranteed by a cause"},
      {.name = "timing", .type = Type::OrderList, .about = "seen; the clock makes it so"},
      {.name = "overlap", .type = Type::GroupList, .about = "every two lifetimes overlap"},
      {.name = "parallel", .type = Type::GroupList, .about = "all were on CPU at one instant"},
      {.name = "serial", .type = Type::GroupList, .about = "no two lifetimes overlap"},
      {.name = "never", .type = Type::EventList, .about = "did not happen"},
      {.name = "count",
       .type = Type::CountMap,
       .about = "how often it happened, all instances together: 3 or 1..4"},
      {.name = "exit",
       .type = Type::StatusMap,
       .about = "status of each instance; who began and is not named must end with 0"},
      {.name = "output",
       .type = Type::LinesMap,
       .about = "each instance printed exactly these lines in this order"},
      {.name = "printed",
       .type = Type::TextList,
       .about = "all lines of all processes, in any order"},
      {.name = "parent",
       .type = Type::ParentMap,
       .about = "the parent at its end: a process, reaper or forkserver"},
      {.name = "survivors",
       .type = Type::ProcessList,
       .about = "exactly these live when all else has ended"},
      {.name = "timeout",
       .type = Type::Flag,
       .fallback = "false",
       .about = "the run hangs until the timeout"},
      {.name = "outcomes", .type = Type::Outcomes, .about = "judges all runs together"},
      {.name = "figures",
       .type = Type::FigureList,
       .about = "what the figures of all runs together come to, such as setup.p99 < 2ms"},
  };
}

std::vector<Key> outcomes_keys() {
  return {
      {.name = "required", .type = Type::OutcomeList, .about = "each seen at least once"},
      {.name = "allowed",
       .type = Type::OutcomeList,
       .about = "nothing outside allowed and required is seen"},
      {.name = "forbidden", .type = Type::OutcomeList, .about = "never seen"},
  };
}

std::vector<VerbRow> life_verbs() {
  return {
      on_processes(Verb::Start, "starts a process", "start: child"),
      {Verb::Join,
       operand(Verb::Join, Type::Processes, "waits until it has ended and reaps it"),
       {timeout_option("gives up after this time, which is no error"), order_option()},
       "{join: child, timeout: 50ms}"},
      on_processes(Verb::IsAlive, "whether it was started and has not ended", "is_alive: child"),
      on_processes(Verb::Exitcode, "its status, or none", "exitcode: child"),
      {Verb::ActiveChildren,
       {.name = to_string(Verb::ActiveChildren),
        .type = Type::Nothing,
        .about = "names of the living children"},
       {},
       "active_children"},
      {Verb::SetName,
       operand(Verb::SetName, Type::Processes, "changes what ${name} says"),
       {{.name = "to", .type = Type::Text, .required = true, .about = "the new name"},
        order_option()},
       "{set_name: child, to: other}"},
      {Verb::SetDaemon,
       operand(Verb::SetDaemon, Type::Processes, "sets the daemon flag before the start"),
       {{.name = "to", .type = Type::Flag, .required = true, .about = "the new flag"},
        order_option()},
       "{set_daemon: child, to: true}"},
      on_processes(Verb::Close, "gives up the handle", "close: child"),
      {Verb::Run,
       operand(Verb::Run, Type::Process, "its steps here, as the caller's events"),
       {},
       "run: child"},
  };
}

std::vector<VerbRow> signal_verbs() {
  return {
      {Verb::Signal,
       operand(Verb::Signal, Type::Processes, "sends a signal"),
       {{.name = "send", .type = Type::Signal, .required = true, .about = "which signal"},
        {.name = "group",
         .type = Type::Flag,
         .fallback = "false",
         .about = "to the whole process group"},
        order_option()},
       "{signal: child, send: SIGUSR1}"},
      on_processes(Verb::Terminate, "sends SIGTERM", "terminate: child"),
      on_processes(Verb::Kill, "sends SIGKILL", "kill: child"),
      on_processes(Verb::Interrupt, "sends SIGINT", "interrupt: child"),
      on_processes(Verb::Suspend, "sends SIGSTOP and waits for the stop", "suspend: child"),
      on_processes(Verb::Resume, "sends SIGCONT", "resume: child"),
      {Verb::Handle,
       operand(Verb::Handle, Type::Signal, "what happens on this signal from now on"),
       {{.name = "action",
         .type = Type::Word,
         .words = {"ignore", "default"},
         .about = "ignore the signal, or do what the system does without a handler"},
        {.name = "steps", .type = Type::Steps, .about = "the handler"}},
       "{handle: SIGTERM, action: ignore}"},
      {Verb::Block,
       operand(Verb::Block, Type::Signal, "keeps the signal waiting from now on"),
       {},
       "block: SIGTERM"},
      {Verb::Unblock,
       operand(Verb::Unblock, Type::Signal, "lets the signal come, also one that has waited"),
       {},
       "unblock: SIGTERM"},
  };
}

VerbRow bare(Verb verb, std::string_view about) {
  return {
      verb, {.name = to_string(verb), .type = Type::Nothing, .about = about}, {}, to_string(verb)};
}

std::vector<VerbRow> relation_verbs() {
  return {
      bare(Verb::Setsid, "leads a session and a process group of its own from now on"),
      bare(Verb::Setpgid, "leads a process group of its own from now on"),
      bare(Verb::Subreaper, "adopts the orphans among its descendants from now on"),
      {Verb::ParentDeathSignal,
       operand(Verb::ParentDeathSignal, Type::Signal, "gets this signal when its parent ends"),
       {},
       "parent_death_signal: SIGKILL"},
  };
}

std::vector<VerbRow> ending_verbs() {
  return {
      {Verb::Exit, status_operand(Verb::Exit, "ends in order, with a status"), {}, "exit: 0"},
      {Verb::ExitNow,
       status_operand(Verb::ExitNow, "the bare _exit, with a status"),
       {},
       "exit_now: 1"},
      {Verb::Raise, operand(Verb::Raise, Type::Name, "an uncaught error"), {}, "raise: ValueError"},
      {Verb::EndBy,
       operand(Verb::EndBy, Type::Signal, "ends by this signal, sent to itself"),
       {},
       "end_by: SIGSEGV"},
  };
}

std::vector<VerbRow> work_verbs() {
  Key times = operand(Verb::Repeat, Type::Integer, "plays the steps so many times");
  times.most = kMostTimes;
  return {
      {Verb::Print, operand(Verb::Print, Type::Text, "one line of output"), {}, "print: hello"},
      {Verb::Sleep,
       operand(Verb::Sleep, Type::DurationOrForever, "sleeps for a time, or forever"),
       {},
       "sleep: 20ms"},
      {Verb::Spin, operand(Verb::Spin, Type::Duration, "uses so much CPU time"), {}, "spin: 5ms"},
      {Verb::Allocate,
       operand(Verb::Allocate, Type::Size, "memory, touched and kept"),
       {},
       "allocate: 1MiB"},
      {Verb::Repeat,
       times,
       {{.name = "index", .type = Type::Letter, .about = "the loop's letter, for indexes"},
        {.name = "steps", .type = Type::Steps, .required = true, .about = "what is repeated"}},
       "{repeat: 3, index: i, steps: [{start: \"child[i]\"}]}"},
  };
}

std::vector<VerbRow> meeting_verbs() {
  return {
      {Verb::Mark, operand(Verb::Mark, Type::Label, "an empty step so labelled"), {}, "mark: here"},
      {Verb::Await,
       operand(Verb::Await, Type::Event, "waits until it has happened"),
       {timeout_option("fails with timed_out after this time")},
       "await: child.begin"},
      {Verb::Barrier,
       operand(Verb::Barrier, Type::Name, "waits until all who name it have come"),
       {},
       "barrier: b"},
  };
}

std::vector<VerbRow> byte_verbs() {
  return {
      {Verb::Pipe,
       operand(Verb::Pipe, Type::Name, "a pipe, for the caller and what it starts later"),
       {},
       "pipe: p"},
      {Verb::Send,
       operand(Verb::Send, Type::Text, "writes a text into a pipe"),
       {{.name = "to", .type = Type::Name, .required = true, .about = "the pipe"}},
       "{send: hello, to: p}"},
      {Verb::Receive,
       operand(Verb::Receive, Type::Name, "reads from a pipe: a text, or eof"),
       {timeout_option("fails with timed_out after this time")},
       "receive: p"},
      {Verb::CloseEnd,
       operand(Verb::CloseEnd, Type::Name, "closes the caller's end of a pipe"),
       {{.name = "end",
         .type = Type::Word,
         .words = {"read", "write"},
         .required = true,
         .about = "which end"}},
       "{close_end: p, end: write}"},
  };
}

std::vector<VerbRow> net_verbs() {
  return {
      {Verb::Listen,
       operand(Verb::Listen, Type::Name, "a listening socket; one port per name and run"),
       {backlog_option()},
       "listen: door"},
      {Verb::Serve,
       {.name = to_string(Verb::Serve),
        .type = Type::Word,
        .words = {"upper", "echo"},
        .required = true,
        .about = "accepts connections; what it answers"},
       {{.name = "on",
         .type = Type::Name,
         .about = "the name of a listen; without it the server listens by itself"},
        {.name = "handler",
         .type = Type::Word,
         .words = {kHandlerNames.begin(), kHandlerNames.end()},
         .fallback = "process",
         .about =
             "who serves a connection: a process or thread of its own, one of a few processes, "
             "or the server itself"},
        {.name = "workers",
         .type = Type::Integer,
         .least = 1,
         .most = 1024,
         .fallback = "4",
         .about = "how many processes, of handler prefork"},
        {.name = "start_method",
         .type = Type::Word,
         .words = {"fork", "vfork", "spawn", "forkserver"},
         .fallback = "fork",
         .about = "how the processes of handler process are started"},
        backlog_option(),
        {.name = "until",
         .type = Type::Event,
         .about = "then it closes, drains and returns; else it serves until killed"}},
       "{serve: upper, until: client.end}"},
      {Verb::Connect,
       operand(Verb::Connect, Type::Process, "connects to this server"),
       {},
       "connect: server"},
      {Verb::Request,
       operand(Verb::Request, Type::Text, "sends a text and reads the reply"),
       {{.name = "expect",
         .type = Type::Text,
         .about = "what the reply must be; default: what the server answers"},
        {.name = "on",
         .type = Type::Name,
         .about = "the label of a connect; without it the latest"},
        timeout_option("fails with timed_out after this time")},
       "{request: hello, expect: HELLO}"},
      {Verb::Disconnect,
       {.name = to_string(Verb::Disconnect),
        .type = Type::Name,
        .about = "closes a connection: the label of a connect, else the latest"},
       {},
       "disconnect"},
  };
}

Key words_option(std::string_view name, std::vector<std::string_view> words,
                 std::string_view about) {
  const std::string_view fallback = words.front();
  return {.name = name,
          .type = Type::Word,
          .words = std::move(words),
          .fallback = fallback,
          .about = about};
}

template <std::size_t kCount>
std::vector<std::string_view> as_list(const std::array<std::string_view, kCount>& names) {
  return {names.begin(), names.end()};
}

std::vector<VerbRow> load_verbs() {
  const auto duration = [](std::string_view name, std::string_view fallback,
                           std::string_view about) {
    return Key{.name = name, .type = Type::Duration, .fallback = fallback, .about = about};
  };
  return {
      {Verb::Load,
       operand(Verb::Load, Type::Process, "sends requests to this server and checks each reply"),
       {{.name = "connections",
         .type = Type::Integer,
         .least = 1,
         .most = kMostConnections,
         .fallback = "1",
         .about = "how many connections the process has"},
        words_option("loop", {"closed", "open"},
                     "closed: a connection sends when its reply has come; open: by a schedule"),
        duration("think", "0s", "closed loop: time between a reply and the next request"),
        words_option("arrivals", as_list(kArrivalsNames), "open loop: the kind of schedule"),
        {.name = "rate", .type = Type::Rate, .about = "open loop: requests a second"},
        {.name = "seed",
         .type = Type::Integer,
         .least = 0,
         .most = kGreatestSeed,
         .fallback = "1",
         .about = "of the schedule and of what is sent"},
        words_option("when_busy", as_list(kWhenBusyNames),
                     "open loop: what becomes of a request while no connection is free"),
        duration("warmup", "0s", "load before what is measured"),
        {.name = "for", .type = Type::Duration, .about = "how long it is measured"},
        {.name = "requests",
         .type = Type::Integer,
         .least = 1,
         .most = kMostRequests,
         .about = "how many requests are measured, instead of `for`"},
        duration("drain", "1s", "how long replies that are due at the end are waited for"),
        {.name = "size",
         .type = Type::Sizes,
         .fallback = "64B",
         .about = "of a request; of several, each in turn"},
        words_option("text", {"ascii", "utf8"}, "which letters a request is of"),
        {.name = "reconnect_every",
         .type = Type::Integer,
         .least = 1,
         .most = kMostRequests,
         .about = "a new connection after so many requests"},
        duration("timeout", "2s", "how long a reply is waited for"),
        words_option("protocol", as_list(kProtocolNames), "what the server understands"),
        words_option("reply", {"echo", "upper"},
                     "what a program must answer to a text; of a `serve` it is known")},
       "{load: server, connections: 10, for: 2s}"}};
}

std::vector<VerbRow> all_verbs() {
  std::vector<VerbRow> all;
  for (std::vector<VerbRow>& family :
       std::vector{life_verbs(), signal_verbs(), relation_verbs(), ending_verbs(), work_verbs(),
                   meeting_verbs(), byte_verbs(), net_verbs(), load_verbs()}) {
    std::ranges::move(family, std::back_inserter(all));
  }
  for (VerbRow& row : all) {
    row.keys = {row.operand};
    std::ranges::copy(row.options, std::back_inserter(row.keys));
    std::ranges::copy(common_step_keys(), std::back_inserter(row.keys));
  }
  return all;
}

}  // namespace

const std::vector<Key>& keys_of(Level level) {
  static const std::vector<std::vector<Key>> kLevels = {
      file_keys(),   requires_keys(),    process_keys(), ready_keys(),
      figure_keys(), common_step_keys(), expect_keys(),  outcomes_keys()};
  return kLevels[static_cast<std::size_t>(level)];
}

const std::vector<VerbRow>& verb_rows() {
  static const std::vector<VerbRow> kRows = all_verbs();
  return kRows;
}

const VerbRow* verb_row(std::string_view verb) {
  const auto& rows = verb_rows();
  const auto found =
      std::ranges::find(rows, verb, [](const VerbRow& row) { return row.operand.name; });
  return found == rows.end() ? nullptr : &*found;
}

std::vector<std::string_view> verdict_names() {
  std::vector<std::string_view> names;
  for (const Key& key : keys_of(Level::Expect)) {
    names.push_back(key.name);
  }
  names.emplace_back("left");
  return names;
}

const std::vector<std::string_view>& reserved_names() {
  static const std::vector<std::string_view> kNames = {"reaper", "forkserver", "talker", "self",
                                                       "index"};
  return kNames;
}

const std::vector<std::string_view>& fact_names() {
  static const std::vector<std::string_view> kNames = {
      "name", "pid", "ppid", "index", "arg", "module", "daemon", "exitcode", "port", "here"};
  return kNames;
}

std::vector<std::string> documented_words() {
  std::set<std::string> words = {"left"};
  for (const Level level : {Level::File, Level::Requires, Level::Process, Level::Ready,
                            Level::Figure, Level::Step, Level::Expect, Level::Outcomes}) {
    for (const Key& key : keys_of(level)) {
      words.emplace(key.name);
    }
  }
  for (const VerbRow& row : verb_rows()) {
    for (const Key& key : row.keys) {
      words.emplace(key.name);
    }
  }
  return {words.begin(), words.end()};
}

}  // namespace procession::scenario
