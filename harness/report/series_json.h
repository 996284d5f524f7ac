// SPDX-License-Identifier: MIT
#pragma once
// Series as JSON, for scripts: {"format": "procession-history", "version": 1, "series":
// [{"scenario", "figure", "unit", "points": [{"started", "value", "low", "high", "at_least", "n",
// "version", "class"}]}]}. An end of an interval that is not known is null. Bytes that are no UTF-8
// become U+FFFD. Pure.

#include "harness/report/series.h"

#include <span>
#include <string>

namespace procession::report {

[[nodiscard]] std::string series_to_json(std::span<const Series> series);

}  // namespace procession::report
