// SPDX-License-Identifier: MIT
#include "harness/measure/comparison.h"

#include "harness/base/check.h"
#include "harness/measure/looks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

namespace procession::measure {

namespace {

// In order, and so that greater is worse.
using Logs = std::vector<double>;

Logs logs_of(std::span<const double> base, std::span<const double> changed, Better better) {
  base::check(!base.empty() && base.size() == changed.size(), "each round has both values");
  Logs logs;
  for (std::size_t i = 0; i < base.size(); ++i) {
    base::check(base[i] > 0 && changed[i] > 0, "a ratio needs values above 0");
    const double log = std::log(changed[i]) - std::log(base[i]);
    logs.push_back(better == Better::Lower ? log : -log);
  }
  std::sort(logs.begin(), logs.end());
  return logs;
}

double median_of(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return values.size() % 2 == 1 ? *middle
                                : (*middle + *std::max_element(values.begin(), middle)) / 2;
}

double hodges_lehmann(const Logs& logs) {
  std::vector<double> means;
  means.reserve(logs.size() * (logs.size() + 1) / 2);
  for (std::size_t i = 0; i < logs.size(); ++i) {
    for (std::size_t j = i; j < logs.size(); ++j) {
      means.push_back((logs[i] + logs[j]) / 2);
    }
  }
  return median_of(means);
}

// `needed` rounds lie at the end or above it: fewer would be too few to say that the median does.
std::optional<double> low_end(const Logs& logs, std::uint64_t needed) {
  return needed > logs.size() ? std::nullopt : std::optional(logs[logs.size() - needed]);
}
std::optional<double> high_end(const Logs& logs, std::uint64_t needed) {
  return needed > logs.size() ? std::nullopt : std::optional(logs[needed - 1]);
}

// Holm's method: the error is divided among the figures that are not found. It ends where dividing
// it among fewer finds no further one; that is the share. `found(figure, share)`.
template <class Found>
std::size_t holm_share(std::size_t figures, const Found& found) {
  std::size_t rejected = 0;
  while (rejected < figures) {
    std::size_t now = 0;
    for (std::size_t i = 0; i < figures; ++i) {
      now += found(i, figures - rejected) ? 1 : 0;
    }
    if (now == rejected) {
      break;
    }
    rejected = now;
  }
  return std::max<std::size_t>(1, figures - rejected);
}

struct Oriented {
  Logs logs;
  double margin;  // logarithms, both
  double effective;
};

Oriented oriented(const Pairs& pairs) {
  return {logs_of(pairs.base, pairs.changed, pairs.better), std::log1p(pairs.margin),
          std::log1p(std::max(pairs.margin, pairs.noise))};
}

Change change_of(const Oriented& figure, const std::optional<double>& low,
                 const std::optional<double>& high) {
  if (low && *low > figure.effective) {
    return Change::Worse;
  }
  if (high && *high < -figure.effective) {
    return Change::Better;
  }
  return high && *high < figure.margin ? Change::NotWorse : Change::CannotTell;
}

std::optional<double> exponential(std::optional<double> log) {
  return log ? std::optional(std::exp(*log)) : std::nullopt;
}
std::optional<double> negative(std::optional<double> log) {
  return log ? std::optional(-*log) : std::nullopt;
}

Comparison comparison_of(const Oriented& figure, const Pairs& pairs, std::optional<double> low,
                         std::optional<double> high) {
  Comparison result;
  result.margin = std::max(pairs.margin, pairs.noise);
  result.change = change_of(figure, low, high);
  const double sign = pairs.better == Better::Lower ? 1 : -1;
  Logs logs = figure.logs;
  result.ratio = std::exp(sign * median_of(logs));
  result.hodges_lehmann = std::exp(sign * hodges_lehmann(figure.logs));
  if (pairs.better == Better::Higher) {
    std::swap(low, high);
    low = negative(low);
    high = negative(high);
  }
  result.interval = {exponential(low), exponential(high)};
  return result;
}

}  // namespace

std::string_view to_string(Change change) {
  constexpr std::array<std::string_view, 4> kNames = {"worse", "not worse", "better",
                                                      "cannot tell"};
  return kNames[static_cast<std::size_t>(change)];
}

std::vector<Comparison> compare(std::span<const Pairs> figures, const SidesNeeded& needed) {
  std::vector<Oriented> all;
  for (const Pairs& pairs : figures) {
    all.push_back(oriented(pairs));
  }
  const auto low = [&](std::size_t i, std::size_t share) {
    return low_end(all[i].logs, needed(all[i].logs.size(), share));
  };
  const auto high = [&](std::size_t i, std::size_t share) {
    return high_end(all[i].logs, needed(all[i].logs.size(), share));
  };
  const std::size_t low_share = holm_share(all.size(), [&](std::size_t i, std::size_t share) {
    const auto end = low(i, share);
    return end && *end > all[i].effective;
  });
  const std::size_t high_share = holm_share(all.size(), [&](std::size_t i, std::size_t share) {
    const auto end = high(i, share);
    return end && *end < all[i].margin;
  });
  std::vector<Comparison> results;
  for (std::size_t i = 0; i < all.size(); ++i) {
    results.push_back(comparison_of(all[i], figures[i], low(i, low_share), high(i, high_share)));
  }
  return results;
}

Bounds ratio_interval(std::span<const double> first, std::span<const double> second) {
  if (first.empty()) {
    return {};
  }
  const Logs logs = logs_of(first, second, Better::Lower);
  const std::uint64_t needed = sign_test_needs(logs.size(), 0.025);
  return {exponential(low_end(logs, needed)), exponential(high_end(logs, needed))};
}

std::optional<double> noise_of(const Bounds& same) {
  return same.low && same.high ? std::optional(std::max(1 / *same.low, *same.high) - 1)
                               : std::nullopt;
}

double geometric_mean(double a, double b) { return std::sqrt(a) * std::sqrt(b); }

}  // namespace procession::measure
