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
double value_of(const FigureValue& asked, const measure::Distribution& samples) {
  const scenario::Statistic& statistic = asked.statistic;
  if (asked.number) {
    return measure::median(samples) / scale_of(asked);
  }
  switch (statistic.kind) {
    case Kind::Percentile:
      return measure::percentile(samples, fraction_of(statistic));
    case Kind::Median:
      return measure::median(samples);
    case Kind::Mean:
      return samples.mean();
    case Kind::Min:
      return static_cast<double>(samples.at(1));
    case Kind::Max:
      return static_cast<double>(samples.at(samples.count()));
    case Kind::Count:
      return static_cast<double>(samples.count());
  }
  return 0;
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
    return fmt::format("{} needs {} samples, has {}", value.text, needs, count);
  }

  // The value is a lower bound: the truth may be greater.
  static bool is_at_least(const FigureValue& value, const FigureSource& measured) {
    const auto open_from = measured.open_from();
    const bool depends =
        value.series && !value.statistic.is_count() && value.statistic.kind != Kind::Min;
    if (!open_from || !depends) {
      return false;
    }
    return value.statistic.kind == Kind::Mean || value.statistic.kind == Kind::Max ||
           value_of(value, measured.samples()) >= *open_from;
  }

  [[nodiscard]] Finding by_value() const {
    const double value = value_of(asked_.value, value_.samples());
    const double bound = target();
    const bool holds = compare(value, asked_.comparison, bound);
    const bool is_open = is_at_least(asked_.value, value_);
    const bool of_is_open = of_ != nullptr && is_at_least(*asked_.of, *of_);
    const bool wants_less =
        asked_.comparison == Comparison::Less || asked_.comparison == Comparison::LessOrEqual;
    if ((is_open && (holds ? wants_less : !wants_less)) || of_is_open) {
      return {VerdictKind::Inconclusive,
              told() + "; what was given up had taken so long at least, and may have taken longer",
              {}};
    }
    return {
        holds ? VerdictKind::Held : VerdictKind::Broken, told() + margin_text(value, bound), {}};
  }

  [[nodiscard]] Finding by_interval() const {
    const double confidence = confidence_of_each();
    const Within value = within(asked_.value, value_, confidence);
    Within bound{asked_.bound, asked_.bound};
    if (of_ != nullptr) {
      const Within of = within(*asked_.of, *of_, confidence);
      bound = {asked_.bound * of.low, asked_.bound * of.high};
    }
    if (all_satisfy(value, asked_.comparison, bound)) {
      return {VerdictKind::Held, told(), {}};
    }
    if (!some_satisfy(value, asked_.comparison, bound)) {
      return {VerdictKind::Broken, told(), {}};
    }
    const std::string lacking = lacking_text(asked_.value, value_, confidence);
    return {VerdictKind::Inconclusive,
            told() + (lacking.empty() ? "; the bound lies within the interval" : "; " + lacking),
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

  static Within within(const FigureValue& value, const FigureSource& measured, double confidence) {
    const auto bounds = bounds_of(value, measured.samples(), confidence);
    return {bounds->low.value_or(-kInfinite),
            is_at_least(value, measured) ? kInfinite : bounds->high.value_or(kInfinite)};
  }

  [[nodiscard]] double target() const {
    return of_ == nullptr ? asked_.bound : asked_.bound * value_of(*asked_.of, of_->samples());
  }

  // "setup.p99 is 1.2 ms (ci95 1.1 ms to 1.4 ms, n 1000)"
  [[nodiscard]] std::string value_text(const FigureValue& value,
                                       const FigureSource& measured) const {
    std::string text =
        fmt::format("{} is {}{}", value.text, is_at_least(value, measured) ? ">= " : "",
                    number_text(value, value_of(value, measured.samples())));
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
    const double value = value_of(asked_.value, value_.samples());
    const double of = value_of(*asked_.of, of_->samples());
    if (of > 0) {
      text += fmt::format(", {:.3g}x of it", value / of);
    }
    return value_text(*asked_.of, *of_) + "; " + text;
  }

  // ", 800 µs below 2 ms"
  [[nodiscard]] std::string margin_text(double value, double bound) const {
    return fmt::format(", {}{}",
                       value == bound ? "exactly "
                                      : number_text(asked_.value, std::abs(value - bound)) +
                                            (value < bound ? " below " : " above "),
                       number_text(asked_.value, bound));
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
