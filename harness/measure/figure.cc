// SPDX-License-Identifier: MIT
#include "harness/measure/figure.h"

#include <utility>

namespace procession::measure {

namespace {

constexpr double kConfidence = 0.95;
constexpr double kPercents[] = {50, 90, 99, 99.9};

Figure::Percentile percentile_of(const Distribution& values, double percent) {
  const double fraction = percent / 100;
  Figure::Percentile told{percent, percentile_needs(fraction), {}, {}};
  if (values.count() >= told.needs) {
    told.value = percentile(values, fraction);
    told.bounds = percentile_bounds(values, fraction, kConfidence);
  }
  return told;
}

}  // namespace

Figure figure_of(std::string name, std::string unit, const Distribution& values) {
  Figure figure;
  figure.name = std::move(name);
  figure.unit = std::move(unit);
  figure.count = values.count();
  if (figure.count > 0) {
    figure.min = static_cast<double>(values.at(1));
    figure.mean = values.mean();
    figure.max = static_cast<double>(values.at(figure.count));
    figure.mean_bounds = mean_bounds(values, kConfidence);
  }
  if (figure.count > 1) {
    figure.deviation = values.deviation();
  }
  for (const double percent : kPercents) {
    figure.percentiles.push_back(percentile_of(values, percent));
  }
  return figure;
}

}  // namespace procession::measure
