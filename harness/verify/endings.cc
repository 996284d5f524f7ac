// SPDX-License-Identifier: MIT
// How a run ended: `timeout`, and the check that is always on, `left`: nothing outlives the run.
#include "harness/base/text.h"
#include "harness/verify/check.h"
#include "harness/verify/load_figures.h"
#include "harness/verify/story.h"

#include <fmt/format.h>

#include <algorithm>

namespace procession::verify {

namespace {

using scenario::VerdictKind;

class TimeoutCheck final : public EachRunCheck {
 public:
  explicit TimeoutCheck(const Context&) : EachRunCheck("timeout", "true", {}) {}

 private:
  [[nodiscard]] Finding judge(const Timeline& run) const override {
    if (run.record().timed_out) {
      return {};
    }
    return {VerdictKind::Broken, fmt::format("{} ended by itself", run_name(run.record())), {}};
  }

  [[nodiscard]] std::string praise() const override {
    return fmt::format("each of {} hung until its timeout", runs_text(runs()));
  }
};

class LeftCheck final : public EachRunCheck {
 public:
  explicit LeftCheck(const Context& context)
      : EachRunCheck("left", "nothing is left", {}), context_(context) {}

 private:
  [[nodiscard]] Finding judge(const Timeline& run) const override {
    const trace::Record& record = run.record();
    if (record.foreign != 0) {
      return {VerdictKind::Broken,
              fmt::format("{} processes that no step started were found after {}", record.foreign,
                          run_name(record)),
              {}};
    }
    for (plan::InstanceId id = 0; id < record.processes.size(); ++id) {
      if (has_left_behind(record.processes[id])) {
        return {VerdictKind::Broken, left_behind(record, id), {}};
      }
    }
    if (record.timed_out && !context_.asked.expect.timeout) {
      return {VerdictKind::Broken,
              fmt::format("{} hung until its timeout of {}: {}", run_name(record),
                          base::format_duration(context_.asked.timeout), who_is_left(record)),
              story_of(run)};
    }
    if (record.complete && !run.fault().empty()) {
      return {VerdictKind::Invalid, fmt::format("{}: {}", run_name(record), run.fault()), {}};
    }
    if (!record.complete) {
      return {
          VerdictKind::Inconclusive, fmt::format("{}: {}", run_name(record), record.damage), {}};
    }
    return wrong_replies(record);
  }

  // A load goes on when a reply is wrong, or none comes; its scenario does not hold, unless it
  // speaks of that.
  [[nodiscard]] Finding wrong_replies(const trace::Record& record) const {
    for (std::size_t i = 0; i < record.loads.size(); ++i) {
      const plan::Load& load = context_.plan.loads()[i];
      Finding found = wrong_kinds(record, load, record.loads[i]);
      if (found.kind == VerdictKind::Held) {
        found = no_answers(record, load, record.loads[i]);
      }
      if (found.kind != VerdictKind::Held) {
        return found;
      }
    }
    return {};
  }

  [[nodiscard]] Finding wrong_kinds(const trace::Record& record, const plan::Load& load,
                                    const trace::Load& counted) const {
    using trace::Failure;
    for (const Failure kind : {Failure::Corrupt, Failure::Crossed, Failure::Duplicate,
                               Failure::Reordered, Failure::Truncated}) {
      const auto which = static_cast<std::size_t>(kind);
      const std::uint64_t wrong =
          sum_of(counted, [&](const trace::PhaseCounts& counts) { return counts.failed[which]; });
      // Who is killed cannot end what it says.
      const bool is_excused = kind == Failure::Truncated && was_server_killed(record, load);
      if (wrong != 0 && !is_excused && !is_spoken_of(label_of(context_.plan, load), which)) {
        return {VerdictKind::Broken,
                fmt::format("{} {} to {} {} {} in {}", wrong, wrong == 1 ? "reply" : "replies",
                            context_.finder.name_of(context_.plan.step(load.step).self),
                            wrong == 1 ? "was" : "were", scenario::kFailureNames[which],
                            run_name(record)),
                {}};
      }
    }
    return {};
  }

  // Of a load that has returned as if all was well, in a file that says nothing about it.
  [[nodiscard]] Finding no_answers(const trace::Record& record, const plan::Load& load,
                                   const trace::Load& counted) const {
    const std::uint64_t sent =
        sum_of(counted, [](const trace::PhaseCounts& counts) { return counts.sent; });
    const std::uint64_t answered =
        sum_of(counted, [](const trace::PhaseCounts& counts) { return counts.answered; });
    if (sent == 0 || answered != 0 || is_spoken_of(label_of(context_.plan, load)) ||
        !has_succeeded(record, load) || was_server_killed(record, load)) {
      return {};
    }
    return {
        VerdictKind::Broken,
        fmt::format("none of {} requests of {} was answered in {}", sent,
                    context_.finder.name_of(context_.plan.step(load.step).self), run_name(record)),
        {}};
  }

  [[nodiscard]] static std::uint64_t sum_of(const trace::Load& counted, auto number) {
    std::uint64_t sum = 0;
    for (const trace::LoadPhase& phase : counted.phases) {
      sum += number(phase.counts);
    }
    return sum;
  }

  [[nodiscard]] bool has_succeeded(const trace::Record& record, const plan::Load& load) const {
    const auto& events = record.processes[context_.plan.step(load.step).self].events;
    return std::ranges::any_of(events, [&](const trace::Event& event) {
      return event.kind == trace::Line::Step && event.step == load.step && event.returned &&
             event.error == 0;
    });
  }

  // One of the processes that serve its connections.
  [[nodiscard]] bool was_server_killed(const trace::Record& record, const plan::Load& load) const {
    const std::uint32_t channel = context_.plan.step(load.step).channel;
    const plan::Listener& listener = context_.plan.listeners()[channel];
    const auto was_killed = [&](plan::InstanceId id) {
      const auto& status = record.processes[id].status;
      return status && trace::ended_by_signal(*status);
    };
    return (listener.program != plan::kNone && was_killed(listener.program)) ||
           std::ranges::any_of(context_.plan.ids(listener.talkers), was_killed) ||
           std::ranges::any_of(context_.plan.steps(), [&](const plan::Step& step) {
             return step.verb == scenario::Verb::Serve && step.channel == channel &&
                    was_killed(step.self);
           });
  }

  // Who is killed cannot clean up; who exits, should have.
  [[nodiscard]] static bool has_left_behind(const trace::Process& process) {
    return process.left_behind != 0 && process.status && !trace::ended_by_signal(*process.status);
  }

  [[nodiscard]] std::string left_behind(const trace::Record& record, plan::InstanceId id) const {
    const trace::Process& process = record.processes[id];
    const std::string name(process.left_behind_name);
    return fmt::format(
        "{} exited with {} in {} and left {} of its own behind, {}", context_.finder.name_of(id),
        *process.status, run_name(record),
        process.left_behind == 1 ? "a process" : fmt::format("{} processes", process.left_behind),
        process.left_behind == 1 ? name : "one of them " + name);
  }

  [[nodiscard]] bool is_spoken_of(std::string_view label) const {
    return std::ranges::any_of(context_.asked.expect.figures, [&](const auto& figure) {
      return figure.value.figure == label && figure.value.is_of_load();
    });
  }

  [[nodiscard]] bool is_spoken_of(std::string_view label, std::size_t failure) const {
    return std::ranges::any_of(
        context_.asked.expect.figures, [&](const scenario::FigurePattern& figure) {
          const scenario::FigureValue& value = figure.value;
          return value.figure == label &&
                 (value.number == scenario::LoadNumber::Errors ||
                  (value.number == scenario::LoadNumber::Failure && value.failure == failure));
        });
  }

  // What each was doing. That main has ended says that no more was to come: then they may be meant
  // to live on.
  [[nodiscard]] std::vector<std::string> story_of(const Timeline& run) const {
    std::vector<std::string> lines = verify::story_of(context_.plan, run);
    if (!run.record().processes.front().left) {
      lines.push_back(fmt::format("if this is meant, expect `survivors: [{}]`",
                                  base::join_words(names_of_left(run.record()), ", ")));
    }
    return lines;
  }

  [[nodiscard]] std::vector<std::string> names_of_left(const trace::Record& record) const {
    std::vector<std::string> names;
    for (plan::InstanceId id = 0; id < record.processes.size(); ++id) {
      if (record.processes[id].left) {
        names.push_back(context_.finder.name_of(id));
      }
    }
    return names;
  }

  [[nodiscard]] std::string who_is_left(const trace::Record& record) const {
    std::vector<std::string> names = names_of_left(record);
    if (names.size() > kMostNames) {
      const std::size_t more = names.size() - kMostNames;
      names.resize(kMostNames);
      names.push_back(fmt::format("{} more", more));
    }
    return names.empty() ? "nobody was left" : base::enumerate_words(names) + " left behind";
  }

  [[nodiscard]] std::string praise() const override {
    return fmt::format("nothing outlived any of {}", runs_text(runs()));
  }

  static constexpr std::size_t kMostNames = 8;
  const Context& context_;
};

}  // namespace

void add_ending_checks(const Context& context, Checks& checks) {
  if (context.asked.expect.timeout) {
    checks.push_back(std::make_unique<TimeoutCheck>(context));
  }
  checks.push_back(std::make_unique<LeftCheck>(context));
}

}  // namespace procession::verify
