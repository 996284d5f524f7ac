// SPDX-License-Identifier: MIT
#include "harness/plan/events.h"

#include "harness/base/text.h"
#include "harness/scenario/figure_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <optional>
#include <set>
#include <span>

namespace procession::plan {

namespace {

using scenario::EventPattern;
using scenario::Index;
using scenario::PathPart;
using scenario::ProcessPattern;
using scenario::Verb;

// Adds a letter's value; false if it has another one already.
bool bind(std::vector<Letter>& letters, Letter letter) {
  for (const Letter& bound : letters) {
    if (bound.name == letter.name) {
      return bound.value == letter.value;
    }
  }
  letters.push_back(letter);
  std::ranges::sort(letters);
  return true;
}

bool bind_all(std::vector<Letter>& letters, const std::vector<Letter>& more) {
  return std::ranges::all_of(more, [&](const Letter& letter) { return bind(letters, letter); });
}

// Does `[…]` admit this number? `own` numbers have been put in before a pattern comes here.
bool admits(const std::optional<Index>& index, std::uint32_t number, std::vector<Letter>& letters) {
  if (!index) {
    return true;
  }
  switch (index->kind) {
    case Index::Kind::Number:
      return index->offset == static_cast<long>(number);
    case Index::Kind::Letter:
      return bind(letters, {index->letter, static_cast<long>(number) - index->offset});
    case Index::Kind::Own:
      return false;
  }
  return false;
}

bool part_matches(const Plan& plan, const Instance& instance, const PathPart& part,
                  std::vector<Letter>& letters) {
  if (plan.text(instance.template_name) != part.name) {
    return false;
  }
  return instance.index == kNone ? !part.index : admits(part.index, instance.index, letters);
}

bool path_matches(const Plan& plan, InstanceId id, const ProcessPattern& pattern,
                  std::vector<Letter>& letters) {
  for (auto part = pattern.parts.rbegin(); part != pattern.parts.rend(); ++part) {
    if (id == kNone || !part_matches(plan, plan.instance(id), *part, letters)) {
      return false;
    }
    id = plan.instance(id).starter;
  }
  return true;
}

// One event as a line counts it: the parts of a step that a pattern takes together.
struct Occurrence {
  StepId first = kNone;
  StepId last = kNone;
  std::vector<Letter> letters;
};

bool is_first_of_group(const Step& step, StepId id) {
  return step.group_first == kNone || step.group_first == id;
}

using ProcessMatches = std::vector<EventFinder::ProcessMatch>;

// What the operand of a pattern takes of the group that begins at `first`; `operands` are the
// processes that it may mean, in the plan's order.
void take_parts(const Plan& plan, StepId first, const EventPattern& pattern,
                const ProcessMatches& operands, std::vector<Occurrence>& taken) {
  const Step& step = plan.step(first);
  const StepId last = first + step.group_size - 1;
  if (pattern.operand.empty()) {
    taken.push_back({first, last, {}});
    return;
  }
  if (step.target == kNone) {
    if (plan.text(step.name) == pattern.operand) {
      taken.push_back({first, last, {}});
    }
    return;
  }
  if (!pattern.process_operand) {
    return;
  }
  const bool each = pattern.process_operand->parts.back().index.has_value();
  std::optional<Occurrence> together;
  for (StepId id = first; id <= last; ++id) {
    const InstanceId target = plan.step(id).target;
    const auto operand =
        std::ranges::lower_bound(operands, target, {}, &EventFinder::ProcessMatch::instance);
    if (operand == operands.end() || operand->instance != target) {
      continue;
    }
    if (each) {
      taken.push_back({id, id, operand->letters});
    } else if (together && together->letters == operand->letters) {
      together->last = id;
    } else {
      if (together) {
        taken.push_back(*together);
      }
      together = Occurrence{id, id, operand->letters};
    }
  }
  if (together) {
    taken.push_back(*together);
  }
}

// Implicit steps have no name in the language.
bool is_named_group(const Step& step, StepId id) {
  return !step.implicit && is_first_of_group(step, id);
}

// The groups with the label `polled`.
std::vector<StepId> labelled(const Plan& plan, InstanceId instance, std::string_view label) {
  std::vector<StepId> groups = steps_of(plan, instance);
  std::erase_if(groups, [&](StepId id) {
    const Step& step = plan.step(id);
    return !is_named_group(step, id) || step.label.size == 0 || plan.text(step.label) != label;
  });
  return groups;
}

Event event_of(const Plan& plan, InstanceId instance, const Occurrence& occurrence,
               const EventPattern& pattern, bool by_label) {
  if (pattern.call) {
    return {Event::Kind::Call, instance, occurrence.first, 0};
  }
  // A mark's own name is its label: it means the same moment as the mark.
  const Verb verb = plan.step(occurrence.last).verb;
  if (publishes(verb) && (!by_label || verb == Verb::Mark)) {
    return {Event::Kind::Effect, instance, occurrence.last, 0};
  }
  return {by_label ? Event::Kind::Return : Event::Kind::Success, instance, occurrence.last, 0};
}

std::vector<Match> step_matches(const Plan& plan, const EventFinder::ProcessMatch& where,
                                std::span<const StepId> groups, const EventPattern& pattern,
                                const ProcessMatches& operands, bool by_label) {
  std::vector<Match> matches;
  std::vector<Occurrence> found;
  for (const StepId first : groups) {
    take_parts(plan, first, pattern, operands, found);
  }
  std::map<std::vector<Letter>, std::uint32_t> so_far;  // `join(worker[i])[0]`: the first of each i
  for (const Occurrence& occurrence : found) {
    const std::uint32_t k = so_far[occurrence.letters]++;
    std::vector<Letter> letters = where.letters;
    if (bind_all(letters, occurrence.letters) && admits(pattern.occurrence, k, letters)) {
      matches.push_back(
          {event_of(plan, where.instance, occurrence, pattern, by_label), std::move(letters)});
    }
  }
  return matches;
}

std::optional<scenario::Symbol> symbol_in(const Plan& plan, std::string_view name) {
  if (const auto known = scenario::symbol_named(name)) {
    return known;
  }
  const auto raised = plan.raised();
  for (std::size_t k = 0; k < raised.size(); ++k) {
    if (plan.text(raised[k]) == name) {
      return scenario::kFirstRaised + static_cast<scenario::Symbol>(k);
    }
  }
  return std::nullopt;
}

// In the plan; main's is the harness.
bool has_parent(const Plan& plan, InstanceId id) {
  const Instance& instance = plan.instance(id);
  return instance.starter != kNone && instance.kind != Instance::Kind::Forkserver &&
         instance.method != scenario::StartMethod::Daemonize;
}

std::optional<Event::Kind> kind_of_stop(std::string_view what) {
  if (what == "stopped") {
    return Event::Kind::Stopped;
  }
  return what == "continued" ? std::optional(Event::Kind::Continued) : std::nullopt;
}

// Whoever suspends it, or lets it go on.
std::vector<Match> stop_matches(const Plan& plan, const EventFinder::ProcessMatch& where,
                                const EventPattern& pattern, Event::Kind kind) {
  std::vector<Match> matches;
  std::uint32_t k = 0;
  for (StepId id = 0; pattern.operand.empty() && id < plan.steps().size(); ++id) {
    const Step& step = plan.step(id);
    if (step.target != where.instance || !makes(step, kind)) {
      continue;
    }
    std::vector<Letter> letters = where.letters;
    if (admits(pattern.occurrence, k++, letters)) {
      matches.push_back({{kind, where.instance, id, 0}, std::move(letters)});
    }
  }
  return matches;
}

std::vector<Match> matches_in(const EventFinder& finder, const Plan& plan,
                              const EventFinder::ProcessMatch& where, const EventPattern& pattern,
                              const ProcessMatches& operands) {
  const auto event = [&](Event::Kind kind, StepId step = kNone, scenario::Symbol symbol = 0) {
    return Match{Event{kind, where.instance, step, symbol}, where.letters};
  };
  const bool bare = pattern.operand.empty() && !pattern.call && !pattern.occurrence;
  if (bare && pattern.what == "begin") {
    return {event(Event::Kind::Begin)};
  }
  if (bare && pattern.what == "end") {
    return {event(Event::Kind::End)};
  }
  if (bare && pattern.what == "orphaned" && has_parent(plan, where.instance)) {
    return {event(Event::Kind::Orphaned)};
  }
  if (const auto kind = kind_of_stop(pattern.what); kind && !pattern.call) {
    return stop_matches(plan, where, pattern, *kind);
  }
  std::vector<Match> found;
  if (bare && pattern.what == "ready") {
    for (const StepId id : steps_of(plan, where.instance)) {
      if (plan.step(id).verb == Verb::Listen || plan.step(id).verb == Verb::Ready) {
        found.push_back(event(Event::Kind::Effect, id));
      }
    }
    return found;
  }
  if (pattern.what == "error") {
    if (const auto symbol = symbol_in(plan, pattern.operand)) {
      found.push_back(event(Event::Kind::Error, kNone, *symbol));
    }
    return found;
  }
  if (pattern.what == "phase") {
    const auto phase = std::ranges::find(scenario::kPhaseNames, pattern.operand);
    const auto number = static_cast<scenario::Symbol>(phase - scenario::kPhaseNames.begin());
    std::uint32_t k = 0;
    for (const StepId id : steps_of(plan, where.instance)) {
      std::vector<Letter> letters = where.letters;
      if (has_phase(plan, plan.step(id), static_cast<std::uint32_t>(number)) &&
          admits(pattern.occurrence, k++, letters)) {
        found.push_back({{Event::Kind::Phase, where.instance, id, number}, std::move(letters)});
      }
    }
    return found;
  }
  if (pattern.what == "got") {
    const auto signal = scenario::signal_named(pattern.operand);
    for (const StepId id : steps_of(plan, where.instance)) {
      if (signal && plan.step(id).verb == Verb::Handle && plan.step(id).signal == *signal &&
          plan.step(id).action == scenario::SignalAction::Steps) {
        found.push_back(event(Event::Kind::Got, id));
      }
    }
    return found;
  }
  if (const auto verb = scenario::verb_named(pattern.what)) {
    found =
        step_matches(plan, where, finder.groups(where.instance, *verb), pattern, operands, false);
  }
  return found.empty() && pattern.operand.empty()
             ? step_matches(plan, where, labelled(plan, where.instance, pattern.what), pattern,
                            operands, true)
             : found;
}

std::string process_text(const ProcessPattern& pattern) {
  std::string text;
  for (const PathPart& part : pattern.parts) {
    text += (text.empty() ? "" : "/") + part.name;
    if (part.index && part.index->kind == Index::Kind::Number) {
      text += fmt::format("[{}]", part.index->offset);
    } else if (part.index) {
      text += part.index->kind == Index::Kind::Own ? "[index]"
                                                   : fmt::format("[{}]", part.index->letter);
    }
  }
  return text;
}

base::Error unknown_process(const Plan& plan, const EventPattern& pattern) {
  std::vector<std::string_view> names;
  for (const Instance& instance : plan.instances()) {
    names.push_back(plan.text(instance.template_name));
  }
  const std::string& wanted = pattern.process.parts.back().name;
  const auto near = base::nearest_word(wanted, names);
  std::string hint;
  if (std::ranges::count(names, wanted) != 0) {
    hint = "; there is one of that name, but with another index or starter";
  } else if (near) {
    hint = fmt::format("; did you mean `{}`?", *near);
  }
  return {base::ErrorKind::BadInput, fmt::format("`{}`: no process is `{}`{}", pattern.text,
                                                 process_text(pattern.process), hint)};
}

// The signals for which it has a handler with steps.
std::string handled_by(const Plan& plan, InstanceId instance) {
  std::set<std::string> signals;
  for (const StepId id : steps_of(plan, instance)) {
    const Step& step = plan.step(id);
    if (step.verb == Verb::Handle && step.action == scenario::SignalAction::Steps) {
      signals.insert(scenario::signal_name(step.signal));
    }
  }
  const std::vector<std::string> names(signals.begin(), signals.end());
  return names.empty() ? "no signal" : "only " + base::enumerate_words(names);
}

base::Error unknown_event(const Plan& plan, const EventPattern& pattern, InstanceId instance) {
  const std::string process = process_text(pattern.process);
  if (const auto kind = kind_of_stop(pattern.what)) {
    return {
        base::ErrorKind::BadInput,
        fmt::format("`{}`: no step of the file makes this event; it comes with `{}: {}`",
                    pattern.text, *kind == Event::Kind::Stopped ? "suspend" : "resume", process)};
  }
  if (pattern.what == "got") {
    return {base::ErrorKind::BadInput,
            fmt::format("`{}`: {} handles {}", pattern.text, process, handled_by(plan, instance))};
  }
  if (pattern.what == "orphaned" && !has_parent(plan, instance)) {
    return {base::ErrorKind::BadInput,
            fmt::format("`{}`: {}'s parent outlives every run", pattern.text, process)};
  }
  std::vector<std::string> names = {"begin", "end"};
  if (plan.instance(instance).kind == Instance::Kind::Program) {
    names.emplace_back("ready");
  }
  for (const StepId id : steps_of(plan, instance)) {
    const Step& step = plan.step(id);
    if (!step.implicit) {
      names.emplace_back(to_string(step.verb));
      if (step.label.size != 0) {
        names.emplace_back(plan.text(step.label));
      }
    }
  }
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  const std::vector<std::string_view> views(names.begin(), names.end());
  const auto near = base::nearest_word(pattern.what, views);
  std::string hint = near && *near != pattern.what
                         ? fmt::format("did you mean `{}`?", *near)
                         : fmt::format("it has {}", base::enumerate_words(names));
  return {base::ErrorKind::BadInput,
          fmt::format("`{}`: no step of `{}` makes this event; {}", pattern.text, process, hint)};
}

// The operand as an event names it.
std::string operand_of(const Plan& plan, const Step& step, const EventFinder& finder) {
  if (step.target != kNone) {
    return "(" + finder.name_of(step.target) + ")";
  }
  return step.name.size == 0 ? "" : fmt::format("({})", plan.text(step.name));
}

}  // namespace

bool makes(const Step& step, Event::Kind kind) {
  if (kind == Event::Kind::Stopped) {
    return step.verb == Verb::Suspend;
  }
  return kind == Event::Kind::Continued && step.target != kNone && step.signal == SIGCONT;
}

std::vector<StepId> steps_of(const Plan& plan, InstanceId instance) {
  const Range line = plan.instance(instance).steps;
  std::vector<StepId> ids;
  ids.reserve(line.count);
  for (StepId id = line.first; id < line.first + line.count; ++id) {
    ids.push_back(id);
    const Range handler = plan.step(id).handler;
    for (StepId inner = handler.first; inner < handler.first + handler.count; ++inner) {
      ids.push_back(inner);
    }
  }
  return ids;
}

std::vector<EventFinder::ProcessMatch> EventFinder::processes(const ProcessPattern& pattern) const {
  if (by_name_.empty()) {
    for (InstanceId id = 0; id < plan_.instances().size(); ++id) {
      by_name_[plan_.text(plan_.instance(id).template_name)].push_back(id);
    }
  }
  std::vector<ProcessMatch> found;
  const auto named = by_name_.find(pattern.parts.back().name);
  if (named == by_name_.end()) {
    return found;
  }
  for (const InstanceId id : named->second) {
    std::vector<Letter> letters;
    if (path_matches(plan_, id, pattern, letters)) {
      found.push_back({id, std::move(letters)});
    }
  }
  return found;
}

const std::vector<StepId>& EventFinder::groups(InstanceId instance, Verb verb) const {
  const auto [known, is_new] = groups_.try_emplace(instance);
  if (is_new) {
    for (const StepId id : steps_of(plan_, instance)) {
      if (is_named_group(plan_.step(id), id)) {
        known->second[plan_.step(id).verb].push_back(id);
      }
    }
  }
  return known->second[verb];
}

base::Result<std::vector<Match>> EventFinder::find(const EventPattern& pattern) const {
  const auto where = processes(pattern.process);
  if (where.empty()) {
    return unknown_process(plan_, pattern);
  }
  return find_in(where, pattern);
}

base::Result<std::vector<Match>> EventFinder::find_in(const std::vector<ProcessMatch>& where,
                                                      const EventPattern& pattern) const {
  const auto operands =
      pattern.process_operand ? processes(*pattern.process_operand) : ProcessMatches();
  std::vector<Match> found;
  for (const ProcessMatch& process : where) {
    for (Match& match : matches_in(*this, plan_, process, pattern, operands)) {
      found.push_back(std::move(match));
    }
  }
  if (found.empty()) {
    return unknown_event(plan_, pattern, where.front().instance);
  }
  return found;
}

std::string EventFinder::name_of(InstanceId instance) const {
  return std::string(plan_.text(plan_.instance(instance).path));
}

std::string EventFinder::name_of_step(StepId id) const {
  const Step& step = plan_.step(id);
  std::string name(to_string(step.verb));
  if (step.verb == Verb::Mark) {
    return fmt::format("mark({})", plan_.text(step.name));
  }
  name += operand_of(plan_, step, *this);
  std::uint32_t same = 0;
  std::optional<std::uint32_t> occurrence;
  for (const StepId other : steps_of(plan_, step.self)) {
    const Step& beside = plan_.step(other);
    if (beside.verb != step.verb || beside.implicit != step.implicit ||
        beside.target != step.target || plan_.text(beside.name) != plan_.text(step.name)) {
      continue;
    }
    if (other == id) {
      occurrence = same;
    }
    ++same;
  }
  return same > 1 && occurrence ? fmt::format("{}[{}]", name, *occurrence) : name;
}

std::string EventFinder::name_of(const Event& event) const {
  const std::string process = name_of(event.instance);
  switch (event.kind) {
    case Event::Kind::Begin:
      return process + ".begin";
    case Event::Kind::End:
      return process + ".end";
    case Event::Kind::Call:
      return process + "." + name_of_step(event.step) + ".call";
    case Event::Kind::Effect:
      if (plan_.step(event.step).verb == Verb::Listen ||
          plan_.step(event.step).verb == Verb::Ready) {
        return process + ".ready";
      }
      return process + "." + name_of_step(event.step);
    case Event::Kind::Success:
      return process + "." + name_of_step(event.step);
    case Event::Kind::Return: {
      const Step& step = plan_.step(event.step);
      return process + "." +
             (step.label.size != 0 ? std::string(plan_.text(step.label))
                                   : name_of_step(event.step));
    }
    case Event::Kind::Error:
      return fmt::format("{}.error({})", process, symbol_name(event.symbol));
    case Event::Kind::Got:
      return fmt::format("{}.got({})", process,
                         scenario::signal_name(plan_.step(event.step).signal));
    case Event::Kind::Stopped:
      return process + ".stopped" + stop_index(event);
    case Event::Kind::Continued:
      return process + ".continued" + stop_index(event);
    case Event::Kind::Orphaned:
      return process + ".orphaned";
    case Event::Kind::Phase:
      return fmt::format("{}.phase({})", process,
                         scenario::kPhaseNames[static_cast<std::size_t>(event.symbol)]);
  }
  return process;
}

// Where there are several.
std::string EventFinder::stop_index(const Event& event) const {
  std::uint32_t same = 0;
  std::uint32_t index = 0;
  for (StepId id = 0; id < plan_.steps().size(); ++id) {
    if (plan_.step(id).target == event.instance && makes(plan_.step(id), event.kind)) {
      index = id == event.step ? same : index;
      ++same;
    }
  }
  return same > 1 ? fmt::format("[{}]", index) : "";
}

std::string EventFinder::symbol_name(scenario::Symbol symbol) const {
  const auto word = static_cast<std::size_t>(symbol - scenario::kFirstRaised);
  return symbol >= scenario::kFirstRaised && word < plan_.raised().size()
             ? std::string(plan_.text(plan_.raised()[word]))
             : scenario::symbol_name(symbol);
}

std::uint32_t EventFinder::line_of(const Event& event) const {
  if (event.step != kNone) {
    return plan_.step(event.step).line;
  }
  return plan_.instance(event.instance).line;
}

}  // namespace procession::plan
