// SPDX-License-Identifier: MIT
// Instances and their names: display paths, and what a name in a step means.
#include "harness/base/text.h"
#include "harness/plan/planning.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace procession::plan {

namespace {

std::string own_name(const DraftInstance& instance) {
  return instance.index == kNone ? instance.process->name
                                 : fmt::format("{}[{}]", instance.process->name, instance.index);
}

// Templates that more than one process starts.
std::set<const scenario::Process*> started_by_several(const Draft& draft) {
  std::map<const scenario::Process*, InstanceId> starter_of;
  std::set<const scenario::Process*> several;
  for (const DraftInstance& instance : draft.instances) {
    const auto [known, is_new] = starter_of.try_emplace(instance.process, instance.starter);
    if (!is_new && known->second != instance.starter) {
      several.insert(instance.process);
    }
  }
  return several;
}

// The pattern with its indices as numbers; none after a diagnostic.
std::optional<scenario::ProcessPattern> with_numbers(Planned& planned,
                                                     scenario::ProcessPattern pattern,
                                                     const Surroundings& around,
                                                     scenario::Position at) {
  for (scenario::PathPart& part : pattern.parts) {
    if (!part.index) {
      continue;
    }
    const auto value = value_of(*part.index, around, planned.draft);
    if (!value) {
      planned.found.add(at, fmt::format("the index of `{}` means nothing here", part.name),
                        "a letter must be the `index` of a `repeat` round the step");
      return std::nullopt;
    }
    part.index = scenario::Index{scenario::Index::Kind::Number, 0, *value};
  }
  return pattern;
}

bool matches(const Planned& planned, InstanceId id, const scenario::ProcessPattern& pattern) {
  for (auto part = pattern.parts.rbegin(); part != pattern.parts.rend(); ++part) {
    if (id == kNone) {
      return false;
    }
    const DraftInstance& instance = planned.draft.instances[id];
    if (instance.process->name != part->name ||
        (part->index &&
         (instance.index == kNone || part->index->offset != static_cast<long>(instance.index)))) {
      return false;
    }
    id = instance.starter;
  }
  return true;
}

void report_unknown(Planned& planned, const scenario::ProcessPattern& pattern,
                    scenario::Position at) {
  const scenario::PathPart& last = pattern.parts.back();
  std::vector<std::string_view> names;
  for (const auto& [name, ids] : planned.by_template) {
    names.push_back(name);
  }
  const auto near = base::nearest_word(last.name, names);
  std::string name = last.name;
  if (last.index) {
    name += fmt::format("[{}]", last.index->offset);
  }
  std::string help;
  if (near && *near == last.name) {
    help = last.index ? "it has another `count`, or another process starts it"
                      : "another process starts it: check the path";
  } else if (near) {
    help = fmt::format("did you mean `{}`?", *near);
  }
  planned.found.add(at, fmt::format("no process is named `{}`", name), help);
}

}  // namespace

Range variables_of(PlanBuilder& builder, const scenario::Process& process) {
  const Range range{static_cast<std::uint32_t>(builder.variables.size()),
                    static_cast<std::uint32_t>(process.env.size())};
  for (const auto& [name, value] : process.env) {
    builder.variables.push_back(builder.text(fmt::format("{}={}", name.value, value.value) + '\0'));
  }
  return range;
}

Range cpus_of(PlanBuilder& builder, const DraftInstance& drafted) {
  const bool inherits = drafted.process->cpus.empty() && drafted.starter != kNone;
  return inherits ? builder.instances[drafted.starter].cpus
                  : builder.id_range(drafted.process->cpus);
}

// A path is the shortest that no other process shares: a template that only one process starts
// needs none. Paths below each other add up with the square of their depth.
void plan_instances(Planned& planned) {
  constexpr std::size_t kMostText = 64 << 20;
  const auto several = started_by_several(planned.draft);
  for (InstanceId id = 0; id < planned.draft.instances.size(); ++id) {
    const DraftInstance& drafted = planned.draft.instances[id];
    std::string path = own_name(drafted);
    if (several.contains(drafted.process)) {
      const TextRef above = planned.builder.instances[drafted.starter].path;
      path = fmt::format("{}/{}", planned.builder.text_of(above), path);
    }
    if (planned.builder.text_size() + path.size() > kMostText) {
      planned.found.add(drafted.process->at,
                        fmt::format("the paths of the processes, such as {}…, have more than {} "
                                    "MiB together",
                                    path.substr(0, 20), kMostText >> 20),
                        "fewer levels, fewer processes, or shorter names");
      return;
    }
    Instance instance;
    instance.method = drafted.process->start_method;
    instance.daemon = drafted.process->daemon;
    instance.path = planned.builder.text(path);
    instance.name = planned.builder.text(own_name(drafted));
    instance.template_name = planned.builder.text(drafted.process->name);
    instance.starter = drafted.starter;
    instance.index = drafted.index;
    instance.line = static_cast<std::uint32_t>(drafted.process->at.line);
    instance.output = drafted.process->output;
    if (drafted.process->program) {
      instance.kind = Instance::Kind::Program;
      instance.program = static_cast<std::uint32_t>(planned.builder.programs.size());
      planned.builder.programs.emplace_back();
    } else {
      instance.variables = variables_of(planned.builder, *drafted.process);
    }
    instance.cpus = cpus_of(planned.builder, drafted);
    if (instance.cpus.count != 0) {
      planned.builder.header.has_cpus = 1;
    }
    planned.builder.instances.push_back(instance);
    planned.by_template[drafted.process->name].push_back(id);
  }
}

std::vector<InstanceId> resolve(Planned& planned, const scenario::ProcessPattern& written,
                                const Surroundings& around, scenario::Position at) {
  if (written.parts.size() == 1 && written.parts.front().name == "self") {
    return {around.self};
  }
  const auto pattern = with_numbers(planned, written, around, at);
  if (!pattern) {
    return {};
  }
  std::vector<InstanceId> all;
  std::vector<InstanceId> own;
  std::set<InstanceId> starters;
  const auto named = planned.by_template.find(pattern->parts.back().name);
  if (named != planned.by_template.end()) {
    for (const InstanceId id : named->second) {
      if (matches(planned, id, *pattern)) {
        all.push_back(id);
        starters.insert(planned.draft.instances[id].starter);
        if (planned.draft.instances[id].starter == around.self) {
          own.push_back(id);
        }
      }
    }
  }
  if (!own.empty()) {
    return own;
  }
  if (all.empty()) {
    report_unknown(planned, *pattern, at);
    return {};
  }
  if (starters.size() > 1) {
    planned.found.add(
        at,
        fmt::format("`{}` could be any of {} processes", pattern->parts.back().name, all.size()),
        fmt::format("write the path of one, for example `{}`",
                    planned.builder.text_of(planned.builder.instances[all.front()].path)));
    return {};
  }
  return all;
}

InstanceId add_implicit_instance(Planned& planned, const Instance& instance,
                                 const std::vector<Step>& steps) {
  PlanBuilder& builder = planned.builder;
  const auto id = static_cast<InstanceId>(builder.instances.size());
  const auto first = static_cast<StepId>(builder.steps.size());
  const auto push = [&](Step step, const DraftStep* origin) {
    step.self = id;
    builder.steps.push_back(step);
    planned.origins.push_back(origin);
  };
  const bool is_fresh =
      instance.kind == Instance::Kind::Talker && scenario::loads_module(instance.method);
  for (StepId written = planned.module.first;
       is_fresh && written < planned.module.first + planned.module.count; ++written) {
    Step step = builder.steps[written];
    if (step.group_first != kNone) {
      step.group_first += first - planned.module.first;
    }
    push(step, planned.origins[written]);
  }
  for (Step step : steps) {
    step.implicit = true;
    step.line = instance.line;
    push(step, nullptr);
  }
  Step exit;
  exit.verb = scenario::Verb::Exit;
  exit.implicit = true;
  exit.line = instance.line;
  push(exit, nullptr);
  const auto count = static_cast<std::uint32_t>(builder.steps.size()) - first;
  for (StepId handle = first; handle < first + count; ++handle) {
    const Range of_module = builder.steps[handle].handler;
    if (of_module.count == 0) {
      continue;
    }
    builder.steps[handle].handler.first = static_cast<StepId>(builder.steps.size());
    for (StepId inner = of_module.first; inner < of_module.first + of_module.count; ++inner) {
      push(builder.steps[inner], planned.origins[inner]);
    }
  }
  builder.instances.push_back(instance);
  builder.instances.back().steps = {first, count};
  return id;
}

}  // namespace procession::plan
