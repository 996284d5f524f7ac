// SPDX-License-Identifier: MIT
#pragma once
// Sparkline: a course of values as one line of text, "▁▃▇█▂", a bar of eight heights for each.
// Pure.

#include <cstddef>
#include <span>
#include <string>

namespace procession::report {

// From 0, the lowest bar, to the greatest value, the highest. If there are more values than
// `columns`, a bar is the mean of its share of them. Values below 0 and those that are not finite
// count as 0.
[[nodiscard]] std::string sparkline(std::span<const double> values, std::size_t columns);

}  // namespace procession::report
