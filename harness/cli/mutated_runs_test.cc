// SPDX-License-Identifier: MIT
// Records of real runs, spoilt. Every bundled scenario that holds is played once; then its Record
// is changed in every way that can be spelt out, one change at a time, and judged again. A change
// must turn some verdict, unless one of the reasons of `why_unnoticed` says why nobody needs to
// notice. (verify/mutation_test.cc does the same on one Record without any such reason.)
#include "harness/cli/prepare.h"
#include "harness/cli/requirements.h"
#include "harness/plan/events.h"
#include "harness/run/play.h"
#include "harness/verify/judge.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace procession::cli {
namespace {

using scenario::Verb;
using scenario::VerdictKind;
using trace::Event;
using trace::Record;

constexpr std::int64_t kFar = 1000'000'000'000;  // ns; longer than any run
// Of a plan: each change is judged anew, which instrumented code does slowly.
#if defined(PROCESSION_SANITIZED) || defined(PROCESSION_COVERAGE)
constexpr std::size_t kMostSteps = 12;
constexpr std::size_t kAtLeast = 15;  // scenarios
#else
constexpr std::size_t kMostSteps = 60;
constexpr std::size_t kAtLeast = 150;
#endif

// One run of each, as it was recorded.
class Collector final : public run::Observer {
 public:
  explicit Collector(std::size_t works) : records(works) {}
  bool record(std::size_t work, Record record) override {
    records[work] = std::move(record);
    return false;
  }
  void done(std::size_t, base::Result<> how) override {
    EXPECT_TRUE(how) << (how ? "" : how.error().message);
  }
  std::vector<std::optional<Record>> records;
};

std::vector<Prepared> bundled_scenarios() {
  Selector all;
  all.paths = {PROCESSION_SOURCE_DIR "/scenarios"};
  auto selection = select(all);
  EXPECT_TRUE(selection);
  std::vector<Prepared> ready;
  std::set<std::string> files;  // one instance of each: others differ in details
  for (Prepared& one : prepare(std::move(selection).value(), Checks::PlanOnly, /*seed=*/1).ready) {
    const bool fits = one.plan.view().steps().size() <= kMostSteps;
    if (fits && one.scenario.verdict.empty() && !unmet(one.scenario) &&
        files.insert(one.scenario.file).second) {
      ready.push_back(std::move(one));
    }
  }
  return ready;
}

std::vector<std::optional<Record>> played(const std::vector<Prepared>& scenarios) {
  Collector collector(scenarios.size());
  run::Options options;
  options.player = PROCESSION_BINARY_DIR "/bin/procession-player";
  std::size_t next = 0;
  const auto next_work = [&]() -> std::optional<run::Work> {
    if (next == scenarios.size()) {
      return std::nullopt;
    }
    const Prepared& one = scenarios[next++];
    return run::Work{one.plan.view(), 1, one.scenario.timeout};
  };
  EXPECT_TRUE(run::play(next_work, collector, options));
  return std::move(collector.records);
}

bool all_held(const Prepared& scenario, const Record& record) {
  verify::Judge judge(scenario.scenario, scenario.plan.view());
  judge.add(record);
  for (const verify::Verdict& verdict : judge.judgement().verdicts) {
    if (verdict.kind != VerdictKind::Held) {
      return false;
    }
  }
  return true;
}

enum class Kind {
  Dropped,
  Doubled,
  Unreturned,
  Failed,
  AnsweredOtherwise,
  OtherText,
  CallEarlier,
  CallLater,
  ReturnEarlier,
  ReturnLater,
  CauseCut,
  ProcessGone,
  OtherStatus,
  OtherPid,
  OtherParent,
  DeathLost,
  DeathEarlier,
  DeathLater,
  ClockEarlier,
  ClockLater,
  Swapped,
  EndEarlier,
  EndLater,
  Lossy,
};

constexpr std::pair<Kind, std::string_view> kOfEvents[] = {
    {Kind::Dropped, "dropped"},
    {Kind::Doubled, "doubled"},
    {Kind::Unreturned, "without its return"},
    {Kind::Failed, "failed"},
    {Kind::AnsweredOtherwise, "another answer"},
    {Kind::OtherText, "another text"},
    {Kind::CallEarlier, "called earlier"},
    {Kind::CallLater, "called later"},
    {Kind::ReturnEarlier, "returned earlier"},
    {Kind::ReturnLater, "returned later"},
    {Kind::CauseCut, "its cause cut"},
    {Kind::Swapped, "its stamps swapped with the next one's"},
};
constexpr std::pair<Kind, std::string_view> kOfProcesses[] = {
    {Kind::ProcessGone, "gone"},
    {Kind::OtherStatus, "another status"},
    {Kind::OtherPid, "another pid"},
    {Kind::OtherParent, "another parent"},
    {Kind::DeathLost, "its death lost"},
    {Kind::DeathEarlier, "its death seen earlier"},
    {Kind::DeathLater, "its death seen later"},
    {Kind::ClockEarlier, "its clock behind"},
    {Kind::ClockLater, "its clock ahead"},
};
constexpr std::pair<Kind, std::string_view> kOfRuns[] = {
    {Kind::EndEarlier, "ended earlier"},
    {Kind::EndLater, "ended later"},
    {Kind::Lossy, "marked as incomplete"},
};

struct Mutation {
  Kind kind;
  std::size_t process = 0;
  std::size_t event = 0;
};

void shift(trace::Process& process, std::int64_t ns) {
  process.begin.ns += ns;
  for (Event& event : process.events) {
    event.call.ns += ns;
    if (event.returned) {
      event.returned->ns += ns;
    }
  }
  if (process.dead_seen) {
    process.dead_seen->ns += ns;
  }
}

// False if there is nothing to change.
bool change_event(std::vector<Event>& events, const Mutation& mutation) {
  const auto at = events.begin() + static_cast<std::ptrdiff_t>(mutation.event);
  Event& event = *at;
  switch (mutation.kind) {
    case Kind::Dropped:
      events.erase(at);
      return true;
    case Kind::Doubled:
      events.insert(at, Event(event));
      return true;
    case Kind::Unreturned:
      return std::exchange(event.returned, std::nullopt).has_value();
    case Kind::Failed:
      return event.returned && std::exchange(event.error, scenario::kGone) != scenario::kGone;
    case Kind::AnsweredOtherwise:
      event.answer ^= 1;
      return event.returned.has_value();
    case Kind::OtherText:
      event.text += "?";
      return event.returned && event.text.size() > 1;
    case Kind::CallEarlier:
    case Kind::CallLater:
      event.call.ns += mutation.kind == Kind::CallLater ? kFar : -kFar;
      return true;
    case Kind::ReturnEarlier:
    case Kind::ReturnLater:
      if (event.returned) {
        event.returned->ns += mutation.kind == Kind::ReturnLater ? kFar : -kFar;
      }
      return event.returned.has_value();
    case Kind::CauseCut:
      return std::exchange(event.cause, {}).instance != trace::kNoSlot;
    case Kind::Swapped:
      if (mutation.event + 1 == events.size()) {
        return false;
      }
      std::swap(event.call, std::next(at)->call);
      std::swap(event.returned, std::next(at)->returned);
      return true;
    default:
      return false;
  }
}

// By the reaper, when its parent ended before it. (Who survives the run is the reaper's in the
// end.)
bool was_adopted(const trace::Process& process) {
  const bool survived = process.survived || process.left;
  return process.parent_gone || (!survived && process.reaper == trace::Process::Reaper::Warden);
}

bool change_process(trace::Process& process, Kind kind) {
  const bool died = process.dead_seen.has_value();
  switch (kind) {
    case Kind::ProcessGone:
      return std::exchange(process, {}).started;
    case Kind::OtherStatus:
      return process.status && (*process.status ^= 0x100, true);
    case Kind::OtherPid:
      return ++process.pid != 1;
    case Kind::OtherParent:
      process.parent_gone = !was_adopted(process);
      process.reaper =
          process.parent_gone ? trace::Process::Reaper::Warden : trace::Process::Reaper::Starter;
      return process.started;
    case Kind::DeathLost:
      process.dead_seen.reset();
      return std::exchange(process.status, std::nullopt).has_value() || died;
    case Kind::DeathEarlier:
    case Kind::DeathLater:
      if (died) {
        process.dead_seen->ns += kind == Kind::DeathLater ? kFar : -kFar;
      }
      return died;
    case Kind::ClockEarlier:
    case Kind::ClockLater:
      shift(process, kind == Kind::ClockLater ? kFar : -kFar);
      return process.began;
    default:
      return false;
  }
}

bool change(Record& record, const Mutation& mutation) {
  switch (mutation.kind) {
    case Kind::EndEarlier:
    case Kind::EndLater:
      if (record.ended) {
        record.ended->ns += mutation.kind == Kind::EndLater ? kFar : -kFar;
      }
      return record.ended.has_value();
    case Kind::Lossy:
      record.complete = false;
      return true;
    default:
      trace::Process& process = record.processes[mutation.process];
      return mutation.event < process.events.size() && change_event(process.events, mutation)
                 ? true
                 : change_process(process, mutation.kind);
  }
}

// Why nobody needs to notice a change of one run of one scenario.
class Reasons {
 public:
  Reasons(const Prepared& scenario, const Record& record)
      : scenario_(scenario),
        plan_(scenario.plan.view()),
        expect_(scenario.scenario.expect),
        record_(record),
        finder_(plan_) {}

  // All there are. Empty: somebody must.
  [[nodiscard]] std::string why_unnoticed(const Mutation& mutation) const {
    if (expect_.timeout) {
      return "the run hung, as expected; nothing else was";
    }
    const trace::Process& process = record_.processes[mutation.process];
    const bool ended_by_us = process.survived || process.left;
    switch (mutation.kind) {
      case Kind::OtherPid:
        return shows_pid_of(mutation.process) ? "" : "no expectation speaks of this pid";
      case Kind::OtherParent:
        return !is_among(expect_.parent, mutation.process)
                   ? "no expectation speaks of the parent of this process"
               : is_daemonized(mutation.process) ? "who is daemonized has no other parent to lose"
                                                 : "";
      case Kind::OtherStatus:
      case Kind::DeathLost:
        return ended_by_us ? "the harness ended the process: how is nobody's matter" : "";
      case Kind::ProcessGone:
        return serves_a_load(mutation.process) ? "a load may have made fewer connections" : "";
      case Kind::DeathLater:
        return "a later sight of a death says less, and nothing else";
      case Kind::EndLater:
        return "an end that is noted later contradicts nothing";
      default:
        return mutation.event < process.events.size() ? why_of_event(mutation, process) : "";
    }
  }

 private:
  [[nodiscard]] std::string why_of_event(const Mutation& mutation,
                                         const trace::Process& process) const {
    const Event& event = process.events[mutation.event];
    const plan::Step& step = plan_.step(event.step);
    const bool is_value = mutation.kind == Kind::AnsweredOtherwise;
    if (mutation.kind == Kind::CauseCut) {
      return "the cause of a line is for people; verdicts rest on the net and on the stamps";
    }
    if (event.kind == trace::Line::Orphaned) {
      return "what an orphan saw of its parent's end, others saw too";
    }
    if (event.kind == trace::Line::Got && !asks_for_signals()) {
      return "how often a signal came and when, nobody asks";
    }
    if (is_value && (!has_number(step.verb) || event.error != 0)) {
      return "the step has no value, or its text is the value";
    }
    if (is_value && step.verb == Verb::IsAlive) {
      return !is_observed(step)     ? "no outcome speaks of the value"
             : may_be_another(step) ? "another outcome allows the other value"
                                    : "";
    }
    if (mutation.kind == Kind::OtherText && !is_observed(step) && !expect_.printed &&
        !is_among(expect_.output, mutation.process)) {
      return "no expectation speaks of the text (and replies are compared by the player)";
    }
    if (step.verb == Verb::Exit && mutation.kind == Kind::Unreturned) {
      return "an exit is over when its process has ended";
    }
    if (event.error != 0 && mutation.kind == Kind::Failed) {
      return "another error ended the process, and no expectation asks which";
    }
    return why_of_line(mutation, process);
  }

  // What nothing of its own line comes after.
  [[nodiscard]] std::string why_of_line(const Mutation& mutation,
                                        const trace::Process& process) const {
    const Event& event = process.events[mutation.event];
    if (!is_of_line(mutation.process, event)) {
      return "nothing waits for what a handler does";
    }
    if (mutation.kind == Kind::Swapped &&
        !is_of_line(mutation.process, process.events[mutation.event + 1])) {
      return "a handler may come before or after a step";
    }
    const auto later = process.events.begin() + static_cast<std::ptrdiff_t>(mutation.event) + 1;
    const bool is_last = std::none_of(later, process.events.end(), [&](const Event& other) {
      return is_of_line(mutation.process, other);
    });
    const bool was_ended = process.survived || process.left ||
                           (process.status && trace::ended_by_signal(*process.status));
    const bool less = mutation.kind == Kind::Dropped || mutation.kind == Kind::Unreturned ||
                      mutation.kind == Kind::Failed;
    if (is_last && less && (was_ended || !event.returned)) {
      return "a process that was ended may have been so before, in or after its last step";
    }
    return "";
  }

  // Whether it is there for a connection of a load.
  [[nodiscard]] bool serves_a_load(std::size_t process) const {
    const plan::Instance& instance = plan_.instance(static_cast<plan::InstanceId>(process));
    return instance.kind == plan::Instance::Kind::Talker && !plan_.loads().empty();
  }

  [[nodiscard]] bool asks_for_signals() const {
    const auto is_of_signal = [](const scenario::OrderPattern& order) {
      return order.text.find("got(") != order.text.npos;
    };
    return std::ranges::any_of(expect_.order, is_of_signal) ||
           std::ranges::any_of(expect_.timing, is_of_signal);
  }
  static bool has_number(Verb verb) {
    return verb == Verb::Join || verb == Verb::IsAlive || verb == Verb::Exitcode;
  }

  [[nodiscard]] bool is_of_line(std::size_t process, const Event& event) const {
    const plan::Range line = plan_.instance(static_cast<plan::InstanceId>(process)).steps;
    return event.kind == trace::Line::Step && line.first <= event.step &&
           event.step < line.first + line.count;
  }

  [[nodiscard]] bool is_daemonized(std::size_t process) const {
    return plan_.instance(static_cast<plan::InstanceId>(process)).method ==
           scenario::StartMethod::Daemonize;
  }

  // Whether one of these expectations, which are about processes, is about this one.
  template <class Expectations>
  [[nodiscard]] bool is_among(const Expectations& expectations, std::size_t process) const {
    return std::ranges::any_of(expectations,
                               [&](const auto& one) { return is_named(one.process, process); });
  }
  [[nodiscard]] bool is_named(const scenario::ProcessPattern& pattern, std::size_t process) const {
    const auto named = finder_.processes(pattern);
    return std::ranges::any_of(named, [&](const auto& each) { return each.instance == process; });
  }

  // What outcomes say of the step's value: each of the file's lists of values.
  [[nodiscard]] std::vector<std::size_t> numbers_of_wanted_values(const plan::Step& step) const {
    std::vector<std::size_t> numbers;
    if (!expect_.outcomes || step.label.size == 0) {
      return numbers;
    }
    const std::string label(plan_.text(step.label));
    const scenario::Outcomes& outcomes = *expect_.outcomes;
    for (const auto* list : {&outcomes.required, &outcomes.allowed, &outcomes.forbidden}) {
      for (const scenario::OutcomePattern& outcome : *list) {
        for (const auto& observable : outcome.observables) {
          const std::string& name = observable.name.value;
          const bool is_order = name.find(" < ") != name.npos;
          if (!is_order && (name == label || name.ends_with("." + label))) {
            numbers.push_back(observable.values.size());
          }
        }
      }
    }
    return numbers;
  }
  [[nodiscard]] bool is_observed(const plan::Step& step) const {
    return !numbers_of_wanted_values(step).empty();
  }
  // More than one map speaks of it, or one with several values.
  [[nodiscard]] bool may_be_another(const plan::Step& step) const {
    const auto numbers = numbers_of_wanted_values(step);
    return numbers.size() > 1 || std::ranges::any_of(numbers, [](auto n) { return n > 1; });
  }

  // `${pid}` in its own expected lines, or `${NAME.pid}` in anybody's.
  [[nodiscard]] bool shows_pid_of(std::size_t process) const {
    const auto shows = [&](const scenario::Text& line, bool own) {
      const std::string& text = line.value;
      for (std::size_t end = text.find("pid}"); end != text.npos;
           end = text.find("pid}", end + 1)) {
        const std::size_t begin = text.rfind("${", end) + 2;
        const std::string name = text.substr(begin, end - begin);
        const auto pattern =
            name.empty() ? std::nullopt
                         : std::optional(scenario::read_process(name.substr(0, name.size() - 1)));
        if (pattern ? *pattern && is_named(pattern->value(), process) : own) {
          return true;
        }
      }
      return false;
    };
    for (const scenario::OutputExpectation& output : expect_.output) {
      const bool own = is_named(output.process, process);
      if (std::ranges::any_of(output.lines, [&](const auto& line) { return shows(line, own); })) {
        return true;
      }
    }
    return expect_.printed && std::ranges::any_of(*expect_.printed, [&](const auto& line) {
             return shows(line, false);
           });
  }

  const Prepared& scenario_;
  const plan::Plan plan_;
  const scenario::Expectations& expect_;
  const Record& record_;
  const plan::EventFinder finder_;
};

TEST(MutatedRuns, none_of_them_holds) {
  const std::vector<Prepared> scenarios = bundled_scenarios();
  const auto records = played(scenarios);
  std::map<std::string, int> reasons;
  std::map<std::string, std::pair<int, std::string>> unnoticed;
  int noticed = 0;
  std::size_t judged = 0;
  std::string not_judged;
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    if (!records[i] || !all_held(scenarios[i], *records[i])) {
      not_judged += " " + scenarios[i].scenario.id();
      continue;
    }
    ++judged;
    const Prepared& scenario = scenarios[i];
    const Reasons reasons_of_this(scenario, *records[i]);
    const auto judge = [&](const Mutation& mutation, std::string_view what) {
      Record spoilt = *records[i];
      if (!change(spoilt, mutation)) {
        return;
      }
      if (!all_held(scenario, spoilt)) {
        ++noticed;
        return;
      }
      std::string why = reasons_of_this.why_unnoticed(mutation);
      if (!why.empty()) {
        ++reasons[why];
        return;
      }
      const auto& events = records[i]->processes[mutation.process].events;
      const plan::EventFinder finder(scenario.plan.view());
      std::string where = finder.name_of(static_cast<plan::InstanceId>(mutation.process));
      if (mutation.event < events.size()) {
        where += "." + finder.name_of_step(events[mutation.event].step);
      }
      auto& [count, example] = unnoticed[std::string(what)];
      ++count;
      example = fmt::format("{} of {}", where, scenario.scenario.id());
    };
    for (std::size_t process = 0; process < records[i]->processes.size(); ++process) {
      for (const auto& [kind, what] : kOfProcesses) {
        judge({kind, process, SIZE_MAX}, what);
      }
      for (std::size_t event = 0; event < records[i]->processes[process].events.size(); ++event) {
        for (const auto& [kind, what] : kOfEvents) {
          judge({kind, process, event}, what);
        }
      }
    }
    for (const auto& [kind, what] : kOfRuns) {
      judge({kind, 0, SIZE_MAX}, what);
    }
  }
  for (const auto& [what, found] : unnoticed) {
    ADD_FAILURE() << what << ": " << found.first << " unnoticed, such as " << found.second;
  }
  // How much that was; `--gtest_filter=MutatedRuns.*` shows it.
  fmt::print("{} records; {} changes turned a verdict; the others:\n", judged, noticed);
  for (const auto& [why, count] : reasons) {
    fmt::print("{:6} {}\n", count, why);
  }
  // One run may leave open what many runs tell (a race, a busy machine): of a few.
  EXPECT_GE(judged * 10, scenarios.size() * 9) << "not judged:" << not_judged;
  EXPECT_GE(scenarios.size(), kAtLeast);
  EXPECT_GE(noticed, 1000);
}

}  // namespace
}  // namespace procession::cli
