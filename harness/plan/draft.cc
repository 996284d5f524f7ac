// SPDX-License-Identifier: MIT
#include "harness/plan/draft.h"

#include "harness/base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

namespace procession::plan {

namespace {

using scenario::Position;
using scenario::Verb;

class Drafter {
 public:
  Drafter(const scenario::Scenario& asked, scenario::Diagnostics& found)
      : asked_(asked), found_(found) {}

  Draft draft() {
    const scenario::Process* main = process_named("main");
    if (main == nullptr) {
      return {};
    }
    reached_.insert("main");
    draft_.instances.push_back({main, kNone, kNone, {}});
    for (InstanceId id = 0; id < draft_.instances.size() && !too_many_; ++id) {
      unroll_instance(id);
    }
    report_unreached();
    return std::move(draft_);
  }

 private:
  [[nodiscard]] const scenario::Process* process_named(std::string_view name) const {
    const auto at = std::ranges::find(asked_.processes, name, &scenario::Process::name);
    return at == asked_.processes.end() ? nullptr : &*at;
  }

  void unroll_instance(InstanceId id) {
    const DraftInstance& instance = draft_.instances[id];
    const scenario::Process& process = *instance.process;
    Surroundings around{id, {}, nullptr};
    if (!process.args.empty()) {
      around.arg = &process.args[instance.index == kNone ? 0 : instance.index];
    }
    std::vector<DraftStep> line;
    if (id == 0 || loads_module(process.start_method)) {
      unroll(asked_.module, around, line);
      draft_.module_steps = line.size();  // the same for every image
    }
    unroll(process.steps, around, line);
    leave_out_cut(line);
    draft_.instances[id].line = std::move(line);
  }

  // Steps that name nothing but what is beyond the end of `depth`.
  void leave_out_cut(std::vector<DraftStep>& line) const {
    std::erase_if(line, [&](const DraftStep& step) { return names_only_cut(step); });
    for (DraftStep& step : line) {
      leave_out_cut(step.handler);
    }
  }

  [[nodiscard]] bool names_only_cut(const DraftStep& step) const {
    if (draft_.instances[step.around.self].cut.empty()) {
      return false;
    }
    if (step.asked->event) {
      return is_cut(step.asked->event->process, step.around, draft_);
    }
    return !step.asked->processes.empty() &&
           std::ranges::all_of(step.asked->processes, [&](const auto& named) {
             return is_cut(named.first, step.around, draft_);
           });
  }

  void unroll(const std::vector<scenario::Step>& steps, const Surroundings& around,
              std::vector<DraftStep>& line) {
    for (const scenario::Step& step : steps) {
      if (too_many_) {
        return;
      }
      switch (step.verb) {
        case Verb::Repeat:
          repeat(step, around, line);
          break;
        case Verb::Run:
          run(step, around, line);
          break;
        default:
          add(step, around, line);
      }
    }
  }

  void repeat(const scenario::Step& step, const Surroundings& around,
              std::vector<DraftStep>& line) {
    Surroundings inside = around;
    if (!step.index.empty()) {
      inside.letters.emplace_back(step.index.front(), 0);
    }
    for (std::int64_t i = 0; i < step.number && !too_many_; ++i) {
      if (!step.index.empty()) {
        inside.letters.back().second = i;
      }
      const std::size_t before = line.size();
      unroll(step.steps, inside, line);
      if (line.size() == before) {
        return;  // loops of nothing may be long, one in the other
      }
    }
  }

  // `run: P` plays P's steps in the caller; only ${arg} is P's.
  void run(const scenario::Step& step, const Surroundings& around, std::vector<DraftStep>& line) {
    for (const auto& [pattern, at] : step.processes) {
      const scenario::Process* process = template_of(pattern, at);
      if (process == nullptr) {
        continue;
      }
      if (process->program) {
        found_.add(at, fmt::format("`{}` is a program: it has no steps to run here", process->name),
                   fmt::format("write `start: {}`", process->name));
        continue;
      }
      if (std::ranges::count(running_, process) != 0) {
        found_.add(at, fmt::format("`{}` runs itself without end", process->name));
        continue;
      }
      reached_.insert(process->name);
      const auto indices = indices_of(*process, pattern.parts.back(), around, at);
      for (const std::uint32_t index : indices) {
        Surroundings inside = around;
        inside.arg = process->args.empty() ? nullptr : &process->args[index == kNone ? 0 : index];
        running_.push_back(process);
        unroll(process->steps, inside, line);
        running_.pop_back();
      }
    }
  }

  void add(const scenario::Step& step, const Surroundings& around, std::vector<DraftStep>& line) {
    if (++steps_ > kMostSteps) {
      give_up(step.at, fmt::format("more than {} steps", kMostSteps));
      return;
    }
    DraftStep drafted{&step, around, {}, {}};
    if (step.verb == Verb::Start) {
      for (const auto& [pattern, at] : step.processes) {
        start(pattern, at, around, drafted.targets);
      }
      steps_ += drafted.targets.empty() ? 0 : drafted.targets.size() - 1;  // one for each
    }
    if (step.verb == Verb::Handle) {
      unroll(step.steps, around, drafted.handler);
    }
    line.push_back(std::move(drafted));
  }

  void start(const scenario::ProcessPattern& pattern, Position at, const Surroundings& around,
             std::vector<InstanceId>& targets) {
    const scenario::Process* process = template_of(pattern, at);
    if (process == nullptr) {
      return;
    }
    if (!ends_somewhere(*process, around.self)) {
      found_.add(at, fmt::format("`{}` would start itself without end", process->name),
                 fmt::format("give it an end: `depth: 3` in `{}`", process->name));
      return;
    }
    if (process->depth != 0 && levels_above(*process, around.self) == process->depth) {
      cut(*process, around.self);
      return;
    }
    reached_.insert(process->name);
    for (const std::uint32_t index : indices_of(*process, pattern.parts.back(), around, at)) {
      const auto [known, is_new] =
          known_.try_emplace(std::tuple(around.self, process, index),
                             static_cast<InstanceId>(draft_.instances.size()));
      if (is_new) {
        if (draft_.instances.size() == kMostInstances) {
          give_up(at, fmt::format("more than {} processes", kMostInstances));
          return;
        }
        draft_.instances.push_back({process, around.self, index, {}});
      }
      targets.push_back(known->second);
    }
  }

  // How often the process stands among these: `id` and all above it.
  [[nodiscard]] std::uint32_t levels_above(const scenario::Process& process, InstanceId id) const {
    std::uint32_t levels = 0;
    for (; id != kNone; id = draft_.instances[id].starter) {
      levels += draft_.instances[id].process == &process ? 1 : 0;
    }
    return levels;
  }

  // Whether starting it from `id` comes to an end: it does not stand above, or what leads back to
  // it has a `depth`.
  [[nodiscard]] bool ends_somewhere(const scenario::Process& process, InstanceId id) const {
    bool has_depth = process.depth != 0;
    for (; id != kNone && !has_depth; id = draft_.instances[id].starter) {
      if (draft_.instances[id].process == &process) {
        return false;
      }
      has_depth = draft_.instances[id].process->depth != 0;
    }
    return true;
  }

  void cut(const scenario::Process& process, InstanceId id) {
    auto& cut = draft_.instances[id].cut;
    if (std::ranges::count(cut, &process) == 0) {
      cut.push_back(&process);
    }
  }

  // What `start` and `run` name: one process of the file, never a path.
  const scenario::Process* template_of(const scenario::ProcessPattern& pattern, Position at) {
    const std::string& name = pattern.parts.back().name;
    const scenario::Process* process = process_named(name);
    if (process != nullptr && pattern.parts.size() == 1) {
      return process;
    }
    if (process != nullptr) {
      found_.add(at, "a process starts its own children only: a path cannot stand here",
                 fmt::format("write `{}`", name));
      return nullptr;
    }
    std::vector<std::string_view> names;
    for (const scenario::Process& other : asked_.processes) {
      names.push_back(other.name);
    }
    const auto near = base::nearest_word(name, names);
    found_.add(at, fmt::format("no process is named `{}`", name),
               near ? fmt::format("did you mean `{}`?", *near) : "");
    return nullptr;
  }

  // Which instances `worker` or `worker[i]` means: {kNone} for a process without `count`.
  std::vector<std::uint32_t> indices_of(const scenario::Process& process,
                                        const scenario::PathPart& part, const Surroundings& around,
                                        Position at) {
    if (!process.count) {
      if (part.index) {
        found_.add(at, fmt::format("`{}` has no index: it has no `count`", process.name),
                   fmt::format("write `{}`", process.name));
        return {};
      }
      return {kNone};
    }
    if (!part.index) {
      std::vector<std::uint32_t> all(*process.count);
      for (std::uint32_t i = 0; i < all.size(); ++i) {
        all[i] = i;
      }
      return all;
    }
    const auto value = value_of(*part.index, around, draft_);
    if (!value) {
      found_.add(at, fmt::format("the index of `{}` means nothing here", process.name),
                 "a letter must be the `index` of a `repeat` round the step");
      return {};
    }
    if (*value < 0 || *value >= static_cast<long>(*process.count)) {
      found_.add(at, fmt::format("there is no `{}[{}]`", process.name, *value),
                 fmt::format("its `count` is {}", *process.count));
      return {};
    }
    return {static_cast<std::uint32_t>(*value)};
  }

  void give_up(Position at, std::string message) {
    found_.add(at, std::move(message));
    too_many_ = true;
  }

  void report_unreached() {
    for (const scenario::Process& process : asked_.processes) {
      if (!too_many_ && found_.empty() && !reached_.contains(process.name)) {
        found_.add(process.at, fmt::format("`{}` is never started", process.name),
                   fmt::format("add `start: {}` to the process that starts it", process.name));
      }
    }
  }

  const scenario::Scenario& asked_;
  scenario::Diagnostics& found_;
  Draft draft_;
  std::map<std::tuple<InstanceId, const scenario::Process*, std::uint32_t>, InstanceId> known_;
  std::set<std::string> reached_;
  std::vector<const scenario::Process*> running_;
  std::size_t steps_ = 0;
  bool too_many_ = false;
};

}  // namespace

Draft draft_of(const scenario::Scenario& scenario, scenario::Diagnostics& found) {
  return Drafter(scenario, found).draft();
}

bool is_cut(const scenario::ProcessPattern& pattern, const Surroundings& around,
            const Draft& draft) {
  const auto& cut = draft.instances[around.self].cut;
  return pattern.parts.size() == 1 &&
         std::ranges::count(cut, pattern.parts.front().name,
                            [](const scenario::Process* process) { return process->name; }) != 0;
}

std::optional<long> value_of(const scenario::Index& index, const Surroundings& around,
                             const Draft& draft) {
  switch (index.kind) {
    case scenario::Index::Kind::Number:
      return index.offset;
    case scenario::Index::Kind::Own: {
      const std::uint32_t own = draft.instances[around.self].index;
      return own == kNone ? std::nullopt : std::optional<long>(own + index.offset);
    }
    case scenario::Index::Kind::Letter:
      // The innermost loop with that letter.
      for (auto bound = around.letters.rbegin(); bound != around.letters.rend(); ++bound) {
        if (bound->first == index.letter) {
          return bound->second + index.offset;
        }
      }
  }
  return std::nullopt;
}

}  // namespace procession::plan
