// SPDX-License-Identifier: MIT
// How a run ended: `timeout`, and the check that is always on, `left`: nothing outlives the run.
#include "harness/base/text.h"
#include "harness/verify/check.h"
#include "harness/verify/story.h"

#include <fmt/format.h>

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
    return {};
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
