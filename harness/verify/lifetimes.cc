// SPDX-License-Identifier: MIT
// Lifetimes: `overlap` (every two were alive at one instant) and `parallel` (all were on CPU at one
// instant).
#include "harness/verify/check.h"

#include <fmt/format.h>

#include <algorithm>

namespace procession::verify {

namespace {

using plan::InstanceId;
using scenario::VerdictKind;

class OverlapCheck final : public EachRunCheck {
 public:
  OverlapCheck(const Context& context, scenario::Position at, std::vector<InstanceId> members)
      : EachRunCheck("overlap", group_text(context, members), at),
        context_(context),
        members_(std::move(members)) {}

 private:
  // When a process was certainly alive: from its first stamp to its last, or to its end's lower
  // bound.
  struct Life {
    base::Instant begin;
    base::Instant least_end;
    base::Instant most_end;
  };

  [[nodiscard]] static Life life_of(const Timeline& run, InstanceId id) {
    const trace::Process& process = run.record().processes[id];
    const causes::EventId end = run.net().end(id);
    if (run.happened(end)) {
      return {process.begin, run.when(end).lo, run.when(end).hi};
    }
    const base::Instant over = run.record().ended.value_or(last_stamp(process));
    return {process.begin, over, over};
  }

  [[nodiscard]] Finding judge(const Timeline& run) const override {
    if (!run.record().complete) {
      return incomplete(run.record());
    }
    if (!run.fault().empty()) {
      return {VerdictKind::Invalid, fmt::format("{}: {}", run_name(run.record()), run.fault()), {}};
    }
    std::vector<Life> lives;
    for (std::size_t i = 0; i < members_.size(); ++i) {
      if (!run.record().processes[members_[i]].began) {
        return {VerdictKind::Broken,
                fmt::format("vacuous: {} did not begin in {}", name(i), run_name(run.record())),
                {}};
      }
      lives.push_back(life_of(run, members_[i]));
    }
    if (lives.empty() || were_all_alive_at_once(lives)) {
      return {};
    }
    Finding worst;
    for (std::size_t i = 0; i < members_.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const Finding here = judge_pair(run, lives, i, j);
        if (is_worse(here.kind, worst.kind)) {
          worst = here;
        }
      }
    }
    return worst;
  }

  // It is the common case, and needs no look at each two.
  [[nodiscard]] static bool were_all_alive_at_once(const std::vector<Life>& lives) {
    const Life& last = std::ranges::max(lives, {}, &Life::begin);
    return std::ranges::all_of(lives,
                               [&](const Life& life) { return last.begin < life.least_end; });
  }

  [[nodiscard]] Finding judge_pair(const Timeline& run, const std::vector<Life>& lives,
                                   std::size_t i, std::size_t j) const {
    const Life& a = lives[i];
    const Life& b = lives[j];
    if (a.begin < b.least_end && b.begin < a.least_end) {
      return {};
    }
    const bool apart = a.most_end < b.begin || b.most_end < a.begin;
    return {
        apart ? VerdictKind::Broken : VerdictKind::Inconclusive,
        fmt::format("{} and {} {} in {}", name(j), name(i),
                    apart ? "did not overlap" : "were too close to tell", run_name(run.record())),
        {}};
  }

  [[nodiscard]] std::string praise() const override {
    return fmt::format("every two of {} were alive at one instant, in each of {}", members_.size(),
                       runs_text(runs()));
  }

  [[nodiscard]] std::string name(std::size_t i) const {
    return context_.finder.name_of(members_[i]);
  }

  const Context& context_;
  const std::vector<InstanceId> members_;
};

// All k were on CPU at one instant if, in some window of wall time, they used more than k − 1
// windows of CPU time together: else at most k − 1 of them ran at a time. One run suffices.
class ParallelCheck final : public Check {
 public:
  ParallelCheck(const Context& context, scenario::Position at, std::vector<InstanceId> members)
      : Check("parallel", group_text(context, members), at), members_(std::move(members)) {}

  void add(const Timeline& run) override {
    ++runs_;
    if (proof_.empty()) {
      look_for_proof(run.record());
    }
    apart_ += were_apart(run) ? 1 : 0;
  }
  [[nodiscard]] bool lost() const override { return false; }

 private:
  // At some instant between these two, the process had used so much CPU time.
  struct Sample {
    base::Instant from;
    base::Instant to;
    base::Duration used;
  };

  static std::vector<Sample> samples_of(const trace::Process& process) {
    std::vector<Sample> samples;
    for (const trace::Event& event : process.events) {
      if (event.kind == trace::Line::Sample) {
        samples.push_back(
            {event.call, event.returned.value_or(event.call), base::Duration(event.answer)});
      }
    }
    return samples;
  }

  // At least this much CPU time was used between the two instants: only readings count that were
  // surely taken between them.
  static base::Duration used_between(const std::vector<Sample>& samples, base::Instant from,
                                     base::Instant to) {
    const auto first = std::ranges::lower_bound(samples, from, {}, &Sample::from);
    const auto last = std::ranges::upper_bound(samples, to, {}, &Sample::to);
    return last - first < 2 ? base::Duration{} : std::prev(last)->used - first->used;
  }

  // More CPU time than so many CPUs give in the window. The wall clock may be slowed down or sped
  // up by 500 ppm (adjtimex(2)), the clock of CPU time is not: a thousandth more is no proof yet.
  static bool exceeds(base::Duration used, base::Duration window, std::size_t cpus) {
    return static_cast<double>(used.count()) >
           1.001 * static_cast<double>(window.count()) * static_cast<double>(cpus);
  }

  void look_for_proof(const trace::Record& record) {
    std::vector<std::vector<Sample>> samples;
    std::vector<base::Instant> begins;
    std::vector<base::Instant> ends;
    for (const InstanceId id : members_) {
      samples.push_back(samples_of(record.processes[id]));
      sampled_ = sampled_ || !samples.back().empty();
      for (const Sample& sample : samples.back()) {
        begins.push_back(sample.from);
        ends.push_back(sample.to);
      }
    }
    std::ranges::sort(begins);
    std::ranges::sort(ends);
    const std::size_t stride = std::max<std::size_t>(1, begins.size() / kMostInstants);
    for (std::size_t i = 0; i < begins.size(); i += stride) {
      for (std::size_t j = i + 1; j < ends.size(); j += stride) {
        const base::Duration window = ends[j] - begins[i];
        base::Duration used{};
        for (const auto& of_one : samples) {
          used += used_between(of_one, begins[i], ends[j]);
        }
        if (window.count() > 0 && exceeds(used, window, members_.size() - 1)) {
          proof_ = fmt::format(
              "all {} were on CPU at one instant in {}: {:.0f} % of a window of "
              "{:.2f} ms",
              members_.size(), run_name(record),
              100.0 * static_cast<double>(used.count()) / static_cast<double>(window.count()),
              static_cast<double>(window.count()) / 1e6);
          return;
        }
      }
    }
  }

  // Lifetimes that never overlap cannot be on CPU together.
  [[nodiscard]] bool were_apart(const Timeline& run) const {
    for (const InstanceId a : members_) {
      for (const InstanceId b : members_) {
        const causes::EventId end = run.net().end(a);
        if (run.happened(end) && run.record().processes[b].began &&
            run.when(end).hi < run.record().processes[b].begin) {
          return true;
        }
      }
    }
    return false;
  }

  [[nodiscard]] Finding finding() const override {
    if (!proof_.empty()) {
      return {VerdictKind::Held, proof_, {}};
    }
    if (runs_ == 0) {
      return {VerdictKind::Inconclusive, "no run was recorded", {}};
    }
    if (!sampled_) {
      return {VerdictKind::Broken, "vacuous: none of them spins, so no CPU time was recorded", {}};
    }
    if (apart_ == runs_) {
      return {VerdictKind::Broken, "two of them were never alive at one instant", {}};
    }
    return {VerdictKind::Inconclusive,
            fmt::format("not shown in {}: no window has more than {} times its length of CPU time",
                        runs_text(runs_), members_.size() - 1),
            {"are there as many free CPUs? `requires: {cpus: N}` skips where there are not"}};
  }

  static constexpr std::size_t kMostInstants = 400;

  const std::vector<InstanceId> members_;
  std::uint32_t runs_ = 0;
  bool sampled_ = false;
  std::string proof_;
  std::uint32_t apart_ = 0;  // runs in which two of them were not alive together
};

}  // namespace

void add_lifetime_checks(const Context& context, Checks& checks) {
  for (const scenario::Group& group : context.asked.expect.overlap) {
    checks.push_back(std::make_unique<OverlapCheck>(context, group.at, members_of(context, group)));
  }
  for (const scenario::Group& group : context.asked.expect.parallel) {
    checks.push_back(
        std::make_unique<ParallelCheck>(context, group.at, members_of(context, group)));
  }
}

}  // namespace procession::verify
