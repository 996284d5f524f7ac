// SPDX-License-Identifier: MIT
// Lines: from drafted steps to the Plan's. A step on n processes becomes n consecutive steps.
#include "harness/base/shuffle.h"
#include "harness/base/text.h"
#include "harness/plan/planning.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace procession::plan {

namespace {

using scenario::Verb;

// Verbs whose operand is a process (or several).
bool acts_on_processes(Verb verb) {
  switch (verb) {
    case Verb::Start:
    case Verb::Join:
    case Verb::IsAlive:
    case Verb::Exitcode:
    case Verb::SetName:
    case Verb::SetDaemon:
    case Verb::Close:
    case Verb::Signal:
    case Verb::Terminate:
    case Verb::Kill:
    case Verb::Interrupt:
    case Verb::Suspend:
    case Verb::Resume:
    case Verb::Connect:
    case Verb::Load:
      return true;
    default:
      return false;
  }
}

class LinePlanner {
 public:
  explicit LinePlanner(Planned& planned) : planned_(planned), builder_(planned.builder) {
    number_raised_words();
  }

  void plan() {
    for (InstanceId id = 0; id < planned_.draft.instances.size(); ++id) {
      plan_line(id);
    }
  }

 private:
  void number_raised_words() {
    for (const DraftInstance& instance : planned_.draft.instances) {
      for (const DraftStep& step : instance.line) {
        number_raised_word(step);
        for (const DraftStep& inner : step.handler) {
          number_raised_word(inner);
        }
      }
    }
  }

  void number_raised_word(const DraftStep& step) {
    const std::string& word = step.asked->operand.value;
    if (step.asked->verb == Verb::Raise && !scenario::symbol_named(word) &&
        raised_
            .try_emplace(word,
                         scenario::kFirstRaised + static_cast<scenario::Symbol>(raised_.size()))
            .second) {
      builder_.raised.push_back(builder_.text(word));
    }
  }

  void plan_line(InstanceId id) {
    const auto first = static_cast<StepId>(builder_.steps.size());
    if (builder_.instances[id].kind == Instance::Kind::Program) {
      add_implicit(id, Verb::Ready);
      builder_.instances[id].steps = {first, 1};
      return;
    }
    std::size_t drafts = 0;
    for (const DraftStep& drafted : planned_.draft.instances[id].line) {
      if (needs_listener(id, first, drafted)) {
        add_listen_for(drafted);
      }
      add(drafted);
      if (id == 0 && ++drafts == planned_.draft.module_steps) {
        planned_.module = {first, static_cast<std::uint32_t>(builder_.steps.size()) - first};
      }
    }
    add_implicit(id, Verb::Exit);
    builder_.instances[id].steps = {first,
                                    static_cast<std::uint32_t>(builder_.steps.size()) - first};
    for (StepId step = first; step < first + builder_.instances[id].steps.count; ++step) {
      if (planned_.origins[step] != nullptr && !planned_.origins[step]->handler.empty()) {
        plan_handler(step);
      }
    }
  }

  // A handler's steps are a line of their own, behind the line that they may interrupt.
  void plan_handler(StepId handle) {
    const auto first = static_cast<StepId>(builder_.steps.size());
    for (const DraftStep& drafted : planned_.origins[handle]->handler) {
      const bool has_steps = drafted.asked->verb == Verb::Handle &&
                             drafted.asked->action == scenario::SignalAction::Steps;
      if (has_steps || drafted.asked->verb == Verb::Serve || drafted.asked->verb == Verb::Load) {
        planned_.found.add(drafted.asked->at,
                           fmt::format("`{}` cannot stand in the steps of a handler",
                                       to_string(drafted.asked->verb)));
      }
      add(drafted);
    }
    builder_.steps[handle].handler = {first,
                                      static_cast<std::uint32_t>(builder_.steps.size()) - first};
  }

  // `serve` without `on` serves the listener that its process has made just before; else its own.
  [[nodiscard]] bool needs_listener(InstanceId, StepId first, const DraftStep& drafted) const {
    if (drafted.asked->verb != Verb::Serve || !drafted.asked->on.value.empty()) {
      return false;
    }
    for (StepId step = first; step < builder_.steps.size(); ++step) {
      if (builder_.steps[step].verb == Verb::Listen) {
        return false;
      }
    }
    return true;
  }

  void add_listen_for(const DraftStep& serve) {
    Step listen = common(serve);
    listen.verb = Verb::Listen;
    listen.implicit = true;
    listen.has_fails = false;
    listen.may_succeed = true;
    listen.fails = {};
    listen.label = {};
    listen.backlog = static_cast<std::uint32_t>(serve.asked->backlog);
    listen.name = builder_.instances[serve.around.self].path;
    push(listen, nullptr);
  }

  void add_implicit(InstanceId id, Verb verb) {
    Step step;
    step.verb = verb;
    step.self = id;
    step.implicit = true;
    step.line = builder_.instances[id].line;
    push(step, nullptr);
  }

  void add(const DraftStep& drafted) {
    if (too_many_) {
      return;
    }
    Step step = common(drafted);
    fill_options(step, *drafted.asked);
    if (!acts_on_processes(drafted.asked->verb)) {
      push(step, &drafted);
      return;
    }
    const std::vector<InstanceId> targets = targets_of(drafted);
    const auto first = static_cast<StepId>(builder_.steps.size());
    if (first + targets.size() > kMostSteps) {
      too_many_ = true;
      planned_.found.add(drafted.asked->at, fmt::format("more than {} steps", kMostSteps));
      return;
    }
    for (const InstanceId target : targets) {
      step.target = target;
      step.group_size = static_cast<std::uint32_t>(targets.size());
      step.group_first = targets.size() > 1 ? first : kNone;
      if (step.verb == Verb::Start) {
        step.method = builder_.instances[target].method;
      }
      push(step, &drafted);
    }
  }

  std::vector<InstanceId> targets_of(const DraftStep& drafted) {
    std::vector<InstanceId> targets = drafted.targets;
    if (drafted.asked->verb != Verb::Start) {
      for (const auto& [pattern, at] : drafted.asked->processes) {
        if (is_cut(pattern, drafted.around, planned_.draft)) {
          continue;
        }
        const auto named = resolve(planned_, pattern, drafted.around, at);
        targets.insert(targets.end(), named.begin(), named.end());
      }
    }
    const Verb verb = drafted.asked->verb;
    if ((verb == Verb::Connect || verb == Verb::Load) && targets.size() > 1) {
      planned_.found.add(drafted.asked->at, fmt::format("`{}` names one server", to_string(verb)),
                         "give the server's index");
    }
    switch (drafted.asked->order) {
      case scenario::SendOrder::InOrder:
        break;
      case scenario::SendOrder::Reverse:
        std::ranges::reverse(targets);
        break;
      case scenario::SendOrder::Random:
        base::shuffle(targets, seed_of(drafted));
    }
    return targets;
  }

  // Every step of the file its own order, even with one seed for all. The constant spreads
  // neighbouring seeds.
  [[nodiscard]] std::uint32_t seed_of(const DraftStep& drafted) const {
    return static_cast<std::uint32_t>(drafted.asked->at.line) + planned_.seed * 0x9E37'79B9u;
  }

  Step common(const DraftStep& drafted) {
    const scenario::Step& asked = *drafted.asked;
    Step step;
    step.verb = asked.verb;
    step.self = drafted.around.self;
    step.line = static_cast<std::uint32_t>(asked.at.line);
    step.column = static_cast<std::uint32_t>(asked.at.column);
    step.label = builder_.text(asked.label);
    step.may_succeed = asked.fails.may_succeed;
    step.has_fails = !asked.fails.symbols.empty();
    step.fails = fails_of(asked);
    return step;
  }

  Range fails_of(const scenario::Step& asked) {
    const auto first = static_cast<std::uint32_t>(builder_.symbols.size());
    for (const scenario::Text& word : asked.fails.symbols) {
      if (const auto symbol = symbol_of(word)) {
        builder_.symbols.push_back(*symbol);
      }
    }
    return {first, static_cast<std::uint32_t>(builder_.symbols.size()) - first};
  }

  std::optional<scenario::Symbol> symbol_of(const scenario::Text& word) {
    if (const auto known = scenario::symbol_named(word.value)) {
      return known;
    }
    if (const auto raised = raised_.find(word.value); raised != raised_.end()) {
      return raised->second;
    }
    const auto near = base::nearest_word(word.value, scenario::symbol_names());
    planned_.found.add(word.at, fmt::format("unknown error symbol `{}`", word.value),
                       near ? fmt::format("did you mean `{}`?", *near)
                            : "an errno name, an error of the model, or a word given to `raise`");
    return std::nullopt;
  }

  void fill_options(Step& step, const scenario::Step& asked) {
    step.number = asked.number;
    step.signal = asked.signal;
    step.group_signal = asked.group;
    step.action = asked.action;
    if (asked.verb == Verb::Handle && asked.signal == SIGCHLD &&
        asked.action == scenario::SignalAction::Ignore) {
      builder_.header.loses_ends = 1;
    }
    step.write_end = asked.write_end;
    step.service = asked.service;
    step.served_by = asked.handler;
    step.method = asked.start_method;
    step.backlog = static_cast<std::uint32_t>(asked.backlog);
    step.duration_ns = asked.duration ? asked.duration->count() : -1;
    step.timeout_ns = asked.timeout ? asked.timeout->count() : -1;
    step.flag = asked.to.value == "true";
    step.name = builder_.text(operand_name(asked));
    if (asked.verb == Verb::Mark && asked.label.empty()) {
      step.label = step.name;
    }
    if (asked.verb == Verb::Raise) {
      step.raised = symbol_of(asked.operand).value_or(0);
    }
    switch (asked.verb) {
      case Verb::Terminate:
        step.signal = *scenario::signal_named("SIGTERM");
        break;
      case Verb::Kill:
        step.signal = *scenario::signal_named("SIGKILL");
        break;
      case Verb::Interrupt:
        step.signal = *scenario::signal_named("SIGINT");
        break;
      case Verb::Suspend:
        step.signal = *scenario::signal_named("SIGSTOP");
        break;
      case Verb::Resume:
        step.signal = *scenario::signal_named("SIGCONT");
        break;
      default:
        break;
    }
  }

  // The operand as an order may name it; texts and numbers have no such name.
  static std::string operand_name(const scenario::Step& asked) {
    switch (asked.verb) {
      case Verb::Mark:
      case Verb::Barrier:
      case Verb::Pipe:
      case Verb::Receive:
      case Verb::CloseEnd:
      case Verb::Listen:
      case Verb::Disconnect:
      case Verb::Raise:
        return asked.operand.value;
      case Verb::Send:
        return asked.to.value;
      case Verb::Serve:
        return asked.on.value;
      case Verb::EndBy:
      case Verb::Handle:
      case Verb::Block:
      case Verb::Unblock:
      case Verb::ParentDeathSignal:
        return scenario::signal_name(asked.signal);
      case Verb::Await:
        return asked.event ? awaited_name(*asked.event) : "";
      default:
        return "";
    }
  }

  // `await: main.mark(go)` is await(go); `await: child.end` is await(child).
  static std::string awaited_name(const scenario::EventPattern& event) {
    if (!event.operand.empty()) {
      return event.operand;
    }
    const bool of_process = event.what == "begin" || event.what == "end" || event.what == "ready";
    return of_process ? event.process.parts.back().name : event.what;
  }

  void push(const Step& step, const DraftStep* origin) {
    builder_.steps.push_back(step);
    planned_.origins.push_back(origin);
  }

  Planned& planned_;
  PlanBuilder& builder_;
  std::map<std::string, scenario::Symbol> raised_;
  bool too_many_ = false;
};

}  // namespace

void plan_lines(Planned& planned) { LinePlanner(planned).plan(); }

}  // namespace procession::plan
