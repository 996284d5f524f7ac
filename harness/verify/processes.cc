// SPDX-License-Identifier: MIT
// Processes: `exit`, `parent` and `survivors`.
#include "harness/base/text.h"
#include "harness/verify/check.h"

#include <fmt/format.h>

#include <algorithm>
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
    return {VerdictKind::Broken,
            fmt::format("{} ended with {} in {}, not with {}", name, status, run_name(run.record()),
                        base::enumerate_words(statuses_, "or")),
            why(process)};
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
        return {fmt::format("{} failed: {}", name, context_.finder.symbol_name(event.error))};
      }
      if (event.error == 0 && step.has_fails && !step.may_succeed) {
        return {fmt::format("{} should have failed, but succeeded", name)};
      }
    }
    return {};
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
      const std::optional<std::string> parent = parent_of(run, id);
      if (!parent) {
        return {VerdictKind::Inconclusive,
                fmt::format("{} and its parent ended too close together in {} to tell", name,
                            run_name(run.record())),
                {}};
      }
      if (!matches(id, *parent)) {
        return {VerdictKind::Broken,
                fmt::format("the parent of {} was {} in {}, not {}", name, *parent,
                            run_name(run.record()), wanted_),
                {}};
      }
    }
    return {};
  }

  [[nodiscard]] bool matches(InstanceId id, const std::string& parent) const {
    if (parent == wanted_) {
      return true;
    }
    const InstanceId starter = context_.plan.instance(id).starter;
    return starter != plan::kNone && parent == context_.finder.name_of(starter) &&
           wanted_ids_.contains(starter);
  }

  // Who it was when the process ended, or, of a survivor, when the run was over.
  [[nodiscard]] std::optional<std::string> parent_of(const Timeline& run, InstanceId id) const {
    const trace::Process& process = run.record().processes[id];
    const plan::Instance& instance = context_.plan.instance(id);
    if (process.parent_gone) {
      return "reaper";
    }
    const std::string starter = instance.method == scenario::StartMethod::Forkserver ? "forkserver"
                                : instance.starter == plan::kNone
                                    ? "zygote"
                                    : context_.finder.name_of(instance.starter);
    if (process.reaper != trace::Process::Reaper::Warden) {
      return starter;
    }
    // The reaper had it at last; whether it ended before its starter did is a matter of times.
    const InstanceId parent = instance.method == scenario::StartMethod::Forkserver
                                  ? context_.plan.header().forkserver
                                  : instance.starter;
    const causes::EventId own = run.net().end(id);
    const causes::EventId parents = run.net().end(parent);
    if (!run.happened(own) || !run.happened(parents)) {
      return run.happened(parents) ? "reaper" : starter;
    }
    if (run.when(parents).hi < run.when(own).lo) {
      return "reaper";
    }
    return run.when(own).hi < run.when(parents).lo ? std::optional(starter) : std::nullopt;
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
