// SPDX-License-Identifier: MIT
#pragma once
// Rounds: what both arms gave, round by round, as figures that can be compared. In each round both
// arms of a duel are played twice; which of the base arm's two plays counts as the first is up to
// chance. Pure. Filled by versus.h.

#include "harness/cli/comparable.h"
#include "harness/report/comparison.h"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace procession::cli {

enum Side : std::size_t { kBase, kChanged };
inline constexpr std::array kSideNames = {"base", "new"};

// Something of each side's first and second play.
template <class T>
using OfPlays = std::array<std::array<T, 2>, 2>;
using Plays = OfPlays<std::vector<Comparable>>;

// All rounds of one duel. A figure that no play had is not there; one that some play lacks, or that
// is unfit in some, is not judged and says where.
[[nodiscard]] std::vector<report::ComparedFigure> figures_of(const std::string& scenario,
                                                             std::span<const Plays> rounds,
                                                             std::span<const std::string> patterns);

// Of times that were measured beside the plays.
[[nodiscard]] report::ComparedFigure placebo_of(const std::string& name,
                                                std::span<const OfPlays<double>> rounds);

}  // namespace procession::cli
