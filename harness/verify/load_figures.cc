// SPDX-License-Identifier: MIT
#include "harness/verify/load_figures.h"

#include "harness/verify/load_audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace procession::verify {

namespace {

using scenario::FigureValue;
using scenario::LoadNumber;
using scenario::VerdictKind;
using trace::Phase;
using trace::Series;

static_assert(scenario::kPhaseNames.size() == trace::kPhases &&
              scenario::kSeriesNames.size() == trace::kSeries &&
              scenario::kFailureNames.size() == trace::kFailures);

constexpr double kThousandths = 1000;

// The measuring, if the file does not say otherwise. What went wrong counts whenever it did, and
// connections are made whenever they are needed.
std::vector<std::size_t> phases_of(const FigureValue& value, std::optional<std::size_t> phase) {
  if (phase) {
    return {*phase};
  }
  const bool of_all = value.number == LoadNumber::Errors || value.number == LoadNumber::Failure ||
                      (value.series && static_cast<Series>(*value.series) == Series::Connect);
  if (of_all) {
    return {0, 1, 2};
  }
  return {static_cast<std::size_t>(Phase::Measure)};
}

std::uint64_t all_failed(const trace::PhaseCounts& counts) {
  return std::accumulate(counts.failed.begin(), counts.failed.end(), counts.dropped);
}

// What has gone wrong is counted also where nothing could begin.
bool has_what_is_asked(const FigureValue& value, const trace::Load& load) {
  const bool of_failures =
      value.number == LoadNumber::Errors || value.number == LoadNumber::Failure;
  return !load.phases.empty() && (of_failures || has_begun(load));
}

// When it was killed, as somebody saw it: such processes are watched.
std::int64_t end_of(const trace::PhaseCounts& counts, const trace::Process& client,
                    const trace::Record& run) {
  return counts.end != 0 ? counts.end
                         : client.dead_seen.value_or(run.ended.value_or(run.started)).ns;
}

// How long one of the times at least lasted. Those without a begin, 0, or an end are none.
std::int64_t covered(std::vector<std::pair<std::int64_t, std::int64_t>> times) {
  std::ranges::sort(times);
  std::int64_t sum = 0;
  std::int64_t up_to = 0;
  for (const auto& [begin, end] : times) {
    if (begin != 0 && end > std::max(begin, up_to)) {
      sum += end - std::max(begin, up_to);
      up_to = end;
    }
  }
  return sum;
}

void add_counts(const trace::SeriesCounts& from, measure::Histogram& to) {
  for (const trace::CellCount& cell : from.cells) {
    to.record(std::clamp(measure::Histogram::lowest_of(cell.cell), from.min, from.max), cell.count);
  }
  if (!from.cells.empty()) {
    to.widen(from.max);
  }
}

}  // namespace

std::string_view label_of(const plan::Plan& plan, const plan::Load& load) {
  const plan::Step& step = plan.step(load.step);
  return step.label.size == 0 ? "load" : plan.text(step.label);
}

std::vector<std::size_t> loads_of(const plan::Plan& plan, const plan::EventFinder& finder,
                                  const FigureValue& value) {
  std::vector<plan::InstanceId> whose;
  if (value.process) {
    for (const auto& process : finder.processes(*value.process)) {
      whose.push_back(process.instance);
    }
  }
  std::vector<std::size_t> meant;
  for (std::size_t i = 0; i < plan.loads().size(); ++i) {
    const plan::Load& load = plan.loads()[i];
    if (label_of(plan, load) == value.figure &&
        (!value.process || std::ranges::count(whose, plan.step(load.step).self) != 0)) {
      meant.push_back(i);
    }
  }
  return meant;
}

LoadFigure::LoadFigure(const Context& context, const FigureValue& asked,
                       std::optional<std::size_t> phase)
    : context_(context),
      asked_(asked),
      phases_(phases_of(asked, phase)),
      loads_(loads_of(context.plan, context.finder, asked)) {
  name_ = asked.figure;
  if (asked.series) {
    name_ += fmt::format(".{}", scenario::kSeriesNames[*asked.series]);
    histogram_ = std::make_unique<measure::Histogram>();
    of_run_ = std::make_unique<measure::Histogram>();
  } else if (asked.number == LoadNumber::Failure) {
    name_ += fmt::format(".{}", scenario::kFailureNames[asked.failure]);
  } else {
    name_ +=
        fmt::format(".{}", scenario::kLoadNumberNames[static_cast<std::size_t>(*asked.number)]);
  }
}

void LoadFigure::add(const Timeline& run) {
  count_run();
  const trace::Record& record = run.record();
  if (!record.complete) {
    note(VerdictKind::Inconclusive,
         fmt::format("the record of {} is incomplete: {}", run_name(record), record.damage));
    return;
  }
  if (!run.fault().empty()) {
    note(VerdictKind::Invalid, fmt::format("{}: {}", run_name(record), run.fault()));
    return;
  }
  Pool pool;
  bool has_counted = false;
  for (const std::size_t load : loads_) {
    if (load < record.loads.size() && has_what_is_asked(asked_, record.loads[load])) {
      has_counted = true;
      audit(run, load);
      add_load(run, load, pool);
    }
  }
  if (!has_counted) {
    note(VerdictKind::Broken, why_not_played(run));
  } else if (asked_.number) {
    add_number(std::move(pool));
  } else {
    add_run();
  }
}

// What this run has counted.
void LoadFigure::add_run() {
  by_run_.add(measure::Counted(*of_run_));
  histogram_->add(*of_run_);
  *of_run_ = {};
  counted_.reset();
}

std::string LoadFigure::why_not_played(const Timeline& run) const {
  for (const std::size_t load : loads_) {
    const plan::StepId step = context_.plan.loads()[load].step;
    for (const trace::Event& event : run.record().processes[context_.plan.step(step).self].events) {
      if (event.step == step && event.error != 0) {
        return fmt::format("`{}` failed with {} before its first request in {}", asked_.figure,
                           context_.finder.symbol_name(event.error), run_name(run.record()));
      }
    }
  }
  return fmt::format("no `{}` was played in {}", asked_.figure, run_name(run.record()));
}

void LoadFigure::add_load(const Timeline& run, std::size_t load, Pool& pool) {
  const trace::Load& counted = run.record().loads[load];
  const bool cut_off = is_cut_off(counted);
  for (const std::size_t phase : phases_) {
    const trace::LoadPhase& in_phase = counted.phases[phase];
    if (asked_.series && !in_phase.series.empty()) {
      add_series(context_.plan.loads()[load], in_phase, cut_off);
    }
    if (asked_.number) {
      const plan::StepId step = context_.plan.loads()[load].step;
      const auto& client = run.record().processes[context_.plan.step(step).self];
      pool.times.push_back({in_phase.counts.begin, end_of(in_phase.counts, client, run.record())});
      pool.ended += in_phase.counts.ended;
      pool.number += count_in(in_phase.counts, cut_off);
    }
  }
}

void LoadFigure::add_series(const plan::Load& asked, const trace::LoadPhase& phase,
                            bool is_cut_off) {
  const std::size_t series = *asked_.series;
  add_counts(phase.series[series], *of_run_);
  if (phase.counts.at_least[series] != 0) {
    const std::int64_t least = phase.counts.least_unfinished[series];
    unknown_.least = unknown_.counted == 0 ? least : std::min(unknown_.least, least);
    unknown_.counted += phase.counts.at_least[series];
  }
  const bool ends_with_reply =
      is_of(Series::Service) || (is_of(Series::Response) && asked.loop == scenario::Loop::Open);
  if (is_cut_off && ends_with_reply) {
    unknown_.missing += not_over(phase.counts);
  }
}

void LoadFigure::add_number(Pool pool) {
  const double number = number_of(std::move(pool));
  const bool is_rate = asked_.number == LoadNumber::Rate;
  numbers_.add(std::llround(number * (is_rate ? kThousandths : 1)));
  if (numbers_by_run_.size() < measure::ByRun::kMost) {
    numbers_by_run_.push_back(number);
  }
}

double LoadFigure::number_of(Pool pool) const {
  if (asked_.number != LoadNumber::Rate) {
    return static_cast<double>(pool.number);
  }
  const std::int64_t time = covered(std::move(pool.times));
  return time == 0 ? 0 : static_cast<double>(pool.ended) * 1e9 / static_cast<double>(time);
}

std::uint64_t LoadFigure::count_in(const trace::PhaseCounts& counts, bool is_cut_off) const {
  switch (*asked_.number) {
    case LoadNumber::Rate:
      return 0;
    case LoadNumber::Requests:
      return counts.due;
    case LoadNumber::Errors:
      return all_failed(counts);
    case LoadNumber::Unfinished:
      return counts.unfinished + (is_cut_off ? not_over(counts) : 0);
    case LoadNumber::Dropped:
      return counts.dropped;
    case LoadNumber::Failure:
      return counts.failed[asked_.failure];
  }
  return 0;
}

// What was counted wrongly means nothing. Where only the client was late, its counts stand, but no
// time of the server can be told by them.
void LoadFigure::audit(const Timeline& run, std::size_t load) {
  const plan::Load& asked = context_.plan.loads()[load];
  const std::string who =
      fmt::format("{} in {}", context_.finder.name_of(context_.plan.step(asked.step).self),
                  run_name(run.record()));
  const bool tells_of_time =
      asked_.unit() != FigureValue::Unit::Count && !is_of(Series::Lag) && !is_of(Series::Connect);
  const bool cut_off = is_cut_off(run.record().loads[load]);
  for (const std::size_t phase : phases_) {
    const trace::LoadPhase& counted = run.record().loads[load].phases[phase];
    if (phase == static_cast<std::size_t>(Phase::Drain) || counted.series.empty()) {
      continue;
    }
    const std::int64_t from_before =
        phase == 0 ? 0 : longest_in(run.record().loads[load].phases[phase - 1]);
    if (const std::string why = impossible_in(asked, counted, cut_off, from_before); !why.empty()) {
      note(VerdictKind::Invalid, fmt::format("{}: {}", who, why));
    } else if (const std::string lag = lag_in(asked, counted); tells_of_time && !lag.empty()) {
      note(VerdictKind::Invalid, fmt::format("{}: {}", who, lag));
    }
  }
}

const measure::Distribution& LoadFigure::samples() const {
  if (asked_.number) {
    return numbers_;
  }
  if (!counted_) {
    counted_.emplace(*histogram_);
    censored_.emplace(*counted_, unknown_);
  }
  return *censored_;
}

LoadFigures::LoadFigures(const Context& context) : context_(context) {
  std::vector<std::string_view> labels;
  for (const plan::Load& load : context.plan.loads()) {
    const std::string_view label = label_of(context.plan, load);
    if (std::ranges::count(labels, label) != 0) {
      continue;
    }
    labels.push_back(label);
    FigureValue value;
    value.figure = label;
    const auto add_number = [&](LoadNumber number, std::size_t failure = 0) {
      value.number = number;
      value.failure = failure;
      numbers_.push_back(std::make_unique<LoadFigure>(context, value, std::nullopt));
    };
    for (const LoadNumber number : {LoadNumber::Rate, LoadNumber::Requests, LoadNumber::Errors}) {
      add_number(number);
    }
    for (std::size_t failure = 0; failure < trace::kFailures; ++failure) {
      add_number(LoadNumber::Failure, failure);
    }
    add_number(LoadNumber::Dropped);
    add_number(LoadNumber::Unfinished);
    value.number.reset();
    value.statistic.kind = scenario::Statistic::Kind::Mean;  // more is told than their count
    for (std::size_t series = 0; series < trace::kSeries; ++series) {
      value.series = series;
      series_.push_back(std::make_unique<LoadFigure>(context, value, std::nullopt));
    }
  }
}

void LoadFigures::add(const Timeline& run) {
  for (const auto* figures : {&series_, &numbers_, &asked_}) {
    for (const auto& figure : *figures) {
      figure->add(run);
    }
  }
}

const FigureSource& LoadFigures::ask(const FigureValue& value, std::optional<std::size_t> phase) {
  asked_.push_back(std::make_unique<LoadFigure>(context_, value, phase));
  return *asked_.back();
}

std::vector<measure::Figure> LoadFigures::told() const {
  std::vector<measure::Figure> told;
  for (const auto& figure : series_) {
    if (figure->samples().count() != 0) {
      told.push_back(measure::figure_of(figure->name(), "ns", figure->samples()));
      told.back().invalid = figure->invalid();
      told.back().by_run = figure->by_run();
    }
  }
  return told;
}

std::vector<measure::Number> LoadFigures::numbers() const {
  std::vector<measure::Number> told;
  for (const auto& figure : numbers_) {
    const measure::Distribution& of_runs = figure->samples();
    if (of_runs.count() == 0 || (figure->is_of_failures() && of_runs.at(of_runs.count()) == 0)) {
      continue;
    }
    const bool is_rate = figure->name().ends_with(".rate");
    told.push_back({figure->name(), is_rate ? "/s" : "",
                    measure::median(of_runs) / (is_rate ? kThousandths : 1), figure->invalid(),
                    figure->numbers_by_run()});
  }
  return told;
}

}  // namespace procession::verify
