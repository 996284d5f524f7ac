// SPDX-License-Identifier: MIT
// Processes: `exit`, `parent` and `survivors`.
#include "harness/base/text.h"
#include "harness/verify/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

namespace procession::verify {

namespace {

using plan::InstanceId;
using scenario::VerdictKind;

std::vector<InstanceId> named(const Context& context, const scenario::ProcessPattern& pattern) {
  std::vector<InstanceId> ids;
  for (const auto& process : context.finder.processes(pattern)) {
    ids.push_back(process.instance);
  }
  return ids;
}

std::string pattern_text(const Context& context, const std::vector<InstanceId>& ids) {
  return ids.size() == 1
             ? context.finder.name_of(ids.front())
             : std::string(context.plan.text(context.plan.instance(ids.front()).template_name));
}

bool is_talker(const Context& context, InstanceId id) {
  return context.plan.instance(id).kind == plan::Instance::Kind::Talker;
}

// Each instance ends with one of the statuses.
class ExitCheck final : public EachRunCheck {
 public:
  ExitCheck(const Context& context, std::string text, scenario::Position at,
            std::vector<InstanceId> ids, std::vector<std::string> statuses, bool must_begin)
      : EachRunCheck("exit", std::move(text), at),
        context_(context),
        ids_(std::move(ids)),
        statuses_(std::move(statuses)),
        must_begin_(must_begin) {}

 private:
  [[nodiscard]] Finding judge(const Timeline& run) const override {
    for (const InstanceId id : ids_) {
      Finding here = judge_one(run, id);
      if (here.kind != VerdictKind::Held) {
        return here;
      }
    }
    return {};
  }

  [[nodiscard]] Finding judge_one(const Timeline& run, InstanceId id) const {
    const trace::Process& process = run.record().processes[id];
    const std::string name = context_.finder.name_of(id);
    if (!process.started) {
      return must_begin_ && !is_talker(context_, id)
                 ? Finding{VerdictKind::Broken,
                           fmt::format("vacuous: {} was not started in {}", name,
                                       run_name(run.record())),
                           {}}
                 : Finding{};
    }
    if (process.survived || process.left) {
      return must_begin_
                 ? Finding{VerdictKind::Broken,
                           fmt::format("{} did not end in {}", name, run_name(run.record())),
                           {}}
                 : Finding{};
    }
    if (!process.status) {
      return {VerdictKind::Inconclusive,
              fmt::format("the status of {} was lost in {}", name, run_name(run.record())),
              {}};
    }
    const std::string status = status_text(*process.status);
    if (std::ranges::count(statuses_, status) != 0) {
      return {};
    }
    std::vector<std::string> reasons = why(process);
    add_unready(run.record(), reasons);
    return {VerdictKind::Broken,
            fmt::format("{} ended with {} in {}, not with {}", name, status, run_name(run.record()),
                        base::enumerate_words(statuses_, "or")),
            std::move(reasons)};
  }

  // Programs that have ended too soon: others may have waited for them.
  void add_unready(const trace::Record& record, std::vector<std::string>& reasons) const {
    for (InstanceId id = 0; id < record.processes.size(); ++id) {
      const trace::Process& process = record.processes[id];
      const bool was_ready = std::ranges::any_of(process.events, [](const trace::Event& event) {
        return event.kind == trace::Line::Step && event.returned;
      });
      if (context_.plan.instance(id).kind == plan::Instance::Kind::Program && process.status &&
          !process.left && !was_ready) {
        reasons.push_back(fmt::format("{} ended with {} before it was ready",
                                      context_.finder.name_of(id), status_text(*process.status)));
      }
    }
  }

  // The step that ended it: by an error that it does not list, or by none where it must fail.
  [[nodiscard]] std::vector<std::string> why(const trace::Process& process) const {
    for (const trace::Event& event : process.events) {
      if (event.kind != trace::Line::Step || !event.returned) {
        continue;
      }
      const plan::Step& step = context_.plan.step(event.step);
      const std::string name =
          fmt::format("{} on line {}", context_.finder.name_of_step(event.step), step.line);
      const auto fails = context_.plan.symbols(step.fails);
      if (event.error != 0 && std::ranges::count(fails, event.error) == 0) {
        return {fmt::format("{} failed: {}{}", name, context_.finder.symbol_name(event.error),
                            step.verb == scenario::Verb::Load ? std::string(advice(event.error))
                                                              : of_program(step, event.error))};
      }
      if (event.error == 0 && step.has_fails && !step.may_succeed) {
        return {fmt::format("{} should have failed, but succeeded", name)};
      }
    }
    return {};
  }

  // What it was that could not be executed.
  [[nodiscard]] std::string of_program(const plan::Step& step, scenario::Symbol error) const {
    if (step.verb != scenario::Verb::Start ||
        context_.plan.instance(step.target).kind != plan::Instance::Kind::Program || error < 0) {
      return "";
    }
    const plan::Program& program = context_.plan.program_of(step.target);
    const auto first = context_.plan.pieces(context_.plan.texts(program.words).front());
    const std::string word(first.front().kind == plan::Piece::Kind::Literal
                               ? context_.plan.text(first.front().literal)
                               : "");
    return fmt::format(", `{}`: {}", word.c_str(), std::strerror(error));
  }

  // Which limit, or which setting, a load has come up against.
  static std::string_view advice(scenario::Symbol error) {
    switch (error) {
      case EMFILE:
        return ": each connection takes a descriptor, and RLIMIT_NOFILE (`ulimit -Hn`) is lower";
      case ENFILE:
        return ": the machine has no descriptor left (fs.file-max)";
      case EADDRNOTAVAIL:
        return ": no port is left for another connection (net.ipv4.ip_local_port_range)";
      case ECONNREFUSED:
        return ": nobody listens, or the server has ended";
      case scenario::kTimedOut:
        return ": connections were not made within `timeout`; they wait if `backlog` is too small";
      case ECONNRESET:
        return ": the server has closed every connection without a reply";
      default:
        return "";
    }
  }

  [[nodiscard]] std::string praise() const override {
    return fmt::format("{}, in each of {}", base::enumerate_words(statuses_, "or"),
                       runs_text(runs()));
  }

  const Context& context_;
  const std::vector<InstanceId> ids_;
  const std::vector<std::string> statuses_;
  const bool must_begin_;
};

class ParentCheck final : public EachRunCheck {
 public:
  ParentCheck(const Context& context, const scenario::ParentExpectation& asked,
              std::vector<InstanceId> ids)
      : EachRunCheck("parent",
                     fmt::format("{}: {}", pattern_text(context, ids), asked.parent.value),
                     asked.at),
        context_(context),
        ids_(std::move(ids)),
        wanted_(asked.parent.value),
        wanted_ids_(wanted_ids(context, asked)) {}

 private:
  static std::set<InstanceId> wanted_ids(const Context& context,
                                         const scenario::ParentExpectation& asked) {
    std::set<InstanceId> ids;
    if (const auto pattern = scenario::read_process(asked.parent.value)) {
      for (const InstanceId id : named(context, *pattern)) {
        ids.insert(id);
      }
    }
    return ids;
  }

  [[nodiscard]] Finding judge(const Timeline& run) const override {
    for (const InstanceId id : ids_) {
      const trace::Process& process = run.record().processes[id];
      const std::string name = context_.finder.name_of(id);
      if (!process.started) {
        return {VerdictKind::Broken,
                fmt::format("vacuous: {} was not started in {}", name, run_name(run.record())),
                {}};
      }
      const std::optional<Parent> parent = parent_of(run, id);
      if (!parent) {
        return {VerdictKind::Inconclusive,
                fmt::format("{} and its parent ended too close together in {} to tell", name,
                            run_name(run.record())),
                {}};
      }
      if (!matches(*parent)) {
        return {VerdictKind::Broken,
                fmt::format("the parent of {} was {} in {}, not {}", name, name_of(*parent),
                            run_name(run.record()), wanted_),
                {}};
      }
    }
    return {};
  }

  // The process itself, or whom no file names: the warden, main's parent.
  struct Parent {
    InstanceId process = plan::kNone;
    bool adopted = false;  // it is the reaper, not who has started the process
  };

  [[nodiscard]] std::string name_of(const Parent& parent) const {
    if (parent.process != plan::kNone) {
      return context_.finder.name_of(parent.process);
    }
    return parent.adopted ? "reaper" : "zygote";
  }

  [[nodiscard]] bool matches(const Parent& parent) const {
    const bool is_named = parent.process != plan::kNone && wanted_ids_.contains(parent.process);
    return is_named || (parent.adopted && wanted_ == "reaper") || name_of(parent) == wanted_;
  }

  // Who it was when the process ended, or, of a survivor, when the run was over.
  [[nodiscard]] std::optional<Parent> parent_of(const Timeline& run, InstanceId id) const {
    const trace::Process& process = run.record().processes[id];
    const plan::Instance& instance = context_.plan.instance(id);
    if (process.parent_gone) {
      return Parent{.adopted = true};
    }
    if (instance.method == scenario::StartMethod::Daemonize) {
      return parent_of_daemon(run, id);
    }
    const InstanceId first = instance.method == scenario::StartMethod::Forkserver
                                 ? context_.plan.header().forkserver
                                 : instance.starter;
    if (first == plan::kNone) {
      return Parent{};
    }
    const causes::EventId own = run.net().end(id);
    const causes::EventId firsts = run.net().end(first);
    const bool was_reaped_by_first =
        process.reaper == trace::Process::Reaper::Starter || process.reaped_by == first;
    if (!run.happened(firsts) || was_reaped_by_first) {
      return Parent{first};
    }
    if (run.happened(run.net().orphaned(id))) {
      return adopter_of(run, id, first);
    }
    // Somebody else had it at last; whether it ended before its starter did is a matter of times.
    if (run.happened(own) && run.relation(own, firsts) == Relation::Before) {
      return Parent{first};
    }
    return std::nullopt;
  }

  // Whoever it began with has adopted it: the warden, or a subreaper that may have ended since.
  [[nodiscard]] static std::optional<Parent> parent_of_daemon(const Timeline& run, InstanceId id) {
    const auto& processes = run.record().processes;
    const auto found = std::ranges::find(processes, processes[id].ppid, &trace::Process::pid);
    if (!processes[id].began || found == processes.end()) {
      return Parent{.adopted = true};
    }
    const auto first = static_cast<InstanceId>(found - processes.begin());
    const causes::EventId firsts = run.net().end(first);
    if (!run.happened(firsts) || processes[id].reaper != trace::Process::Reaper::Warden) {
      return Parent{first, true};
    }
    const causes::EventId own = run.net().end(id);
    const Relation relation = run.happened(own) ? run.relation(own, firsts) : Relation::After;
    return relation == Relation::TooClose ? std::nullopt
           : relation == Relation::Before ? std::optional(Parent{first, true})
                                          : std::optional(Parent{.adopted = true});
  }

  // The nearest subreaper that lived when `parent` ended, and as long as the process; else the
  // warden. None if times do not tell.
  [[nodiscard]] std::optional<Parent> adopter_of(const Timeline& run, InstanceId id,
                                                 InstanceId parent) const {
    if (const std::optional<Parent> seen = seen_adopter(run, id)) {
      return seen;
    }
    for (InstanceId above = context_.plan.instance(parent).starter; above != plan::kNone;
         above = context_.plan.instance(above).starter) {
      const std::optional<bool> adopts = adopts_from(run, above, parent, id);
      if (!adopts) {
        return std::nullopt;
      }
      if (*adopts) {
        return Parent{above, true};
      }
    }
    return Parent{.adopted = true};
  }

  // As the process itself has noted it at its exit, or who has reaped it.
  [[nodiscard]] std::optional<Parent> seen_adopter(const Timeline& run, InstanceId id) const {
    const auto& processes = run.record().processes;
    const trace::Process& process = processes[id];
    if (process.reaper == trace::Process::Reaper::Other) {
      return Parent{process.reaped_by, true};
    }
    for (const trace::Event& event : process.events) {
      if (event.kind != trace::Line::Orphaned) {
        continue;
      }
      const auto found = std::ranges::find(processes, event.answer, &trace::Process::pid);
      if (found != processes.end()) {
        return Parent{static_cast<InstanceId>(found - processes.begin()), true};
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<bool> adopts_from(const Timeline& run, InstanceId above,
                                                InstanceId parent, InstanceId id) const {
    const causes::EventId death = run.net().end(parent);
    bool is_subreaper = false;
    for (const plan::StepId step : plan::steps_of(context_.plan, above)) {
      const causes::EventId effect = run.net().effect(step);
      if (context_.plan.step(step).verb != scenario::Verb::Subreaper || !run.happened(effect)) {
        continue;
      }
      const Relation relation = run.relation(effect, death);
      if (relation == Relation::TooClose) {
        return std::nullopt;
      }
      is_subreaper = is_subreaper || relation == Relation::Before;
    }
    if (!is_subreaper || !run.happened(run.net().end(above))) {
      return is_subreaper;
    }
    // It has ended itself: before the process, or after it.
    const causes::EventId end = run.net().end(above);
    const causes::EventId own = run.net().end(id);
    if (!run.happened(own) || run.relation(end, own) == Relation::Before) {
      return false;
    }
    return run.relation(end, own) == Relation::After ? std::optional(true) : std::nullopt;
  }

  [[nodiscard]] std::string praise() const override {
    return fmt::format("{}, in each of {}", wanted_, runs_text(runs()));
  }

  const Context& context_;
  const std::vector<InstanceId> ids_;
  const std::string wanted_;
  const std::set<InstanceId> wanted_ids_;
};

// Exactly these live when all else has ended.
class SurvivorCheck final : public EachRunCheck {
 public:
  SurvivorCheck(const Context& context, scenario::Position at)
      : EachRunCheck("survivors", text_of(context), at), context_(context) {}

 private:
  static std::string text_of(const Context& context) {
    std::vector<std::string> names;
    for (InstanceId id = 0; id < context.plan.instances().size(); ++id) {
      if (context.plan.instance(id).survivor) {
        names.push_back(context.finder.name_of(id));
      }
    }
    return base::enumerate_words(names);
  }

  [[nodiscard]] Finding judge(const Timeline& run) const override {
    for (InstanceId id = 0; id < run.record().processes.size(); ++id) {
      const trace::Process& process = run.record().processes[id];
      if (context_.plan.instance(id).survivor && !process.survived) {
        return {
            VerdictKind::Broken,
            fmt::format("{} {} in {}", context_.finder.name_of(id),
                        process.started ? "had ended" : "was not started", run_name(run.record())),
            {}};
      }
    }
    return {};
  }

  [[nodiscard]] std::string praise() const override {
    return fmt::format("alive when all else had ended, in each of {}", runs_text(runs()));
  }

  const Context& context_;
};

}  // namespace

void add_process_checks(const Context& context, Checks& checks) {
  std::set<InstanceId> mentioned;
  for (const scenario::ExitExpectation& exit : context.asked.expect.exit) {
    const auto ids = named(context, exit.process);
    mentioned.insert(ids.begin(), ids.end());
    if (ids.empty()) {
      continue;
    }
    std::vector<std::string> statuses;
    for (const scenario::Text& status : exit.statuses) {
      statuses.push_back(status.value);
    }
    checks.push_back(std::make_unique<ExitCheck>(
        context,
        fmt::format("{}: {}", pattern_text(context, ids), base::enumerate_words(statuses, "or")),
        exit.at, ids, statuses, true));
  }
  std::vector<InstanceId> others;
  for (InstanceId id = 0; id < context.plan.instances().size(); ++id) {
    if (!mentioned.contains(id)) {
      others.push_back(id);
    }
  }
  if (!others.empty()) {
    checks.push_back(std::make_unique<ExitCheck>(
        context, mentioned.empty() ? "every process: 0" : "every other process: 0",
        scenario::Position{}, others, std::vector<std::string>{"0"}, false));
  }
  for (const scenario::ParentExpectation& parent : context.asked.expect.parent) {
    const auto ids = named(context, parent.process);
    if (!ids.empty()) {
      checks.push_back(std::make_unique<ParentCheck>(context, parent, ids));
    }
  }
  if (!context.asked.expect.survivors.empty()) {
    checks.push_back(
        std::make_unique<SurvivorCheck>(context, context.asked.expect.survivors.front().second));
  }
}

}  // namespace procession::verify
