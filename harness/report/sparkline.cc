// SPDX-License-Identifier: MIT
#include "harness/report/sparkline.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>
#include <vector>

namespace procession::report {

namespace {

constexpr std::string_view kBars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

double height_of(double value) { return std::isfinite(value) && value > 0 ? value : 0; }

double mean_of(std::span<const double> values) {
  const double size = static_cast<double>(values.size());
  return std::transform_reduce(values.begin(), values.end(), 0.0, std::plus(),
                               [size](double value) { return height_of(value) / size; });
}

std::vector<double> means(std::span<const double> values, std::size_t columns) {
  std::vector<double> bars;
  const std::size_t count = std::min(columns, values.size());
  for (std::size_t bar = 0; bar < count; ++bar) {
    const std::size_t begin = bar * values.size() / count;
    const std::size_t end = (bar + 1) * values.size() / count;
    bars.push_back(mean_of(values.subspan(begin, end - begin)));
  }
  return bars;
}

}  // namespace

std::string sparkline(std::span<const double> values, std::size_t columns) {
  const std::vector<double> bars = means(values, columns);
  const double greatest = bars.empty() ? 0 : *std::ranges::max_element(bars);
  std::string line;
  for (const double bar : bars) {
    const double share = greatest > 0 ? bar / greatest : 0;
    line += kBars[static_cast<std::size_t>(std::lround(share * (std::size(kBars) - 1)))];
  }
  return line;
}

}  // namespace procession::report
