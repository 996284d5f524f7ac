// SPDX-License-Identifier: MIT
#pragma once
// Charts of github-action-benchmark: an array for each of its two tools for numbers of one's own,
// which tell it whether more is worse (`customSmallerIsBetter`: times, failures) or better
// (`customBiggerIsBetter`: rates). An entry has a name, a unit and a value; `range` says how far
// the 95 % interval reaches, `extra` stands in the chart's tooltip. Of charted_rows (rows.h). Pure.
//
//   [{"name": "echo.yaml load.response.p99", "unit": "ns", "value": 812000.0, "range": "± 3.4 %",
//     "extra": "n = 12000\n95 % confidence: 790000 to 840000"}]

#include "harness/report/result.h"

#include <string>

namespace procession::report {

[[nodiscard]] std::string to_smaller_is_better(const SessionResult& session);
[[nodiscard]] std::string to_bigger_is_better(const SessionResult& session);

}  // namespace procession::report
