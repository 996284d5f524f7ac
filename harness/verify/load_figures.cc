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
  double number = 0;
  bool began = false;
  for (const std::size_t load : loads_) {
    if (load < record.loads.size() && !record.loads[load].phases.empty()) {
      began = true;
      audit(run, load);
      add_load(run, load);
      number += asked_.number ? number_of(run, load) : 0;
    }
  }
  if (!began) {
    note(VerdictKind::Broken,
         fmt::format("no `{}` was played in {}", asked_.figure, run_name(record)));
  } else if (asked_.number) {
    const bool is_rate = asked_.number == LoadNumber::Rate;
    numbers_.add(std::llround(is_rate ? number * kThousandths : number));
  }
}

void LoadFigure::add_load(const Timeline& run, std::size_t load) {
  for (const std::size_t phase : phases_) {
    const trace::LoadPhase& counted = run.record().loads[load].phases[phase];
    if (asked_.series && !counted.series.empty()) {
      add_series(counted);
    }
  }
}

void LoadFigure::add_series(const trace::LoadPhase& phase) {
  add_counts(phase.series[*asked_.series], *histogram_);
  counted_.reset();
  if (const std::int64_t least = phase.counts.least_unfinished[*asked_.series]; least != 0) {
    open_from_ = open_from_ == 0 ? least : std::min(open_from_, least);
  }
}

// A client that was killed has measured until then.
double LoadFigure::number_of(const Timeline& run, std::size_t load) const {
  double sum = 0;
  for (const std::size_t phase : phases_) {
    const trace::PhaseCounts& counts = run.record().loads[load].phases[phase].counts;
    const auto& process =
        run.record().processes[context_.plan.step(context_.plan.loads()[load].step).self];
    const std::int64_t end =
        counts.end != 0 ? counts.end : process.dead_seen.value_or(base::Instant{}).ns;
    switch (*asked_.number) {
      case LoadNumber::Rate:
        sum += end > counts.begin && counts.begin != 0 ? static_cast<double>(counts.ended) * 1e9 /
                                                             static_cast<double>(end - counts.begin)
                                                       : 0;
        break;
      case LoadNumber::Requests:
        sum += static_cast<double>(counts.due);
        break;
      case LoadNumber::Errors:
        sum += static_cast<double>(all_failed(counts));
        break;
      case LoadNumber::Unfinished:
        sum += static_cast<double>(counts.unfinished);
        break;
      case LoadNumber::Dropped:
        sum += static_cast<double>(counts.dropped);
        break;
      case LoadNumber::Failure:
        sum += static_cast<double>(counts.failed[asked_.failure]);
        break;
    }
  }
  return sum;
}

// What was counted wrongly means nothing. Where only the client was late, its counts stand, but no
// time of the server can be told by them.
void LoadFigure::audit(const Timeline& run, std::size_t load) {
  const plan::Load& asked = context_.plan.loads()[load];
  const std::string who =
      fmt::format("{} in {}", context_.finder.name_of(context_.plan.step(asked.step).self),
                  run_name(run.record()));
  const auto is_of = [&](Series series) {
    return asked_.series == static_cast<std::size_t>(series);
  };
  const bool tells_of_time =
      asked_.unit() != FigureValue::Unit::Count && !is_of(Series::Lag) && !is_of(Series::Connect);
  for (const std::size_t phase : phases_) {
    const trace::LoadPhase& counted = run.record().loads[load].phases[phase];
    if (phase == static_cast<std::size_t>(Phase::Drain) || counted.series.empty()) {
      continue;
    }
    if (const std::string why = impossible_in(asked, counted); !why.empty()) {
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
  }
  return *counted_;
}

std::optional<double> LoadFigure::open_from() const {
  return open_from_ == 0 ? std::nullopt : std::optional(static_cast<double>(open_from_));
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
    for (const LoadNumber number :
         {LoadNumber::Rate, LoadNumber::Requests, LoadNumber::Errors, LoadNumber::Unfinished}) {
      value.number = number;
      numbers_.push_back(std::make_unique<LoadFigure>(context, value, std::nullopt));
    }
    value.number.reset();
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
      told.back().open_from = figure->open_from();
    }
  }
  return told;
}

std::vector<measure::Number> LoadFigures::numbers() const {
  std::vector<measure::Number> told;
  for (const auto& figure : numbers_) {
    if (figure->samples().count() != 0) {
      const bool is_rate = figure->name().ends_with(".rate");
      told.push_back({figure->name(), is_rate ? "/s" : "",
                      measure::median(figure->samples()) / (is_rate ? kThousandths : 1)});
    }
  }
  return told;
}

}  // namespace procession::verify
