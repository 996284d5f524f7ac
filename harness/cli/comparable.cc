// SPDX-License-Identifier: MIT
#include "harness/cli/comparable.h"

#include "harness/base/check.h"
#include "harness/cli/select.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace procession::cli {

namespace {

using measure::Better;
using measure::Figure;
using measure::Number;

constexpr const char* kRun = "run.wall";  // as in rows.h

std::vector<double> nanoseconds(const std::vector<base::Duration>& times) {
  std::vector<double> values;
  for (const base::Duration time : times) {
    values.push_back(static_cast<double>(time.count()));
  }
  return values;
}

// Why the statistic means something else than the figure's name says.
std::string unfit_because(const Figure& figure, std::string_view statistic) {
  if (!figure.invalid.empty()) {
    return "invalid: " + figure.invalid;
  }
  return figure.is_at_least(statistic) ? "only a lower bound: some requests were given up" : "";
}

// A ratio needs a number above 0.
Comparable checked(Comparable comparable) {
  const auto fits = [](double value) { return std::isfinite(value) && value > 0; };
  if (comparable.unfit.empty() &&
      !std::all_of(comparable.values.begin(), comparable.values.end(), fits)) {
    comparable.unfit = "a ratio needs values above 0";
  }
  return comparable;
}

void add(std::vector<Comparable>& all, Comparable comparable) {
  if (!comparable.values.empty()) {
    all.push_back(checked(std::move(comparable)));
  }
}

Comparable of_figure(const Figure& figure, const char* statistic, std::vector<double> values) {
  return {figure.name + "." + statistic, figure.unit, Better::Lower, std::move(values),
          unfit_because(figure, statistic)};
}

std::vector<double> percentile_of(const Figure& figure, double percent) {
  for (const Figure::Percentile& percentile : figure.percentiles) {
    if (percentile.percent == percent && percentile.value) {
      return {*percentile.value};
    }
  }
  return {};
}

Comparable of_number(const Number& number, std::vector<double> values) {
  return {number.name, number.unit, Better::Higher, std::move(values),
          number.invalid.empty() ? "" : "invalid: " + number.invalid};
}

bool is_throughput(const Number& number) { return number.unit == "/s"; }

}  // namespace

std::vector<Comparable> comparable_of(const report::ScenarioResult& result) {
  std::vector<Comparable> all;
  if (!result.run_walls.empty()) {
    add(all, {kRun,
              "ns",
              Better::Lower,
              {report::median_over_rounds(nanoseconds(result.run_walls))},
              {}});
  }
  for (const Number& number : result.judgement.numbers) {
    if (is_throughput(number)) {
      add(all, of_number(number, {number.value}));
    }
  }
  for (const Figure& figure : result.judgement.figures) {
    add(all, of_figure(figure, "p50", percentile_of(figure, 50)));
    add(all, of_figure(figure, "p99", percentile_of(figure, 99)));
  }
  return all;
}

std::vector<Comparable> comparable_by_run(const report::ScenarioResult& result) {
  std::vector<Comparable> all;
  add(all, {kRun, "ns", Better::Lower, nanoseconds(result.run_walls), {}});
  for (const Number& number : result.judgement.numbers) {
    if (is_throughput(number)) {
      add(all, of_number(number, number.by_run));
    }
  }
  for (const Figure& figure : result.judgement.figures) {
    add(all, of_figure(figure, "p50", figure.by_run.p50));
    add(all, of_figure(figure, "p99", figure.by_run.p99));
  }
  return all;
}

const Comparable* find(std::span<const Comparable> all, const std::string& name) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Comparable& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

report::ComparedFigure compared(const std::string& scenario, const Comparable* base,
                                const Comparable* changed) {
  base::check(base != nullptr || changed != nullptr, "one of the two is there");
  const Comparable& one = base != nullptr ? *base : *changed;
  report::ComparedFigure figure;
  figure.scenario = scenario;
  figure.name = one.name;
  figure.unit = one.unit;
  figure.better = one.better;
  if (base == nullptr || changed == nullptr) {
    (base != nullptr ? figure.base : figure.changed) = one.values;
    figure.not_judged = base != nullptr ? "only in base" : "only in new";
    return figure;
  }
  const std::size_t rounds = std::min(base->values.size(), changed->values.size());
  figure.base.assign(base->values.begin(),
                     base->values.begin() + static_cast<std::ptrdiff_t>(rounds));
  figure.changed.assign(changed->values.begin(),
                        changed->values.begin() + static_cast<std::ptrdiff_t>(rounds));
  for (const auto& [arm, side] : {std::pair(base, "base"), std::pair(changed, "new")}) {
    if (!arm->unfit.empty()) {
      figure.not_judged = fmt::format("{}: {}", side, arm->unfit);
    }
  }
  return figure;
}

bool is_wanted(std::span<const std::string> patterns, const std::string& name) {
  return patterns.empty() ||
         std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return glob_matches(pattern, name); });
}

}  // namespace procession::cli
