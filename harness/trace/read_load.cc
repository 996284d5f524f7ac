// SPDX-License-Identifier: MIT
#include "harness/trace/read_load.h"

#include <algorithm>

namespace procession::trace {

namespace {

SeriesCounts read_series(const measure::Histogram& histogram) {
  SeriesCounts series;
  if (histogram.is_blank()) {
    return series;
  }
  const auto cells = histogram.cells();
  for (std::size_t cell = 0; cell < cells.size(); ++cell) {
    if (cells[cell] != 0) {
      series.cells.push_back({static_cast<std::uint32_t>(cell), cells[cell]});
    }
  }
  if (!series.cells.empty()) {
    // Who was killed in mid-record may have noted its first value as the greatest only.
    series.max = histogram.max();
    series.min = std::min(histogram.min(), series.max);
  }
  return series;
}

LoadPhase read_phase(const LoadArea::PhaseArea& area) {
  LoadPhase phase{area.counts, {}};
  if (area.counts.begin != 0) {
    for (const measure::Histogram& histogram : area.series) {
      phase.series.push_back(read_series(histogram));
    }
  }
  return phase;
}

}  // namespace

Load read_load(const LoadArea& area) {
  Load load;
  // A load that has made no connection has failures, and no phase that has begun.
  const bool has_counted = std::ranges::any_of(area.phases, [](const LoadArea::PhaseArea& phase) {
    return phase.counts.begin != 0 ||
           std::ranges::any_of(phase.counts.failed, [](auto failed) { return failed != 0; });
  });
  if (!has_counted) {
    return load;
  }
  load.connections = area.connections;
  load.window_ns = area.window_ns;
  const auto last = std::find_if(area.windows.rbegin(), area.windows.rend(),
                                 [](std::uint32_t ended) { return ended != 0; });
  load.windows.assign(area.windows.begin(), last.base());
  for (const LoadArea::PhaseArea& phase : area.phases) {
    load.phases.push_back(read_phase(phase));
  }
  return load;
}

}  // namespace procession::trace
