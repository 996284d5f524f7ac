// SPDX-License-Identifier: MIT
#pragma once
// A series as a plot for a terminal: sessions side by side in the order of time, a line for each
// class of machine, drawn with the dots of Braille characters, and a mark where the version of
// Procession changes. Below stands what each class came to. Pure.

#include "harness/report/console.h"
#include "harness/report/series.h"

#include <cstddef>
#include <string>

namespace procession::report {

inline constexpr std::size_t kLeastPlotColumns = 40;

// `columns`: how wide lines may become; fewer than the least count as that. Without colours each
// class has its own mark all the same.
[[nodiscard]] std::string series_plot(const Series& series, std::size_t columns, Colour colour);

}  // namespace procession::report
