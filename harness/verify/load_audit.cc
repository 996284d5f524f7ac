// SPDX-License-Identifier: MIT
#include "harness/verify/load_audit.h"

#include "harness/base/text.h"
#include "harness/measure/counted.h"
#include "harness/measure/statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace procession::verify {

namespace {

using trace::Series;

constexpr double kTolerance = 0.01;
constexpr double kFeltLag = 1'000'000;
constexpr double kFeltPart = 0.1;

const trace::SeriesCounts& series_of(const trace::LoadPhase& phase, Series series) {
  return phase.series[static_cast<std::size_t>(series)];
}

measure::Counted counted(const trace::SeriesCounts& series) {
  return {series.cells, series.min, series.max};
}

double mean_of(const trace::SeriesCounts& series) {
  return series.cells.empty() ? 0 : counted(series).mean();
}

double sum_of(const trace::SeriesCounts& series) {
  return series.cells.empty()
             ? 0
             : counted(series).mean() * static_cast<double>(counted(series).count());
}

std::string duration_text(double ns) {
  return base::format_duration(base::Duration(std::llround(ns)));
}

// Failures that a request has ended with. A reply too many and a refused connection are no request.
std::uint64_t failed_requests(const trace::PhaseCounts& counts) {
  return std::accumulate(counts.failed.begin(), counts.failed.end(), std::uint64_t{0}) -
         counts.besides;
}

// In whatever way.
std::uint64_t over_in(const trace::PhaseCounts& counts) {
  return counts.answered + failed_requests(counts) + counts.unfinished;
}

std::string not_conserved(const trace::PhaseCounts& counts, bool is_cut_off) {
  const std::uint64_t over = over_in(counts);
  const std::uint64_t due = counts.due - counts.dropped;
  return over == due || (is_cut_off && over < due)
             ? ""
             : fmt::format(
                   "{} requests were due, but {} were answered, {} failed and {} "
                   "were unfinished",
                   due, counts.answered, failed_requests(counts), counts.unfinished);
}

std::string against_littles_law(const trace::LoadPhase& phase, std::int64_t from_before) {
  const trace::PhaseCounts& counts = phase.counts;
  const auto time = static_cast<double>(counts.end - counts.begin);
  if (counts.end == 0 || time <= 0 || counts.sent == 0) {
    return "";
  }
  const double in_loop = static_cast<double>(counts.population_ns) / time;
  const double rate = static_cast<double>(counts.ended) / time;
  const double round = mean_of(series_of(phase, Series::Service)) +
                       mean_of(series_of(phase, Series::Lag)) +
                       static_cast<double>(counts.think_ns) / static_cast<double>(counts.sent);
  const auto longest = static_cast<double>(std::max(longest_in(phase), from_before)) +
                       static_cast<double>(counts.think_ns) / static_cast<double>(counts.sent);
  // Each connection has at most one round that sticks out at either end. One that has begun before
  // the phase is in none of its times, and may have lasted through all of it.
  const double allowed = in_loop * (kTolerance + 2 * longest / time);
  return std::abs(rate * round - in_loop) <= allowed
             ? ""
             : fmt::format(
                   "by Little's law {:.3g} connections were in the loop ({:.6g}/s of {}), "
                   "but there were {:.3g}",
                   rate * round, rate * 1e9, duration_text(round), in_loop);
}

}  // namespace

bool has_begun(const trace::Load& load) {
  return std::ranges::any_of(load.phases,
                             [](const trace::LoadPhase& phase) { return phase.counts.begin != 0; });
}

bool is_cut_off(const trace::Load& load) {
  return std::ranges::any_of(load.phases, [](const trace::LoadPhase& phase) {
    return phase.counts.begin != 0 && phase.counts.end == 0;
  });
}

std::uint64_t not_over(const trace::PhaseCounts& counts) {
  const std::uint64_t due = counts.due - std::min(counts.due, counts.dropped);
  return due - std::min(due, over_in(counts));
}

std::int64_t longest_in(const trace::LoadPhase& phase) {
  return phase.series.empty()
             ? 0
             : series_of(phase, Series::Service).max + series_of(phase, Series::Lag).max;
}

std::string impossible_in(const plan::Load& load, const trace::LoadPhase& phase, bool is_cut_off,
                          std::int64_t from_before) {
  // A client that was cut off has requests that are in no count yet.
  if (phase.counts.end == 0) {
    return "";
  }
  std::string fault = not_conserved(phase.counts, is_cut_off);
  const bool all_well = failed_requests(phase.counts) == 0 && phase.counts.unfinished == 0;
  if (fault.empty() && load.loop == scenario::Loop::Closed && all_well) {
    fault = against_littles_law(phase, from_before);
  }
  return fault;
}

std::string lag_in(const plan::Load& load, const trace::LoadPhase& phase) {
  if (load.loop == scenario::Loop::Closed || phase.series.empty()) {
    return "";
  }
  const trace::SeriesCounts& lag = series_of(phase, Series::Lag);
  if (lag.cells.empty()) {
    return "";
  }
  const double p99 = measure::percentile(counted(lag), 0.99);
  // (Not of the response times: those of what was dropped are for ever.)
  const double all = sum_of(lag) + sum_of(series_of(phase, Series::Blocked)) +
                     sum_of(series_of(phase, Series::Service));
  const double part = sum_of(lag) / std::max(1.0, all);
  if (p99 <= kFeltLag || part <= kFeltPart) {
    return "";
  }
  return fmt::format(
      "the client lagged: 1 % of its requests left more than {} late, and {:.0f} % of "
      "all response time was its own",
      duration_text(p99), 100 * part);
}

}  // namespace procession::verify
