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

  // A load goes on when a reply is wrong; its scenario does not hold, unless it speaks of that.
  [[nodiscard]] Finding wrong_replies(const trace::Record& record) const {
    for (std::size_t i = 0; i < record.loads.size(); ++i) {
      const plan::Load& load = context_.plan.loads()[i];
      for (const trace::Failure kind : {trace::Failure::Corrupt, trace::Failure::Crossed,
                                        trace::Failure::Duplicate, trace::Failure::Reordered}) {
        const auto which = static_cast<std::size_t>(kind);
        std::uint64_t wrong = 0;
        for (const trace::LoadPhase& phase : record.loads[i].phases) {
          wrong += phase.counts.failed[which];
        }
        if (wrong != 0 && !is_spoken_of(label_of(context_.plan, load), which)) {
          return {VerdictKind::Broken,
                  fmt::format("{} replies to {} were {} in {}", wrong,
                              context_.finder.name_of(context_.plan.step(load.step).self),
                              scenario::kFailureNames[which], run_name(record)),
                  {}};
        }
      }
    }
    return {};
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
