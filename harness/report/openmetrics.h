// SPDX-License-Identifier: MIT
#pragma once
// OpenMetrics: the session as text that Prometheus and its like read, version 1.0.0 of the format.
// Times are seconds, as that format wants them; every series says its `scenario`. Pure.
//
//   procession_scenarios{outcome="broken"} 1
//   procession_failed{scenario="echo.yaml"} 0
//   procession_figure_seconds_bucket{scenario="echo.yaml",figure="load.response",le="0.001"} 11881
//   procession_statistic_seconds{scenario="echo.yaml",figure="load.response",statistic="p99"} …
//   procession_rate{scenario="echo.yaml",figure="load.rate"} 12903.25
//   # EOF
//
// Buckets reach from 1 µs to 60 s in steps of 1, 2 and 5; a value is known to 0.1 %, so one that is
// beyond a bound by less may be counted below it. A series that is there already, as of a
// scenario that was given twice, is not written again. What is invalid is left out; so is a lower
// bound, which a metric cannot tell from a value.

#include "harness/report/result.h"

#include <string>

namespace procession::report {

[[nodiscard]] std::string to_openmetrics(const SessionResult& session);

}  // namespace procession::report
