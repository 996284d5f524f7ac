// SPDX-License-Identifier: MIT
#pragma once
// Bencher Metric Format: what `bencher run --adapter json` takes. A benchmark for each of
// charted_rows (rows.h), with one measure: `latency` (nanoseconds) and `throughput` (operations a
// second), which every project has, or `count`, which Bencher makes when it first sees it. A name
// may have 1,024 characters at most: a longer one ends with a hash of what was cut off. Pure.
//
//   {"echo.yaml load.response.p99": {"latency": {"value": 812000.0, "lower_value": 790000.0,
//                                                "upper_value": 840000.0}}}

#include "harness/report/result.h"

#include <string>

namespace procession::report {

[[nodiscard]] std::string to_bencher(const SessionResult& session);

}  // namespace procession::report
