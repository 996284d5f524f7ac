// SPDX-License-Identifier: MIT
// `figures`: what the samples of all runs come to, compared with a bound or with another figure.
#include "harness/base/text.h"
#include "harness/measure/statistics.h"
#include "harness/verify/check.h"
#include "harness/verify/load_figures.h"
#include "harness/verify/measured.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace procession::verify {

namespace {

using scenario::Comparison;
using scenario::FigurePattern;
using scenario::FigureValue;
using scenario::VerdictKind;
using Kind = scenario::Statistic::Kind;

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr const char* kGivenUp =
    "; what was given up had taken so long at least, and may have taken longer";
constexpr double kTold = 0.95;  // confidence of an interval that is only told

double fraction_of(const scenario::Statistic& statistic) {
  return statistic.kind == Kind::Median ? 0.5 : statistic.percent / 100;
}

bool is_percentile(const scenario::Statistic& statistic) {
  return statistic.kind == Kind::Percentile || statistic.kind == Kind::Median;
}

// Of a load's numbers the median of the runs; rates are kept in thousandths.
double scale_of(const FigureValue& value) {
  return value.unit() == FigureValue::Unit::Rate ? 1000 : 1;
}

// Of one sample or more; a count also of none.
measure::Known value_of(const FigureValue& asked, const measure::Distribution& samples) {
  const scenario::Statistic& statistic = asked.statistic;
  const auto exactly = [](double value) { return measure::Known{value, value}; };
  if (asked.number) {
    return exactly(measure::median(samples) / scale_of(asked));
  }
  switch (statistic.kind) {
    case Kind::Percentile:
      return measure::known_percentile(samples, fraction_of(statistic));
    case Kind::Median:
      return measure::known_median(samples);
    case Kind::Mean:
      return measure::known_mean(samples);
    case Kind::Min:
      return measure::known_at(samples, 1);
    case Kind::Max:
      return measure::known_at(samples, samples.count());
    case Kind::Count:
      return exactly(static_cast<double>(samples.count()));
  }
  return exactly(0);
}

// None for what has no interval.
std::optional<measure::Bounds> bounds_of(const FigureValue& asked,
                                         const measure::Distribution& samples, double confidence) {
  const scenario::Statistic& statistic = asked.statistic;
  if (asked.number) {
    measure::Bounds bounds = measure::percentile_bounds(samples, 0.5, confidence);
    for (std::optional<double>* bound : {&bounds.low, &bounds.high}) {
      *bound = *bound ? std::optional(**bound / scale_of(asked)) : std::nullopt;
    }
    return bounds;
  }
  if (is_percentile(statistic)) {
    return measure::percentile_bounds(samples, fraction_of(statistic), confidence);
  }
  return statistic.kind == Kind::Mean ? std::optional(measure::mean_bounds(samples, confidence))
                                      : std::nullopt;
}

// Where a value may lie; an open end is infinite.
struct Within {
  double low = 0;
  double high = 0;
};

Within operator*(double factor, const Within& value) {
  return {factor * value.low, factor * value.high};
}

bool compare(double a, Comparison comparison, double b) {
  switch (comparison) {
    case Comparison::Less:
      return a < b;
    case Comparison::LessOrEqual:
      return a <= b;
    case Comparison::Greater:
      return a > b;
    case Comparison::GreaterOrEqual:
      return a >= b;
    case Comparison::Equal:
      return a == b;
  }
  return false;
}

bool all_satisfy(const Within& a, Comparison comparison, const Within& b) {
  switch (comparison) {
    case Comparison::Less:
    case Comparison::LessOrEqual:
      return compare(a.high, comparison, b.low);
    case Comparison::Greater:
    case Comparison::GreaterOrEqual:
      return compare(a.low, comparison, b.high);
    case Comparison::Equal:
      return a.low == a.high && b.low == b.high && a.low == b.low;
  }
  return false;
}

bool some_satisfy(const Within& a, Comparison comparison, const Within& b) {
  switch (comparison) {
    case Comparison::Less:
    case Comparison::LessOrEqual:
      return compare(a.low, comparison, b.high);
    case Comparison::Greater:
    case Comparison::GreaterOrEqual:
      return compare(a.high, comparison, b.low);
    case Comparison::Equal:
      return a.low <= b.high && b.low <= a.high;
  }
  return false;
}

// A time of nanoseconds, a count or a rate.
std::string number_text(const FigureValue& asked, double value) {
  switch (asked.unit()) {
    case FigureValue::Unit::Count:
      return fmt::format("{}", value);
    case FigureValue::Unit::Rate:
      return fmt::format("{:.5g}/s", value);
    case FigureValue::Unit::Time:
      break;
  }
  return base::format_duration(base::Duration(static_cast<std::int64_t>(std::llround(value))));
}

std::string bounds_text(const FigureValue& asked, const measure::Bounds& bounds,
                        double confidence) {
  if (!bounds.low && !bounds.high) {
    return {};
  }
  const auto end = [&](const std::optional<double>& bound) {
    return bound ? number_text(asked, *bound) : std::string("unknown");
  };
  return fmt::format("ci{:.3g} {} to {}, ", confidence * 100, end(bounds.low), end(bounds.high));
}

class FigureCheck final : public Check {
 public:
  FigureCheck(const FigurePattern& asked, const FigureSource& value, const FigureSource* of)
      : Check("figures", asked.text, asked.at), asked_(asked), value_(value), of_(of) {}

  void add(const Timeline& /*run*/) override {}  // the samples are taken by their sources

  [[nodiscard]] bool lost() const override {
    return value_.trouble() == VerdictKind::Broken ||
           (of_ != nullptr && of_->trouble() == VerdictKind::Broken);
  }

 private:
  [[nodiscard]] Finding finding() const override {
    Finding found = trouble(asked_.value, value_);
    if (of_ != nullptr) {
      Finding other = trouble(*asked_.of, *of_);
      found = is_worse(other.kind, found.kind) ? std::move(other) : std::move(found);
    }
    if (found.kind != VerdictKind::Held) {
      return found;
    }
    return asked_.confidence == 0 ? by_value() : by_interval();
  }

  // Why the value means nothing; held if it does.
  [[nodiscard]] Finding trouble(const FigureValue& value, const FigureSource& measured) const {
    const std::uint64_t count = measured.samples().count();
    if (measured.runs() == 0) {
      return {VerdictKind::Inconclusive, "no run was recorded", {}};
    }
    if (measured.trouble() != VerdictKind::Held) {
      return {measured.trouble(), fmt::format("{}: {}", measured.name(), measured.why()), {}};
    }
    if (value.number || value.statistic.is_count()) {
      return {};
    }
    if (count == 0 && value.series) {
      return {VerdictKind::Broken,
              fmt::format("{} has no samples: nothing of it was measured in {}", measured.name(),
                          runs_text(measured.runs())),
              {}};
    }
    if (count == 0) {
      return {VerdictKind::Broken,
              fmt::format("{} has no samples: its events did not happen in {}", measured.name(),
                          runs_text(measured.runs())),
              {}};
    }
    if (asked_.confidence == 0 && is_percentile(value.statistic)) {
      const std::uint64_t needs = measure::percentile_needs(fraction_of(value.statistic));
      if (count < needs) {
        return {VerdictKind::Inconclusive, needs_text(value, needs, count), {}};
      }
    }
    return {};
  }

  static std::string needs_text(const FigureValue& value, std::uint64_t needs,
                                std::uint64_t count) {
    return value.number ? fmt::format("{} needs `runs: {}` for an interval, has {}", value.text,
                                      needs, count)
                        : fmt::format("{} needs {} samples, has {}", value.text, needs, count);
  }

  // What was not over when it was counted may have taken any time from then on.
  [[nodiscard]] Finding by_value() const {
    const Within value = lying(asked_.value, value_);
    const Within bound = of_ == nullptr ? Within{asked_.bound, asked_.bound}
                                        : asked_.bound * lying(*asked_.of, *of_);
    if (all_satisfy(value, asked_.comparison, bound)) {
      return {VerdictKind::Held, told() + margin_text(value, bound), {}};
    }
    if (!some_satisfy(value, asked_.comparison, bound)) {
      return {VerdictKind::Broken, told() + margin_text(value, bound), {}};
    }
    return {VerdictKind::Inconclusive, told() + kGivenUp, {}};
  }

  [[nodiscard]] Finding by_interval() const {
    const double confidence = confidence_of_each();
    const Within value = within(asked_.value, value_, confidence);
    const Within bound = of_ == nullptr ? Within{asked_.bound, asked_.bound}
                                        : asked_.bound * within(*asked_.of, *of_, confidence);
    if (all_satisfy(value, asked_.comparison, bound)) {
      return {VerdictKind::Held, told(), {}};
    }
    if (!some_satisfy(value, asked_.comparison, bound)) {
      return {VerdictKind::Broken, told(), {}};
    }
    const std::string lacking = lacking_text(asked_.value, value_, confidence);
    const bool is_open =
        !value_.samples().is_exact() || (of_ != nullptr && !of_->samples().is_exact());
    return {VerdictKind::Inconclusive,
            told() + (!lacking.empty() ? "; " + lacking
                      : is_open && (std::isinf(value.high) || std::isinf(bound.high))
                          ? kGivenUp
                          : "; the bound lies within the interval"),
            {}};
  }

  // Of two intervals each has half of what may be missed.
  [[nodiscard]] double confidence_of_each() const {
    if (asked_.confidence == 0) {
      return kTold;
    }
    return of_ == nullptr ? asked_.confidence : (1 + asked_.confidence) / 2;
  }

  // How many samples an interval lacks that is open at an end.
  [[nodiscard]] std::string lacking_text(const FigureValue& value, const FigureSource& measured,
                                         double confidence) const {
    const std::uint64_t needs =
        value.number ? measure::percentile_bounds_need(0.5, confidence)
        : is_percentile(value.statistic)
            ? measure::percentile_bounds_need(fraction_of(value.statistic), confidence)
            : 2;
    if (measured.samples().count() < needs) {
      return needs_text(value, needs, measured.samples().count());
    }
    return of_ == nullptr || &measured == of_ ? "" : lacking_text(*asked_.of, *of_, confidence);
  }

  static Within lying(const FigureValue& value, const FigureSource& measured) {
    const measure::Known known = value_of(value, measured.samples());
    return {known.at_least, known.at_most.value_or(kInfinite)};
  }

  static Within within(const FigureValue& value, const FigureSource& measured, double confidence) {
    const auto bounds = bounds_of(value, measured.samples(), confidence);
    return {bounds->low.value_or(-kInfinite), bounds->high.value_or(kInfinite)};
  }

  // "1.2 ms", ">= 1.2 ms" or "1.2 ms to 1.3 ms"
  static std::string known_text(const FigureValue& value, const measure::Known& known) {
    const std::string least = number_text(value, known.at_least);
    return known.is_exact() ? least
           : !known.at_most ? ">= " + least
                            : fmt::format("{} to {}", least, number_text(value, *known.at_most));
  }

  // "setup.p99 is 1.2 ms (ci95 1.1 ms to 1.4 ms, n 1000)"
  [[nodiscard]] std::string value_text(const FigureValue& value,
                                       const FigureSource& measured) const {
    std::string text =
        fmt::format("{} is {}", value.text, known_text(value, value_of(value, measured.samples())));
    if (!value.number && value.statistic.is_count()) {
      return text;
    }
    if (value.number && measured.samples().count() == 1) {
      return text;
    }
    const double confidence = confidence_of_each();
    const auto bounds = bounds_of(value, measured.samples(), confidence);
    return text + fmt::format(" ({}n {})", bounds ? bounds_text(value, *bounds, confidence) : "",
                              measured.samples().count());
  }

  [[nodiscard]] std::string told() const {
    std::string text = value_text(asked_.value, value_);
    if (of_ == nullptr) {
      return text;
    }
    const measure::Known value = value_of(asked_.value, value_.samples());
    const measure::Known of = value_of(*asked_.of, of_->samples());
    if (of.at_least > 0 && value.is_exact() && of.is_exact()) {
      text += fmt::format(", {:.3g}x of it", value.at_least / of.at_least);
    }
    return value_text(*asked_.of, *of_) + "; " + text;
  }

  // ", 800 µs below 2 ms"; nothing where either is not known exactly.
  [[nodiscard]] std::string margin_text(const Within& value, const Within& bound) const {
    if (value.low != value.high || bound.low != bound.high) {
      return {};
    }
    return fmt::format(", {}{}",
                       value.low == bound.low
                           ? "exactly "
                           : number_text(asked_.value, std::abs(value.low - bound.low)) +
                                 (value.low < bound.low ? " below " : " above "),
                       number_text(asked_.value, bound.low));
  }

  const FigurePattern& asked_;
  const FigureSource& value_;
  const FigureSource* of_;
};

}  // namespace

void add_figure_checks(const Context& context, const MeasuredFigures& figures, LoadFigures& loads,
                       Checks& checks) {
  for (const FigurePattern& asked : context.asked.expect.figures) {
    const auto find = [&](const FigureValue& value) {
      return value.is_of_load() ? &loads.ask(value, asked.phase) : figures.find(value.figure);
    };
    const FigureSource* const value = find(asked.value);
    const FigureSource* const of = asked.of ? find(*asked.of) : nullptr;
    if (value != nullptr && (of != nullptr || !asked.of)) {
      checks.push_back(std::make_unique<FigureCheck>(asked, *value, of));
    }
  }
}

}  // namespace procession::verify
