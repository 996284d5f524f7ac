// SPDX-License-Identifier: MIT
// start, join, is_alive, exitcode, active_children, close: as multiprocessing's Process has them.
#include "harness/player/children.h"
#include "harness/player/pin.h"
#include "harness/player/start.h"
#include "harness/player/steps.h"
#include "harness/player/text.h"

namespace procession::player {

namespace {

using plan::InstanceId;

bool is_running(const Outcome& polled) { return polled.error == 0 && polled.answer == kNoAnswer; }

// A forkserver reaps its children, and tells of an end a moment after it.
bool lives(InstanceId child, const Outcome& polled) {
  if (!is_running(polled) ||
      the_plan().instance(child).method != scenario::StartMethod::Forkserver) {
    return is_running(polled);
  }
  const Pin::State state = pin_living(child).state;
  return state == Pin::State::Held || state == Pin::State::Coming;
}

// As the caller's handle of the child says: its name in the plan, or what an earlier step of the
// same line has set.
plan::Range new_name(InstanceId child, plan::StepId before) {
  const plan::Range line = the_plan().instance(self().instance).steps;
  for (plan::StepId id = before; id-- > line.first;) {
    const plan::Step& step = the_plan().step(id);
    if (step.verb == scenario::Verb::SetName && step.target == child) {
      return step.text;
    }
  }
  return {};
}

bool has_new_names(plan::StepId before) {
  const plan::Range line = the_plan().instance(self().instance).steps;
  for (plan::StepId id = line.first; id < before; ++id) {
    if (the_plan().step(id).verb == scenario::Verb::SetName) {
      return true;
    }
  }
  return false;
}

// Sends every living child's name to `use`.
template <class Use>
void for_each_name(plan::StepId before, const Use& use) {
  const bool renamed = has_new_names(before);
  for (InstanceId child = first_child(); child != plan::kNone; child = next_child(child)) {
    if (!lives(child, poll_child(child))) {
      continue;
    }
    const plan::Range name = renamed ? new_name(child, before) : plan::Range{};
    use(name.count != 0 ? compose(name) : the_plan().text(the_plan().instance(child).name));
  }
}

}  // namespace

Outcome start(const plan::Step& step) {
  return start_process(step.target, the_plan().instance(step.target).method, -1);
}

Outcome join(const plan::Step& step) {
  if (!is_own(step.target)) {
    return Outcome::failed(scenario::kNotMyChild);
  }
  if (!was_started(step.target)) {
    return Outcome::failed(scenario::kNotStarted);
  }
  return join_child(step.target, Deadline::in(step.timeout_ns));
}

Outcome is_alive(const plan::Step& step) {
  if (!is_own(step.target)) {
    return Outcome::failed(scenario::kNotMyChild);
  }
  if (!was_started(step.target)) {
    return Outcome::answered(0);
  }
  const Outcome polled = poll_child(step.target);
  return {.answer = lives(step.target, polled), .after_end_of = polled.after_end_of};
}

Outcome exitcode(const plan::Step& step) {
  if (!is_own(step.target)) {
    return Outcome::failed(scenario::kNotMyChild);
  }
  if (!was_started(step.target)) {
    return Outcome::answered(kNoAnswer);
  }
  return poll_child(step.target);
}

Outcome active_children(plan::StepId id) {
  std::size_t size = 0;
  for_each_name(id, [&](std::string_view name) { size += name.size() + 2; });
  TextWriter names(take_text(size));
  for_each_name(id, [&](std::string_view name) {
    names.put(names.is_empty() ? "" : ", ");
    names.put(name);
  });
  return Outcome::answered(names.answer());
}

Outcome close_child(const plan::Step& step) {
  if (!is_own(step.target)) {
    return Outcome::failed(scenario::kNotMyChild);
  }
  if (!was_started(step.target)) {
    return {};
  }
  const Outcome polled = poll_child(step.target);
  return is_running(polled) ? Outcome::failed(scenario::kStillRunning)
                            : Outcome{.after_end_of = polled.after_end_of};
}

}  // namespace procession::player
