// SPDX-License-Identifier: MIT
#include "harness/verify/story.h"

#include "harness/base/text.h"
#include "harness/causes/guarantee.h"
#include "harness/verify/wording.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace procession::verify {

namespace {

using causes::EventId;
using plan::InstanceId;

constexpr std::size_t kLongestChain = 12;  // names

// The step in which a process was when the run was stopped.
const trace::Event* open_step(const trace::Process& process) {
  const auto& events = process.events;
  const auto open = std::find_if(events.rbegin(), events.rend(), [](const trace::Event& event) {
    return event.kind == trace::Line::Step && !event.returned;
  });
  return open == events.rend() ? nullptr : &*open;
}

std::string text_of(const plan::Plan& plan, plan::Range pieces) {
  std::string text;
  for (const plan::Piece& piece : plan.pieces(pieces)) {
    text += piece.kind == plan::Piece::Kind::Literal ? plan.text(piece.literal) : "…";
  }
  return text.c_str();  // without its end
}

// What was waited for in vain.
std::string not_ready(const plan::Plan& plan, InstanceId id) {
  const plan::Program& program = plan.program_of(id);
  switch (program.ready) {
    case plan::Program::Ready::AtOnce:
      break;
    case plan::Program::Ready::Port:
      return "nobody listened at its port";
    case plan::Program::Ready::Line:
      return fmt::format("it printed no line with `{}`", text_of(plan, program.ready_text));
    case plan::Program::Ready::File:
      return fmt::format("there was no file `{}`", text_of(plan, program.ready_text));
    case plan::Program::Ready::Descriptor:
      return fmt::format("it wrote no line to descriptor {}", program.ready_fd);
  }
  return "";
}

// The step that failed so that its process ended; none if the line was played to its end.
const trace::Event* fatal_step(const plan::Plan& plan, const trace::Process& process) {
  const trace::Event* last = nullptr;
  for (const trace::Event& event : process.events) {
    const bool is_step = event.kind == trace::Line::Step && !plan.step(event.step).implicit;
    last = is_step ? &event : last;
  }
  if (last == nullptr || last->error == 0) {
    return nullptr;
  }
  const auto expected = plan.symbols(plan.step(last->step).fails);
  return std::ranges::count(expected, last->error) == 0 ? last : nullptr;
}

// Of a long chain its two ends.
std::vector<std::string> shortened(std::vector<std::string> names) {
  if (names.size() > kLongestChain) {
    const auto middle = names.begin() + static_cast<std::ptrdiff_t>(kLongestChain / 2);
    const auto rest = names.end() - static_cast<std::ptrdiff_t>(kLongestChain / 2);
    const auto left_out = static_cast<std::size_t>(rest - middle);
    names.erase(middle, rest);
    names.insert(names.begin() + static_cast<std::ptrdiff_t>(kLongestChain / 2),
                 fmt::format("{} more", left_out));
  }
  return names;
}

bool has_begun_a_phase(const trace::Process& process, std::uint32_t load) {
  return std::ranges::any_of(process.events, [&](const trace::Event& event) {
    return event.kind == trace::Line::Phase && event.step == load;
  });
}

// Of a load that has not begun: that it makes its connections, or waits at the start line, and for
// whom.
std::string at_start_line(const plan::Plan& plan, const plan::EventFinder& finder,
                          const Timeline& run, InstanceId id, const trace::Event& open) {
  const plan::Step& step = plan.step(open.step);
  if (step.verb != scenario::Verb::Load || step.gate == plan::kNone ||
      has_begun_a_phase(run.record().processes[id], open.step)) {
    return "";
  }
  std::vector<std::string> missing;
  for (const plan::Feed& feed : plan.feeds(plan.gates()[step.gate].feeds)) {
    const bool is_there =
        std::ranges::any_of(run.record().processes[feed.by].events, [&](const trace::Event& event) {
          return event.kind == trace::Line::Step && plan.step(event.step).gate == step.gate &&
                 plan.step(event.step).verb == scenario::Verb::Load;
        });
    if (!is_there) {
      missing.push_back(finder.name_of(feed.by));
    }
  }
  return missing.empty() ? " before its start line"
                         : fmt::format(", at its start line, without {}",
                                       base::enumerate_words(shortened(missing)));
}

std::string doing(const plan::Plan& plan, const plan::EventFinder& finder, const Timeline& run,
                  InstanceId id, const trace::Event* open) {
  const std::string name = finder.name_of(id);
  if (plan.instance(id).kind == plan::Instance::Kind::Program) {
    return name + (open == nullptr ? " was running" : " was not ready: " + not_ready(plan, id));
  }
  if (open == nullptr) {
    return run.record().processes[id].began ? name + " was between two steps"
                                            : name + " had not begun";
  }
  const base::Duration since = run.record().ended.value_or(open->call) - open->call;
  const plan::Step& step = plan.step(open->step);
  const trace::Event* const fatal = fatal_step(plan, run.record().processes[id]);
  if (step.verb == scenario::Verb::Exit && step.implicit && fatal != nullptr) {
    return fmt::format("{} failed in {} on line {} ({}) and waited for its children, for {}", name,
                       finder.name_of_step(fatal->step), plan.step(fatal->step).line,
                       finder.symbol_name(fatal->error), base::format_duration(since));
  }
  if (step.verb == scenario::Verb::Exit && step.implicit) {
    return fmt::format("{} had done its steps and waited for its children, for {}", name,
                       base::format_duration(since));
  }
  return fmt::format("{} was in {} on line {}{}, for {}", name, finder.name_of_step(open->step),
                     step.line, at_start_line(plan, finder, run, id, *open),
                     base::format_duration(since));
}

std::optional<InstanceId> living_child(const plan::Plan& plan, const Timeline& run,
                                       InstanceId parent) {
  const auto& processes = run.record().processes;
  for (InstanceId id = 0; id < processes.size(); ++id) {
    if (processes[id].left && plan.is_child_of(id, parent)) {
      return id;
    }
  }
  return std::nullopt;
}

// Why `event` has not happened. No cause leads to the end of who has failed in a step that cannot
// fail, as a start whose program has no port: it waits for its children all the same.
causes::Impossible why_not(const plan::Plan& plan, const Timeline& run, EventId event,
                           const plan::Step& step) {
  const auto why = [&](EventId missing) {
    return causes::why_impossible(run.net().net, run.happenings(), missing);
  };
  const auto child = step.verb == scenario::Verb::Exit && step.implicit
                         ? living_child(plan, run, step.self)
                         : std::nullopt;
  if (!child || fatal_step(plan, run.record().processes[step.self]) == nullptr) {
    return why(event);
  }
  causes::Impossible its_end = why(run.net().end(*child));
  its_end.path.insert(its_end.path.begin(), event);
  ++its_end.back_to;
  return its_end;
}

// "main.join(child) waits for child.end, which waits for …"
std::string waiting(const plan::Plan& plan, const Timeline& run, EventId event,
                    const plan::Step& step) {
  const Wording words(plan, run.net());
  const causes::Impossible why = why_not(plan, run, event, step);
  std::vector<std::string> names;
  std::size_t back_to = 0;
  for (std::size_t i = 0; i < why.path.size(); ++i) {
    if (i == why.back_to) {
      back_to = names.size();
    }
    auto named = run.net().event_of(why.path[i]);
    if (!named) {
      continue;
    }
    if (named->kind == plan::Event::Kind::Call || named->kind == plan::Event::Kind::Return) {
      named->kind = plan::Event::Kind::Success;
    }
    const std::string name = words.name(run.net().id_of(*named));
    if (names.empty() || names.back() != name) {
      names.push_back(name);
    }
  }
  if (why.circular && back_to < names.size()) {
    if (names.back() != names[back_to]) {
      names.push_back(names[back_to]);
    }
    return "a circle: " + base::join_words(shortened(names), " waits for ");
  }
  return names.size() < 2 ? "" : base::join_words(shortened(names), " waits for ");
}

}  // namespace

std::vector<std::string> story_of(const plan::Plan& plan, const Timeline& run) {
  const plan::EventFinder finder(plan);
  std::vector<std::string> story;
  std::vector<std::string> waits;
  for (InstanceId id = 0; id < run.record().processes.size(); ++id) {
    const trace::Process& process = run.record().processes[id];
    if (!process.left) {
      continue;
    }
    const trace::Event* open = open_step(process);
    story.push_back(doing(plan, finder, run, id, open));
    if (open == nullptr || plan.instance(id).kind == plan::Instance::Kind::Program) {
      continue;
    }
    const plan::Step& step = plan.step(open->step);
    const bool ends = step.verb == scenario::Verb::Exit;
    std::string wait = waiting(
        plan, run, ends ? run.net().effect(open->step) : run.net().success(open->step), step);
    if (!wait.empty()) {
      waits.push_back(std::move(wait));
    }
  }
  // One circle explains all who stand in it.
  const auto circle = std::ranges::find_if(
      waits, [](const std::string& wait) { return wait.starts_with("a circle"); });
  if (circle != waits.end()) {
    waits = {*circle};
  }
  story.insert(story.end(), waits.begin(), waits.end());
  return story;
}

}  // namespace procession::verify
