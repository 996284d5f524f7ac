// SPDX-License-Identifier: MIT
#include "harness/verify/happenings.h"

#include <algorithm>

namespace procession::verify {

namespace {

using plan::Event;

// Does this line of a process tell of the event?
bool tells_of(const Context& context, const trace::Event& line, const Event& event) {
  if (event.kind == Event::Kind::Error) {
    return line.kind == trace::Line::Step && line.error == event.symbol;
  }
  if (event.kind == Event::Kind::Got) {
    return line.kind == trace::Line::Got && line.step == event.step;
  }
  if (event.kind == Event::Kind::Phase) {
    return line.kind == trace::Line::Phase && line.step == event.step &&
           line.answer == event.symbol;
  }
  if (line.kind != trace::Line::Step || line.step != event.step) {
    return false;
  }
  switch (event.kind) {
    case Event::Kind::Stopped:
    case Event::Kind::Continued:
      return line.returned && line.error == 0 && line.answer == 1;
    case Event::Kind::Call:
      return true;
    case Event::Kind::Success:
      return line.returned && line.error == 0;
    case Event::Kind::Return:
      return line.returned.has_value();
    case Event::Kind::Effect:
      return line.error == 0 || context.plan.step(line.step).verb == scenario::Verb::Raise;
    default:
      return false;
  }
}

// When it happened, as this line alone tells.
Interval interval_of(const trace::Event& line, const Event& event) {
  const base::Instant returned = line.returned.value_or(line.call);
  switch (event.kind) {
    case Event::Kind::Call:
      return {line.call, line.call};
    case Event::Kind::Success:
    case Event::Kind::Return:
      return {returned, returned};
    default:
      return {line.call, returned};
  }
}

bool is_of_process(const Event& event) {
  return event.kind == Event::Kind::Begin || event.kind == Event::Kind::End ||
         event.kind == Event::Kind::Orphaned;
}

// Whose lines tell of it: a stop is told of by who wanted it.
plan::InstanceId witness(const Context& context, const Event& event) {
  return event.step == plan::kNone ? event.instance : context.plan.step(event.step).self;
}

// A step of the process's own line, and not of a handler.
bool happens_once_at_most(const Context& context, const Event& event) {
  if (is_of_process(event)) {
    return true;
  }
  const plan::Range line = context.plan.instance(witness(context, event)).steps;
  return event.kind != Event::Kind::Error && event.kind != Event::Kind::Got &&
         event.step >= line.first && event.step < line.first + line.count;
}

template <class Visit>
void for_each_line(const Context& context, const Timeline& run, const Event& event,
                   const Visit& visit) {
  for (const trace::Event& line : run.record().processes[witness(context, event)].events) {
    if (tells_of(context, line, event)) {
      visit(line);
    }
  }
}

}  // namespace

std::uint64_t times(const Context& context, const Timeline& run, const Event& event) {
  if (is_of_process(event)) {
    return run.happened(run.net().id_of(event)) ? 1 : 0;
  }
  std::uint64_t count = 0;
  for_each_line(context, run, event, [&](const trace::Event&) { ++count; });
  return count;
}

std::vector<Interval> happenings(const Context& context, const Timeline& run, const Event& event) {
  std::vector<Interval> found;
  if (happens_once_at_most(context, event)) {
    const causes::EventId id = run.net().id_of(event);
    if (run.happened(id)) {
      found.push_back(run.when(id));
    }
    return found;
  }
  for_each_line(context, run, event,
                [&](const trace::Event& line) { found.push_back(interval_of(line, event)); });
  return found;
}

}  // namespace procession::verify
