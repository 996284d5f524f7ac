// SPDX-License-Identifier: MIT
// Facts: what can be told of a line before it runs. Walks each line once, in its order, and knows
// of each child: is it started, is it closed, what is its name, is it a daemon. So it can say which
// steps are sure to fail (as multiprocessing would) and put known facts into texts.
#include "harness/base/text.h"
#include "harness/plan/planning.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <set>

namespace procession::plan {

namespace {

using scenario::Symbol;
using scenario::Verb;

constexpr std::array<std::string_view, 10> kFacts = {
    "name", "pid", "ppid", "index", "arg", "module", "daemon", "exitcode", "port", "here"};

// What a pipe in packet mode takes whole: PIPE_BUF, pipe(7).
constexpr std::size_t kLongestMessage = 4096;

scenario::Position at(const Step& step) {
  return {static_cast<int>(step.line), static_cast<int>(step.column)};
}

// One process as its starter sees it.
struct Child {
  bool started = false;
  bool closed = false;
  bool is_unknown = false;  // a handler may start or close it, whenever it runs
};

class FactPlanner {
 public:
  explicit FactPlanner(Planned& planned)
      : planned_(planned),
        builder_(planned.builder),
        numbers_processes_(std::ranges::count(planned.asked.processes, "auto",
                                              &scenario::Process::display_name) != 0) {
    note_expected_errors();
  }

  // Starters come before what they start, so a process's own name and daemon flag are final when
  // its line is walked.
  void plan() {
    fresh_.resize(builder_.instances.size());
    for (InstanceId id = 0; id < builder_.instances.size(); ++id) {
      fresh_[id] = is_fresh(id);
      walk(id);
    }
  }

 private:
  void walk(InstanceId id) {
    self_ = id;
    children_.clear();
    started_ = 0;
    standing_ = id == 0 ? Standing::LeadsGroup : Standing::Member;  // main is a job of its own
    if (is_program(id)) {
      fill_program(id);
      return;
    }
    const Range line = builder_.instances[id].steps;
    for (StepId step = line.first; step < line.first + line.count; ++step) {
      look_at(step, true);
      const Range handler = builder_.steps[step].handler;
      for (StepId inner = handler.first; inner < handler.first + handler.count; ++inner) {
        look_at(inner, false);
      }
    }
  }

  // `in_order`: the step happens at its place in the line, so what came before it is known.
  void look_at(StepId id, bool in_order) {
    Step& step = builder_.steps[id];
    if (planned_.origins[id] == nullptr) {
      return;
    }
    if (in_order) {
      step.known_error = error_of(step);
      report(step);
    } else if (step.verb == Verb::Start || step.verb == Verb::Close) {
      children_[step.target].is_unknown = true;
    } else if (step.verb == Verb::Setsid || step.verb == Verb::Setpgid) {
      standing_ = Standing::Unknown;
    }
    if (step.known_error == 0) {
      take_effect(step, *planned_.origins[id]);
    }
    fill_texts(step, *planned_.origins[id]);
  }

  // Started by this process; a child of it too, unless it is daemonized.
  [[nodiscard]] bool is_own(InstanceId target) const {
    return builder_.instances[target].starter == self_;
  }
  [[nodiscard]] bool is_own_child(InstanceId target) const {
    return is_own(target) && builder_.instances[target].method != scenario::StartMethod::Daemonize;
  }

  // The rules of multiprocessing's Process; see process-start, join, close and daemon there. Two
  // signals can be neither handled nor ignored: sigaction(2).
  Symbol error_of(const Step& step) {
    if (step.verb == Verb::Handle && (step.signal == SIGKILL || step.signal == SIGSTOP)) {
      return EINVAL;
    }
    if (step.target == kNone) {
      return error_of_leader(step.verb);
    }
    const Child child = children_[step.target];
    if (child.is_unknown) {
      return 0;
    }
    switch (step.verb) {
      case Verb::Start:
        return child.closed                       ? scenario::kClosed
               : child.started                    ? scenario::kAlreadyStarted
               : builder_.instances[self_].daemon ? scenario::kDaemonHasChild
                                                  : 0;
      case Verb::Join:
        return !is_own_child(step.target) ? scenario::kNotMyChild
               : child.closed             ? scenario::kClosed
               : !child.started           ? scenario::kNotStarted
                                          : 0;
      case Verb::IsAlive:
      case Verb::Exitcode:
        return !is_own_child(step.target) ? scenario::kNotMyChild
               : child.closed             ? scenario::kClosed
                                          : 0;
      case Verb::Close:
        return is_own_child(step.target) ? 0 : scenario::kNotMyChild;
      case Verb::SetName:
        return is_own(step.target) || step.target == self_ ? 0 : scenario::kNotMyChild;
      case Verb::SetDaemon:
        return !is_own_child(step.target) ? scenario::kNotMyChild
               : child.closed             ? scenario::kClosed
               : child.started            ? scenario::kTooLate
                                          : 0;
      case Verb::Signal:
      case Verb::Terminate:
      case Verb::Kill:
      case Verb::Interrupt:
      case Verb::Suspend:
      case Verb::Resume:
        return !is_own(step.target) ? 0
               : child.closed       ? scenario::kClosed
               : !child.started     ? scenario::kNotStarted
                                    : 0;
      default:
        return 0;
    }
  }

  // Who leads a group leads no new session, and who leads a session no new group: setsid(2),
  // setpgid(2).
  [[nodiscard]] Symbol error_of_leader(Verb verb) const {
    const bool leads_group =
        standing_ == Standing::LeadsGroup || standing_ == Standing::LeadsSession;
    const bool fails = (verb == Verb::Setsid && leads_group) ||
                       (verb == Verb::Setpgid && standing_ == Standing::LeadsSession);
    return fails ? EPERM : 0;
  }

  void take_effect(Step& step, const DraftStep& drafted) {
    switch (step.verb) {
      case Verb::Setsid:
        standing_ = standing_ == Standing::Unknown ? Standing::Unknown : Standing::LeadsSession;
        break;
      case Verb::Setpgid:
        standing_ = standing_ == Standing::Unknown ? Standing::Unknown : Standing::LeadsGroup;
        break;
      case Verb::Start:
        children_[step.target].started = true;
        ++started_;
        name_child(step.target);
        break;
      case Verb::Close:
        children_[step.target].closed = !step.has_fails;  // it may have been refused
        break;
      case Verb::SetName:
        builder_.instances[step.target].name = seen_name(step, drafted);
        break;
      case Verb::SetDaemon:
        builder_.instances[step.target].daemon = step.flag;
        break;
      default:
        break;
    }
  }

  // A later `set_name` changes what its caller says of the process, not what the process says.
  TextRef seen_name(Step& step, const DraftStep& drafted) {
    const TextRef name = builder_.text(drafted.asked->to.value);
    step.text = builder_.literal(drafted.asked->to.value);
    names_[{self_, step.target}] = name;
    const bool too_late = step.target == self_ || children_[step.target].started;
    return too_late ? builder_.instances[step.target].name : name;
  }

  // `auto`: Process-k for the k-th child of main, Process-1:k for the k-th child of that one.
  void name_child(InstanceId child) {
    if (numbers_processes_) {
      const std::string own = identity_[self_] + (self_ == 0 ? "" : ":");
      identity_[child] = own + std::to_string(started_);
    }
    const DraftInstance& drafted = planned_.draft.instances[child];
    if (drafted.process->display_name.empty() || names_.contains({self_, child})) {
      return;
    }
    builder_.instances[child].name =
        builder_.text(drafted.process->display_name == "auto" ? "Process-" + identity_[child]
                                                              : drafted.process->display_name);
  }

  void note_expected_errors() {
    const auto note = [&](const scenario::EventPattern& event) {
      if (event.what == "error") {
        expected_.insert({event.process.parts.back().name, event.operand});
      }
    };
    const scenario::Expectations& expect = planned_.asked.expect;
    for (const auto* orders : {&expect.order, &expect.timing}) {
      for (const scenario::OrderPattern& order : *orders) {
        std::ranges::for_each(order.events, note);
      }
    }
    for (const scenario::CountExpectation& count : expect.count) {
      note(count.event);
    }
  }

  // A sure failure must be asked for: by `fails`, by `P.error(symbol)`, or by `expect: timeout`.
  void report(const Step& step) {
    if (step.known_error == 0 || planned_.asked.expect.timeout) {
      return;
    }
    const auto allowed = std::span(builder_.symbols).subspan(step.fails.first, step.fails.count);
    const std::string symbol = scenario::symbol_name(step.known_error);
    const std::string process(builder_.text_of(builder_.instances[self_].template_name));
    if (std::ranges::count(allowed, step.known_error) != 0 ||
        expected_.contains({process, symbol})) {
      return;
    }
    planned_.found.add(
        at(step), fmt::format("`{}` is sure to fail: {}", written(step), symbol),
        fmt::format("if that is meant, write `fails: {0}` here, or expect `{1}.error({0})`", symbol,
                    process));
  }

  // The verb with its operand, if it has one.
  [[nodiscard]] std::string written(const Step& step) const {
    const std::string verb(to_string(step.verb));
    if (step.target != kNone) {
      return fmt::format("{}: {}", verb, builder_.text_of(builder_.instances[step.target].path));
    }
    return step.signal == 0 ? verb
                            : fmt::format("{}: {}", verb, scenario::signal_name(step.signal));
  }

  [[nodiscard]] bool is_fresh(InstanceId id) const {
    const Instance& instance = builder_.instances[id];
    return scenario::loads_module(instance.method) ||
           (instance.starter != kNone && fresh_[instance.starter]);
  }

  void fill_texts(Step& step, const DraftStep& drafted) {
    const scenario::Step& asked = *drafted.asked;
    switch (step.verb) {
      case Verb::Print:
      case Verb::Send:
      case Verb::Request:
        step.text = pieces_of(asked.operand, drafted.around);
        break;
      default:
        break;
    }
    if (asked.verb == Verb::Request && step.channel != kNone &&
        builder_.listeners[step.channel].program != kNone) {
      check_told_ports(step.text, builder_.listeners[step.channel].program, asked.at);
    }
    if (asked.verb == Verb::Request && asked.expect) {
      step.expect = pieces_of(*asked.expect, drafted.around);
    }
    if (asked.verb == Verb::Send && asked.operand.value.empty()) {
      planned_.found.add(asked.at, "an empty text cannot be sent through a pipe");
    }
    if (asked.verb == Verb::Send && asked.operand.value.size() > kLongestMessage) {
      planned_.found.add(asked.at, fmt::format("a message has at most {} bytes", kLongestMessage));
    }
  }

  [[nodiscard]] bool is_program(InstanceId id) const {
    return builder_.instances[id].kind == Instance::Kind::Program;
  }

  // Its own words and variables, which its starter will put together.
  void fill_program(InstanceId id) {
    const DraftInstance& drafted = planned_.draft.instances[id];
    const scenario::Program& asked = *drafted.process->program;
    Surroundings around{id, {}, nullptr};
    if (!drafted.process->args.empty()) {
      around.arg = &drafted.process->args[drafted.index == kNone ? 0 : drafted.index];
    }
    std::vector<Range> words;
    for (const scenario::Text& word : asked.words) {
      words.push_back(pieces_of(with_end(word), around));
    }
    std::vector<Range> variables;
    for (const auto& [name, value] : drafted.process->env) {
      variables.push_back(
          pieces_of(with_end({fmt::format("{}={}", name.value, value.value), value.at}), around));
    }
    Program& program = builder_.programs[builder_.instances[id].program];
    program.words = text_range(words);
    program.variables = text_range(variables);
    program.ready = static_cast<Program::Ready>(asked.ready.kind);
    if (asked.ready.kind == scenario::Readiness::Kind::File) {
      program.ready_text = pieces_of(with_end(asked.ready.text), around);
    } else if (asked.ready.kind == scenario::Readiness::Kind::Line) {
      program.ready_text = pieces_of(asked.ready.text, around);
    } else if (asked.ready.kind == scenario::Readiness::Kind::Descriptor) {
      program.ready_fd = static_cast<std::uint32_t>(asked.ready.number);
    }
    check_port(drafted, program);
    for (const std::vector<Range>& texts : {words, variables, {program.ready_text}}) {
      for (const Range text : texts) {
        check_told_ports(text, id, asked.at);
      }
    }
  }

  // Each connection of such a server is served by a process of its own, which has its place in the
  // plan: all connections must be known. A program makes as many as it likes.
  void check_told_ports(Range text, InstanceId program, scenario::Position where) {
    const auto pieces = std::span(builder_.pieces).subspan(text.first, text.count);
    for (const Piece& piece : pieces) {
      const auto counts_connections = [&](const Step& step) {
        return step.verb == Verb::Serve && step.channel == piece.of &&
               step.served_by == scenario::Handler::Process;
      };
      if (piece.kind == Piece::Kind::Port &&
          std::ranges::any_of(builder_.steps, counts_connections)) {
        planned_.found.add(
            where,
            fmt::format("`{}` is told the port of `{}`, and how many connections a program makes, "
                        "and so how many processes serve, is not known before",
                        builder_.text_of(builder_.instances[program].path),
                        builder_.text_of(builder_.listeners[piece.of].name)),
            "give the `serve` a `handler` that makes none for each connection: `epoll`, "
            "`io_uring`, `thread` or `prefork`");
      }
    }
  }

  // Several processes cannot listen at one port.
  void check_port(const DraftInstance& drafted, const Program& program) {
    if (program.port != 0 && drafted.index == 1) {
      planned_.found.add(drafted.process->program->at,
                         fmt::format("the instances of `{}` cannot all have port {}",
                                     drafted.process->name, program.port),
                         "leave `port` out: then each has a free one, which `${port}` says");
    }
  }

  static scenario::Text with_end(scenario::Text text) {
    text.value += '\0';
    return text;
  }

  Range text_range(const std::vector<Range>& texts) {
    const auto first = static_cast<std::uint32_t>(builder_.texts.size());
    builder_.texts.insert(builder_.texts.end(), texts.begin(), texts.end());
    return {first, static_cast<std::uint32_t>(texts.size())};
  }

  // "pid ${pid} of ${child.pid}" → pieces. Literals that stand side by side become one.
  Range pieces_of(const scenario::Text& text, const Surroundings& around) {
    std::vector<Piece> pieces;
    std::string literal;
    std::string_view rest = text.value;
    while (!rest.empty()) {
      const auto open = rest.find("${");
      const auto close = open == rest.npos ? rest.npos : rest.find('}', open);
      literal += rest.substr(0, close == rest.npos ? rest.npos : open);
      if (close == rest.npos) {
        break;
      }
      if (const auto piece =
              fact(rest.substr(open + 2, close - open - 2), text.at, around, literal)) {
        flush(literal, pieces);
        pieces.push_back(*piece);
      }
      rest.remove_prefix(close + 1);
    }
    flush(literal, pieces);
    const auto first = static_cast<std::uint32_t>(builder_.pieces.size());
    builder_.pieces.insert(builder_.pieces.end(), pieces.begin(), pieces.end());
    return {first, static_cast<std::uint32_t>(pieces.size())};
  }

  void flush(std::string& literal, std::vector<Piece>& pieces) {
    if (!literal.empty()) {
      pieces.push_back({Piece::Kind::Literal, builder_.text(literal), kNone});
      literal.clear();
    }
  }

  // A piece for what only the run can tell; else adds what is known to `literal`.
  std::optional<Piece> fact(std::string_view written, scenario::Position where,
                            const Surroundings& around, std::string& literal) {
    const auto dot = written.rfind('.');
    const std::string_view name = dot == written.npos ? written : written.substr(dot + 1);
    InstanceId of = self_;
    if (dot != written.npos) {
      const auto pattern = scenario::read_process(written.substr(0, dot));
      if (!pattern) {
        planned_.found.add(where, pattern.error().message);
        return std::nullopt;
      }
      if (is_cut(*pattern, around, planned_.draft)) {
        literal += "none";  // as before a start
        return std::nullopt;
      }
      const auto named = resolve(planned_, *pattern, around, where);
      if (named.size() != 1) {
        if (named.size() > 1) {
          planned_.found.add(
              where, fmt::format("`${{{}}}` could be any of {} processes", written, named.size()),
              "give an index");
        }
        return std::nullopt;
      }
      of = named.front();
    }
    if (std::ranges::count(kFacts, name) == 0) {
      const auto near = base::nearest_word(name, kFacts);
      planned_.found.add(
          where, fmt::format("unknown fact `${{{}}}`", written),
          near ? fmt::format("did you mean `${{{}{}}}`?",
                             written.substr(0, written.size() - name.size()), *near)
               : "facts are name pid ppid index arg module daemon exitcode port here");
      return std::nullopt;
    }
    return of == self_ ? own_fact(name, where, around, literal) : fact_of(of, name, where, literal);
  }

  std::optional<Piece> own_fact(std::string_view name, scenario::Position where,
                                const Surroundings& around, std::string& literal) {
    if (is_program(self_) && (name == "pid" || name == "ppid" || name == "module")) {
      planned_.found.add(where,
                         fmt::format("`${{{}}}` of a program is not known before it runs", name),
                         "in the steps of others it is known, as in `${server.pid}`");
      return std::nullopt;
    }
    if (name == "here") {
      literal += planned_.asked.folder.empty() ? "." : planned_.asked.folder;
      return std::nullopt;
    }
    if (name == "pid") {
      return Piece{Piece::Kind::Pid, {}, kNone};
    }
    if (name == "ppid") {
      return Piece{Piece::Kind::Ppid, {}, kNone};
    }
    if (name == "index") {
      const std::uint32_t index = builder_.instances[self_].index;
      if (index == kNone) {
        planned_.found.add(where, "`${index}` means nothing in a process without `count`");
      }
      literal += std::to_string(index);
    } else if (name == "arg") {
      if (around.arg == nullptr) {
        planned_.found.add(where, "`${arg}` means nothing in a process without `args`");
      } else {
        literal += around.arg->value;
      }
    } else if (name == "module") {
      literal += module_of(self_);
    } else if (name == "exitcode") {
      literal += "none";  // a process that can ask has not ended
    } else {
      return fact_of(self_, name, where, literal);
    }
    return std::nullopt;
  }

  std::optional<Piece> fact_of(InstanceId of, std::string_view name, scenario::Position where,
                               std::string& literal) {
    const Instance& instance = builder_.instances[of];
    if (name == "pid") {
      return Piece{Piece::Kind::ChildPid, {}, of};
    }
    if (name == "exitcode") {
      return Piece{Piece::Kind::ChildExitcode, {}, of};
    }
    if (name == "port") {
      const auto listener = planned_.listener_of.find(of);
      if (listener == planned_.listener_of.end()) {
        planned_.found.add(where, fmt::format("`{}` has no port", builder_.text_of(instance.path)),
                           "a process has one if it listens, a program if it has a `port`");
        return std::nullopt;
      }
      return Piece{Piece::Kind::Port, {}, listener->second};
    }
    if (name == "name") {
      const auto seen = names_.find({self_, of});
      literal += builder_.text_of(seen == names_.end() ? instance.name : seen->second);
    } else if (name == "daemon") {
      literal += instance.daemon ? "true" : "false";
    } else if (name == "module") {
      literal += module_of(of);
    } else {
      planned_.found.add(where, fmt::format("`{}` of another process is not known here", name));
    }
    return std::nullopt;
  }

  // CPython runs a fresh image's main module under another name.
  [[nodiscard]] std::string_view module_of(InstanceId id) const {
    return fresh_[id] ? "__mp_main__" : "__main__";
  }

  Planned& planned_;
  PlanBuilder& builder_;
  InstanceId self_ = 0;
  enum class Standing { Member, LeadsGroup, LeadsSession, Unknown };
  Standing standing_ = Standing::Member;  // of self_ among processes; unknown: a handler decides
  std::map<InstanceId, Child> children_;
  std::uint32_t started_ = 0;                                   // by self_
  std::map<std::pair<InstanceId, InstanceId>, TextRef> names_;  // {who, whom} → as who has set it
  const bool numbers_processes_;
  std::map<InstanceId, std::string> identity_;  // multiprocessing's, "1:2"; if any is `auto`
  std::vector<bool> fresh_;
  std::set<std::pair<std::string, std::string>> expected_;  // process, symbol
};

}  // namespace

void plan_facts(Planned& planned) { FactPlanner(planned).plan(); }

}  // namespace procession::plan
