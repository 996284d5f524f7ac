// SPDX-License-Identifier: MIT
#include "harness/verify/wording.h"

#include "harness/base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace procession::verify {

using causes::EventId;
using plan::Event;
using scenario::Verb;

namespace {

constexpr std::size_t kLongestStretch = 4;

// Not what comes of it to its process, or to another one.
bool is_of_its_step(const Event& event) {
  return event.kind != Event::Kind::Got && event.kind != Event::Kind::Stopped &&
         event.kind != Event::Kind::Continued;
}

}  // namespace

std::string about_process(const plan::Instance& instance) {
  std::vector<std::string> words;
  if (instance.kind == plan::Instance::Kind::Program) {
    words.emplace_back("program");
  }
  if (instance.kind == plan::Instance::Kind::Player &&
      instance.method != scenario::StartMethod::Fork) {
    words.emplace_back(to_string(instance.method));
  }
  if (instance.daemon) {
    words.emplace_back("daemon");
  }
  if (instance.survivor) {
    words.emplace_back("survivor");
  }
  return base::join_words(words, ", ");
}

std::string since_start(const trace::Record& record, base::Instant at) {
  return base::format_duration(at - record.started);
}

std::string Wording::name(EventId event) const {
  const auto named = net_.event_of(event);
  return named ? finder_.name_of(*named) : "";
}

// Keeps what a reader needs: a step by its last moment in the chain, and of a stretch of one line
// its first and last step.
std::vector<EventId> Wording::essence(std::span<const EventId> events) const {
  struct Named {
    EventId id;
    Event event;
  };
  std::vector<Named> steps;
  for (const EventId id : events) {
    const auto event = net_.event_of(id);
    if (!event) {
      continue;
    }
    const bool same_step = !steps.empty() && event->step != plan::kNone &&
                           steps.back().event.step == event->step &&
                           is_of_its_step(steps.back().event) && is_of_its_step(*event);
    if (same_step) {
      // Its success says more than that it returned.
      if (event->kind != Event::Kind::Return || steps.back().event.kind == Event::Kind::Call) {
        steps.back() = {id, *event};
      }
      continue;
    }
    steps.push_back({id, *event});
  }
  std::vector<EventId> kept;
  for (std::size_t i = 0; i < steps.size();) {
    std::size_t end = i;
    while (end < steps.size() && steps[end].event.instance == steps[i].event.instance) {
      ++end;
    }
    const bool is_long = end - i > kLongestStretch;
    for (std::size_t k = i; k < end; ++k) {
      if (!is_long || k == i || k + 2 >= end) {
        kept.push_back(steps[k].id);
      }
    }
    i = end;
  }
  return kept;
}

// " (fails: ESRCH)" if the chain goes on because the step does.
std::string Wording::failure(EventId called, std::span<const EventId> events) const {
  const auto named = net_.event_of(called);
  for (const EventId event : events) {
    const auto failure = net_.failure_of(event);
    if (failure && named->kind == Event::Kind::Call && named->step == failure->step) {
      return fmt::format(" (fails: {})", finder_.symbol_name(failure->symbol));
    }
  }
  return "";
}

std::string Wording::chain(std::span<const EventId> events) const {
  std::vector<std::string> names;
  for (const EventId event : essence(events)) {
    names.push_back(name(event) + failure(event, events));
  }
  return base::join_words(names, " → ");
}

std::vector<std::string> Wording::chain_lines(std::span<const EventId> events,
                                              const Timeline* run) const {
  std::vector<std::string> lines;
  for (const EventId event : essence(events)) {
    std::string text = name(event) + failure(event, events);
    const std::uint32_t line = finder_.line_of(*net_.event_of(event));
    if (line != 0) {
      text += fmt::format(" (line {})", line);
    }
    if (run != nullptr && run->happened(event)) {
      text += " " + when(*run, event);
    }
    lines.push_back(std::move(text));
  }
  return lines;
}

std::string Wording::when(const Timeline& run, EventId event) const {
  const Interval interval = run.when(event);
  const std::string lo = since_start(run.record(), interval.lo);
  const std::string hi = since_start(run.record(), interval.hi);
  return lo == hi ? "at " + lo : fmt::format("between {} and {}", lo, hi);
}

std::string Wording::alternative(EventId event) const {
  const auto named = net_.event_of(event);
  if (!named) {
    return "there is another way";
  }
  if (named->step == plan::kNone) {
    return fmt::format("{} can come about in another way", finder_.name_of(*named));
  }
  const plan::Step& step = plan_.step(named->step);
  const std::string name = finder_.name_of_step(named->step);
  switch (step.verb) {
    case Verb::Join:
      return fmt::format("{} on line {} may return by its timeout", name, step.line);
    case Verb::IsAlive:
    case Verb::Exitcode:
    case Verb::ActiveChildren:
      return fmt::format("{} on line {} may answer otherwise", name, step.line);
    case Verb::Await:
      return fmt::format("{} on line {} may be opened by another event or fail", name, step.line);
    case Verb::Receive:
      return fmt::format("{} on line {} may receive what another process sent", name, step.line);
    default:
      return fmt::format("{} on line {} has another way to happen", name, step.line);
  }
}

}  // namespace procession::verify
