// SPDX-License-Identifier: MIT
#include "harness/verify/consistency.h"

#include "harness/plan/events.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace procession::verify {

using plan::InstanceId;
using plan::StepId;
using scenario::Verb;
using trace::Event;
using trace::Line;

namespace {

bool ends_its_process(Verb verb) {
  return verb == Verb::Exit || verb == Verb::ExitNow || verb == Verb::Raise;
}

class Reading {
 public:
  Reading(const plan::Plan& plan, const trace::Record& record)
      : plan_(plan), record_(record), finder_(plan) {}

  [[nodiscard]] std::string stamps() const;
  [[nodiscard]] std::string repetition() const;
  [[nodiscard]] std::string lines() const;
  [[nodiscard]] std::string answers() const;
  [[nodiscard]] std::string phases() const;

 private:
  [[nodiscard]] std::string line_of(InstanceId id) const;
  [[nodiscard]] std::string end_of(InstanceId id) const;
  [[nodiscard]] std::string readiness_of(InstanceId id) const;
  [[nodiscard]] std::string answer_of(const Event& event) const;
  [[nodiscard]] const trace::Process& process(InstanceId id) const { return record_.processes[id]; }
  [[nodiscard]] bool handles(InstanceId id) const {
    return std::ranges::any_of(process(id).events,
                               [](const Event& event) { return event.kind == Line::Got; });
  }

  const plan::Plan plan_;
  const trace::Record& record_;
  const plan::EventFinder finder_;
};

// The run was over when all its processes were. (The sight of a death may be noted later.)
std::string Reading::stamps() const {
  const auto is_inside = [&](base::Instant at) {
    return record_.started <= at && (!record_.ended || at <= *record_.ended);
  };
  for (InstanceId id = 0; id < record_.processes.size(); ++id) {
    const trace::Process& one = process(id);
    const bool inside =
        (!one.began || is_inside(one.begin)) &&
        (!one.dead_seen || record_.started <= *one.dead_seen) &&
        std::ranges::all_of(one.events, [&](const Event& event) {
          return is_inside(event.call) && is_inside(event.returned.value_or(event.call));
        });
    if (!inside) {
      return fmt::format("{} has a stamp from outside the run", finder_.name_of(id));
    }
  }
  return "";
}

// A step of the plan happens once; a handler's, once for each signal that was handled.
std::string Reading::repetition() const {
  std::vector<std::uint32_t> times(plan_.steps().size(), 0);
  std::vector<std::uint32_t> most(plan_.steps().size(), 1);
  const auto in_handler = [&](StepId handle, auto use) {
    const plan::Range handler = plan_.step(handle).handler;
    for (StepId step = handler.first; step < handler.first + handler.count; ++step) {
      use(most[step]);
    }
  };
  for (StepId step = 0; step < most.size(); ++step) {
    in_handler(step, [](std::uint32_t& count) { count = 0; });
  }
  for (const trace::Process& one : record_.processes) {
    for (const Event& event : one.events) {
      times[event.step] += event.kind == Line::Step ? 1 : 0;
      if (event.kind == Line::Got) {
        in_handler(event.step, [](std::uint32_t& count) { ++count; });
      }
    }
  }
  for (StepId step = 0; step < times.size(); ++step) {
    if (times[step] > most[step]) {
      return fmt::format("{} is recorded twice", finder_.name_of_step(step));
    }
  }
  return "";
}

std::string Reading::lines() const {
  for (InstanceId id = 0; id < record_.processes.size(); ++id) {
    std::string fault = line_of(id);
    fault = fault.empty() ? end_of(id) : fault;
    fault = fault.empty() ? readiness_of(id) : fault;
    if (!fault.empty()) {
      return fault;
    }
  }
  return "";
}

// A process does the steps of its line one after the other, by its own clock too. Only an error
// leads from anywhere to its exit: that of a step, or of a handler that interrupts the line.
std::string Reading::line_of(InstanceId id) const {
  const plan::Range line = plan_.instance(id).steps;
  if (line.count == 0) {
    return "";  // a forkserver
  }
  const StepId exit = line.first + line.count - 1;
  const auto is_of_line = [&](const Event& event) {
    return event.kind == Line::Step && line.first <= event.step && event.step <= exit;
  };
  const bool interrupted = std::ranges::any_of(process(id).events, [&](const Event& event) {
    return event.kind == Line::Step && !is_of_line(event) &&
           (!event.returned || !goes_on(plan_, event));
  });
  std::optional<StepId> next = line.first;
  base::Instant before = process(id).begin;
  for (const Event& event : process(id).events) {
    if (!is_of_line(event)) {
      continue;
    }
    if (event.step != next && !(interrupted && event.step == exit)) {
      return next ? fmt::format("{} is recorded where {} must be", finder_.name_of_step(event.step),
                                finder_.name_of_step(std::min(*next, exit)))
                  : fmt::format("{} is recorded behind a step that did not return",
                                finder_.name_of_step(event.step));
    }
    if (event.call < before) {
      return fmt::format("{} is stamped before what its process did first",
                         finder_.name_of_step(event.step));
    }
    before = event.returned.value_or(event.call);
    next = !event.returned         ? std::nullopt
           : goes_on(plan_, event) ? std::optional(event.step + 1)
                                   : std::optional(exit);
  }
  return "";
}

// Who ended by itself did a step that ends it; and whom an error ended, did not end with 0.
std::string Reading::end_of(InstanceId id) const {
  const trace::Process& one = process(id);
  const bool ended_by_itself = one.began && one.status && !trace::ended_by_signal(*one.status) &&
                               !one.survived && !one.left && !record_.timed_out;
  const plan::Instance::Kind kind = plan_.instance(id).kind;
  if (!ended_by_itself || kind == plan::Instance::Kind::Forkserver ||
      kind == plan::Instance::Kind::Program) {
    return "";
  }
  const auto ends = [&](const Event& event) {
    return event.kind == Line::Step && ends_its_process(plan_.step(event.step).verb);
  };
  if (std::ranges::none_of(one.events, ends)) {
    return fmt::format("{} ended by itself, but did nothing to end", finder_.name_of(id));
  }
  const auto failed = std::ranges::find_if(one.events, [&](const Event& event) {
    return event.kind == Line::Step && event.returned && !goes_on(plan_, event);
  });
  if (*one.status == 0 && failed != one.events.end() && !handles(id)) {
    return fmt::format("{} ended with 0 though {} failed", finder_.name_of(id),
                       finder_.name_of_step(failed->step));
  }
  return "";
}

// To become ready cannot fail. A program without a probe is ready as it begins, if its starter is
// not killed meanwhile.
std::string Reading::readiness_of(InstanceId id) const {
  const plan::Instance& instance = plan_.instance(id);
  if (instance.kind != plan::Instance::Kind::Program || !process(id).began) {
    return "";
  }
  const std::string name = finder_.name_of(id);
  bool is_ready = false;
  for (const Event& event : process(id).events) {
    if (event.kind == Line::Step && event.error != 0) {
      return fmt::format("{} is recorded to have failed at becoming ready", name);
    }
    is_ready = is_ready || (event.kind == Line::Step && event.returned);
  }
  const auto& status = process(instance.starter).status;
  const bool may_be_cut = record_.timed_out || record_.stopped || !status ||
                          trace::ended_by_signal(*status) ||
                          plan_.program_of(id).ready != plan::Program::Ready::AtOnce;
  return is_ready || may_be_cut ? "" : fmt::format("{} has begun, but was not ready at once", name);
}

// Each phase of a load begins once, in their order, while its step is played.
std::string Reading::phases() const {
  for (const trace::Process& one : record_.processes) {
    const Event* load = nullptr;
    std::uint32_t next = 0;  // phases before it have begun
    for (const Event& event : one.events) {
      if (event.kind == Line::Step && plan_.step(event.step).verb == Verb::Load) {
        load = &event;
        next = 0;
      }
      if (event.kind != Line::Phase) {
        continue;
      }
      const auto phase = static_cast<std::uint32_t>(event.answer);
      const bool is_in_order =
          load != nullptr && load->step == event.step && event.answer >= 0 && phase >= next &&
          plan::has_phase(plan_, plan_.step(event.step), phase) && event.call >= load->call &&
          event.returned && (!load->returned || *event.returned <= *load->returned);
      if (!is_in_order) {
        return fmt::format("{} is recorded with a phase that it cannot have there",
                           finder_.name_of_step(event.step));
      }
      next = phase + 1;
    }
  }
  return "";
}

std::string Reading::answers() const {
  for (const trace::Process& one : record_.processes) {
    for (const Event& event : one.events) {
      if (event.kind != Line::Step || !event.returned || event.error != 0) {
        continue;
      }
      std::string fault = answer_of(event);
      if (!fault.empty()) {
        return fault;
      }
    }
  }
  return "";
}

// Who joined a process was told the status with which it ended; what was started, there was.
std::string Reading::answer_of(const Event& event) const {
  const plan::Step& asked = plan_.step(event.step);
  switch (asked.verb) {
    case Verb::Start:
      return process(asked.target).started
                 ? ""
                 : fmt::format("{} has made no process", finder_.name_of_step(event.step));
    case Verb::Join:
    case Verb::Exitcode: {
      const auto& status = process(asked.target).status;
      return event.answer == trace::kNoAnswer || !status || *status == event.answer
                 ? ""
                 : fmt::format("{} was told another status than the one recorded",
                               finder_.name_of_step(event.step));
    }
    default:
      return "";
  }
}

}  // namespace

bool goes_on(const plan::Plan& plan, const Event& event) {
  const plan::Step& asked = plan.step(event.step);
  if (event.error == 0) {
    return !asked.has_fails || asked.may_succeed;
  }
  return std::ranges::count(plan.symbols(asked.fails), event.error) != 0;
}

std::string inconsistency(const plan::Plan& plan, const trace::Record& record) {
  const Reading reading(plan, record);
  for (const auto look : {&Reading::stamps, &Reading::repetition, &Reading::lines,
                          &Reading::answers, &Reading::phases}) {
    std::string fault = (reading.*look)();
    if (!fault.empty()) {
      return fault;
    }
  }
  return "";
}

}  // namespace procession::verify
