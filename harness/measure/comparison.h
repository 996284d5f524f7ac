// SPDX-License-Identifier: MIT
#pragma once
// Comparison: figures of two arms, *base* and *changed*, over rounds in which both were measured
// side by side. What is compared is their ratio in each round; noise that a round shares cancels.
//
// The estimate is the median of the ratios' logarithms, with Hodges and Lehmann's beside it (the
// median of the means of all pairs: 1963, Ann. Math. Stat. 34, 598). The interval is that of the
// sign test: two order statistics, exact for independent rounds whatever the noise looks like. The
// verdict asks about a margin, not about zero: some difference there always is.
//
//   worse        the whole interval is worse than the margin, and than what the same arm differs
//                from itself
//   not worse    the whole interval is less bad than the margin
//   better       not worse, and as far on the good side as `worse` is on the bad side
//   cannot tell  otherwise: more rounds are needed
//
// Several figures are judged together. That some figure comes out *worse* though none is, has at
// most the probability `tail` (looks.h); the same is true of *not worse*. For each of the two,
// Holm's method (1979, Scand. J. Stat. 6, 65) divides `tail` by the number of figures that it has
// not found: an interval's end is the wider, the more figures are open. So the interval that is
// shown is the one that was judged. *Better* is a statement on its figure alone. Holm's method asks
// nothing about how the figures depend on each other.
//
// Pure. Made by the command line; shown by report/comparison.h.

#include "harness/measure/statistics.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace procession::measure {

enum class Better : std::uint8_t { Lower, Higher };  // a cost; a throughput
enum class Change : std::uint8_t { Worse, NotWorse, Better, CannotTell };

[[nodiscard]] std::string_view to_string(Change change);  // "worse", "not worse", …

// What is known of one figure. Values are finite and greater than 0.
struct Pairs {
  Better better = Better::Lower;
  std::vector<double> base;     // by round
  std::vector<double> changed;  // as many
  double margin = 0;            // 0.02 = 2 %
  // How much the base arm may differ from itself, as a ratio less 1: 0.01 = 1 %. Not less than 0.
  double noise = 0;
};

struct Comparison {
  double ratio = 1;           // median of changed/base
  double hodges_lehmann = 1;  // likewise
  Bounds interval;            // of that ratio; an end that is open has too few rounds
  double margin = 0;          // for `worse` and `better`: the greater of margin and noise
  Change change = Change::CannotTell;
};

// looks.h: how many of `rounds` must be on the same side, for an error of tail/share.
using SidesNeeded = std::function<std::uint64_t(std::uint64_t rounds, std::size_t share)>;

// One for each, in their order. Each has one round or more.
[[nodiscard]] std::vector<Comparison> compare(std::span<const Pairs> figures,
                                              const SidesNeeded& needed);

// Of two measurements in each round: the median of second/first lies there with 95 % confidence.
[[nodiscard]] Bounds ratio_interval(std::span<const double> first, std::span<const double> second);

// Of that interval, where both were the same arm: how far from 1 the ratio may be in either
// direction, less 1. None: too few rounds.
[[nodiscard]] std::optional<double> noise_of(const Bounds& same);

// Over one arm's measurements of one round.
[[nodiscard]] double geometric_mean(double a, double b);

}  // namespace procession::measure
