// SPDX-License-Identifier: MIT
#include "harness/report/progress.h"

#include "harness/report/printable.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace procession::report {

namespace {

using std::chrono::duration;

// The first moments say nothing about the rest.
constexpr std::chrono::milliseconds kTooEarly{500};
constexpr std::chrono::seconds kBetweenLines{10};

// So many have to be done before one says how long others will take.
constexpr std::size_t kLeastWalls = 5;
// Two standard errors of what is left may be this part of it.
constexpr double kMostDoubt = 0.5;

double seconds(base::Duration length) { return duration<double>(length).count(); }

struct Moments {
  double mean = 0;
  double deviation = 0;  // of a sample
};

Moments moments_of(const std::vector<base::Duration>& walls) {
  Moments moments;
  const auto count = static_cast<double>(walls.size());
  for (const base::Duration wall : walls) {
    moments.mean += seconds(wall) / count;
  }
  for (const base::Duration wall : walls) {
    moments.deviation += std::pow(seconds(wall) - moments.mean, 2) / (count - 1);
  }
  moments.deviation = std::sqrt(moments.deviation);
  return moments;
}

// What is left of those that are being played and have shown how fast they are.
struct Known {
  double sum = 0;  // seconds
  double longest = 0;
  std::size_t others = 0;  // that have shown nothing yet
};

Known known_of(const std::vector<Playing>& playing) {
  Known known;
  for (const Playing& one : playing) {
    if (one.runs == 0) {
      ++known.others;
      continue;
    }
    const std::uint64_t runs_left = one.runs_wanted > one.runs ? one.runs_wanted - one.runs : 0;
    const double left =
        seconds(one.elapsed) / static_cast<double>(one.runs) * static_cast<double>(runs_left);
    known.sum += left;
    known.longest = std::max(known.longest, left);
  }
  return known;
}

std::string rate_text(const Progress& progress) {
  if (progress.elapsed < kTooEarly || progress.runs == 0) {
    return {};
  }
  const double rate = static_cast<double>(progress.runs) / seconds(progress.elapsed);
  return fmt::format(", {:.{}f} runs/s", rate, rate < 10 ? 1 : 0);
}

// No finer than it can be known: "3 s", "4 min", "2 h 5 min".
std::string left_text(const Progress& progress) {
  const std::optional<base::Duration> left = time_left(progress);
  if (!left || progress.done == progress.total) {
    return {};
  }
  const auto whole = std::chrono::ceil<std::chrono::seconds>(*left).count();
  const auto minutes = (whole + 30) / 60;
  if (whole < 90) {
    return fmt::format(", {} s left", whole);
  }
  return minutes < 90 ? fmt::format(", {} min left", minutes)
                      : fmt::format(", {} h {} min left", minutes / 60, minutes % 60);
}

std::string count_text(const Progress& progress) {
  return progress.total > 0 ? fmt::format("[{}/{}]", progress.done, progress.total)
                            : fmt::format("[{}]", progress.done);
}

std::string what_runs(const std::vector<Playing>& playing) {
  if (playing.empty()) {
    return {};
  }
  const std::string others = playing.size() > 1 ? fmt::format(" +{}", playing.size() - 1) : "";
  return ": " + printable(playing.front().id) + others;
}

}  // namespace

std::optional<base::Duration> time_left(const Progress& progress) {
  if (progress.elapsed < kTooEarly) {
    return std::nullopt;
  }
  const Known known = known_of(progress.playing);
  const std::size_t begun = progress.done + progress.playing.size();
  const std::size_t unknown = known.others + (progress.total > begun ? progress.total - begun : 0);
  double sum = known.sum;
  if (unknown > 0) {
    if (progress.walls.size() < kLeastWalls) {
      return std::nullopt;
    }
    // The sum of m values of a distribution of which there is a sample of n has the variance of the
    // m, and m² times that of the sample's mean.
    const Moments walls = moments_of(progress.walls);
    const auto m = static_cast<double>(unknown);
    const auto n = static_cast<double>(progress.walls.size());
    const double error = walls.deviation * std::sqrt(m + m * m / n);
    sum += m * walls.mean;
    if (2 * error > kMostDoubt * sum) {
      return std::nullopt;
    }
  }
  const std::size_t at_a_time = std::clamp<std::size_t>(
      progress.playing.size() + unknown - known.others, 1, std::max<std::size_t>(progress.jobs, 1));
  const double left = std::max(known.longest, sum / static_cast<double>(at_a_time));
  constexpr double kLongest = 1e9;  // seconds: 30 years
  return left < kLongest
             ? std::optional(std::chrono::duration_cast<base::Duration>(duration<double>(left)))
             : std::nullopt;
}

double share_done(const Progress& progress) {
  if (progress.total == 0) {
    return 0;
  }
  auto done = static_cast<double>(progress.done);
  for (const Playing& one : progress.playing) {
    done +=
        one.runs_wanted > 0
            ? std::min(1.0, static_cast<double>(one.runs) / static_cast<double>(one.runs_wanted))
            : 0;
  }
  return std::min(1.0, done / static_cast<double>(progress.total));
}

std::string progress_line(const Progress& progress, std::size_t columns) {
  const std::string failures =
      progress.failures > 0 ? fmt::format(" {} not as expected", progress.failures) : " all well";
  return cut_to(fmt::format("{}{}{}{}{}", count_text(progress), failures, rate_text(progress),
                            left_text(progress), what_runs(progress.playing)),
                columns);
}

bool ProgressLines::is_due(const Progress& progress) {
  // A little more, or 0.7 of ten would be six tenths.
  const int tenths = static_cast<int>(share_done(progress) * 10 + 1e-9);
  if (tenths <= tenths_ && progress.elapsed - last_ < kBetweenLines) {
    return false;
  }
  tenths_ = std::max(tenths_, tenths);
  last_ = progress.elapsed;
  return true;
}

}  // namespace procession::report
