// SPDX-License-Identifier: MIT
#include "harness/report/comparison.h"

#include "harness/base/check.h"
#include "harness/base/text.h"
#include "harness/measure/looks.h"
#include "harness/report/printable.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace procession::report {

namespace {

using measure::Change;

bool can_be_judged(const ComparedFigure& figure) {
  return figure.not_judged.empty() && !figure.base.empty();
}

// Those that can be judged, as one family.
void judge_family(std::vector<ComparedFigure>& family, double margin,
                  const measure::SidesNeeded& needed) {
  std::vector<measure::Pairs> pairs;
  std::vector<ComparedFigure*> judged;
  for (ComparedFigure& figure : family) {
    figure.comparison.reset();
    if (can_be_judged(figure)) {
      figure.same = measure::ratio_interval(figure.first, figure.second);
      pairs.push_back({figure.better, figure.base, figure.changed, margin,
                       measure::noise_of(figure.same).value_or(0)});
      judged.push_back(&figure);
    }
  }
  const std::vector<measure::Comparison> comparisons = measure::compare(pairs, needed);
  for (std::size_t i = 0; i < judged.size(); ++i) {
    const bool open = !comparisons[i].interval.low || !comparisons[i].interval.high;
    judged[i]->comparison = comparisons[i];
    judged[i]->needs_rounds =
        open ? measure::fewest_rounds(kTail / static_cast<double>(judged.size())) : 0;
  }
}

bool is(const ComparedFigure& figure, Change change) {
  return figure.comparison && figure.comparison->change == change;
}

bool has_moved(const ComparedFigure& placebo) {
  return is(placebo, Change::Worse) || is(placebo, Change::Better);
}

std::string why_open(const ComparedFigure& figure) {
  // What was kept has no rounds: its runs are compared one by one.
  const char* const unit = figure.first.empty() ? "runs each" : "rounds";
  return figure.needs_rounds > figure.base.size()
             ? fmt::format("needs {} {}, has {}", figure.needs_rounds, unit, figure.base.size())
             : fmt::format("needs more {}", unit);
}

}  // namespace

void judge(ComparisonResult& result, const measure::SidesNeeded& needed) {
  judge_family(result.figures, result.margin, needed);
  judge_family(result.placebos, result.margin, needed);
}

std::string invalid_because(const ComparisonResult& result) {
  for (const ComparedFigure& placebo : result.placebos) {
    if (has_moved(placebo)) {
      return fmt::format("{} has moved to {}, though no change can touch it",
                         printable(placebo.name), ratio_text(*placebo.comparison));
    }
  }
  return {};
}

std::string_view to_string(Conclusion conclusion) {
  constexpr std::string_view kNames[] = {"invalid", "worse", "cannot tell", "not worse"};
  return kNames[static_cast<std::size_t>(conclusion)];
}

Conclusion conclusion_of(const ComparisonResult& result) {
  const auto some = [&](Change change) {
    return std::any_of(result.figures.begin(), result.figures.end(),
                       [&](const ComparedFigure& figure) { return is(figure, change); });
  };
  if (!invalid_because(result).empty()) {
    return Conclusion::Invalid;
  }
  if (some(Change::Worse)) {
    return Conclusion::Worse;
  }
  const bool all_judged =
      std::all_of(result.figures.begin(), result.figures.end(),
                  [](const ComparedFigure& figure) { return figure.comparison.has_value(); });
  return result.figures.empty() || !all_judged || some(Change::CannotTell) ? Conclusion::CannotTell
                                                                           : Conclusion::NotWorse;
}

Said said_of(const ComparedFigure& figure) {
  if (!figure.comparison) {
    return {"not judged", figure.not_judged.empty() ? why_open(figure) : figure.not_judged};
  }
  const measure::Comparison& comparison = *figure.comparison;
  Said said{std::string(measure::to_string(comparison.change)), {}};
  if (comparison.change == Change::CannotTell) {
    said.why = why_open(figure);
  }
  return said;
}

Said said_of_placebo(const ComparedFigure& placebo) {
  return {has_moved(placebo) ? "moved" : "not seen to move", {}};
}

std::string value_text(double value, std::string_view unit) {
  if (unit == "ns") {
    return base::format_duration(base::Duration(std::llround(value)));
  }
  return (value < 1000 ? fmt::format("{:.3g}", value) : fmt::format("{:.0f}", value)) +
         printable(unit);
}

std::string ratio_text(const measure::Comparison& comparison) {
  const auto end = [](const std::optional<double>& value) {
    return value ? fmt::format("{:.3f}", *value) : std::string("?");
  };
  return fmt::format("{:.3f} [{}, {}]", comparison.ratio, end(comparison.interval.low),
                     end(comparison.interval.high));
}

std::string percent_text(double share) {
  return share < 1 ? fmt::format("{:.3g} %", 100 * share) : fmt::format("{:.0f} %", 100 * share);
}

double median_over_rounds(std::vector<double> values) {
  base::check(!values.empty(), "there is a round");
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

}  // namespace procession::report
