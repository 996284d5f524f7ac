// SPDX-License-Identifier: MIT
#include "harness/measure/figure.h"

#include "harness/measure/hdr_encoding.h"
#include "harness/measure/histogram.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace procession::measure {

namespace {

constexpr double kConfidence = 0.95;
constexpr double kPercents[] = {50, 90, 99, 99.9};

double told_of(Figure& figure, std::string statistic, const Known& known) {
  if (!known.is_exact()) {
    figure.at_least.push_back(std::move(statistic));
  }
  return known.at_least;
}

void add_percentile(Figure& figure, const Distribution& values, double percent) {
  const double fraction = percent / 100;
  Figure::Percentile told{percent, percentile_needs(fraction), {}, {}};
  if (values.count() >= told.needs) {
    told.value = told_of(figure, fmt::format("p{}", percent), known_percentile(values, fraction));
    told.bounds = percentile_bounds(values, fraction, kConfidence);
  }
  figure.percentiles.push_back(told);
}

std::string encoded(const Distribution& values) {
  const auto histogram = std::make_unique<Histogram>();
  values.count_in(*histogram);
  return hdr_encode(*histogram);
}

}  // namespace

void ByRun::add(const Distribution& of_run) {
  // A median is of use even if it is that of a single value.
  if (of_run.count() > 0 && p50.size() < kMost) {
    p50.push_back(median(of_run));
  }
  if (of_run.count() >= percentile_needs(0.99) && p99.size() < kMost) {
    p99.push_back(percentile(of_run, 0.99));
  }
}

bool Figure::is_at_least(std::string_view statistic) const {
  return std::ranges::find(at_least, statistic) != at_least.end();
}

Figure figure_of(std::string name, std::string unit, const Distribution& values) {
  Figure figure;
  figure.name = std::move(name);
  figure.unit = std::move(unit);
  figure.count = values.count();
  if (figure.count > 0) {
    figure.min = told_of(figure, "min", known_at(values, 1));
    figure.mean = told_of(figure, "mean", known_mean(values));
    figure.mean_bounds = mean_bounds(values, kConfidence);
  }
  if (figure.count > 1 && values.is_exact()) {
    figure.deviation = values.deviation();
  }
  for (const double percent : kPercents) {
    add_percentile(figure, values, percent);
  }
  if (figure.count > 0) {
    figure.max = told_of(figure, "max", known_at(values, figure.count));
    figure.histogram = encoded(values);
  }
  return figure;
}

}  // namespace procession::measure
