// SPDX-License-Identifier: MIT
#pragma once
// The log of histograms that programs of the HdrHistogram family read and write (".hlog"): a line
// for each histogram, with when it was counted and what it is of.
//
//   #[Histogram log format version 1.3]
//   #[StartTime: 1764072000.000 (seconds since epoch), 2025-11-25T12:00:00Z]
//   "StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"
//   Tag=client.load.response,0.512,5.000,2.769,HISTFAAAA…
//
// Times are seconds; the maximum is in milliseconds where values are nanoseconds. Pure: text in,
// values out. Read by `procession percentiles`; written of results by report/hdr.h.

#include "harness/base/result.h"
#include "harness/base/time.h"
#include "harness/measure/histogram.h"

#include <functional>
#include <string>
#include <string_view>

namespace procession::measure {

struct HdrInterval {
  std::string tag;         // without space, comma or line break; may be empty
  base::Duration start{};  // since the start of the log
  base::Duration length{};

  friend bool operator==(const HdrInterval&, const HdrInterval&) = default;
};

// `epoch`: since 1970, UTC; the line of the log that only people read says it as a date, too.
[[nodiscard]] std::string hdr_log_head(base::Duration epoch);
[[nodiscard]] std::string hdr_log_line(const HdrInterval& interval, const Histogram& histogram);

// Calls `each` with every line's interval and histogram, which is gone afterwards: a log may hold
// thousands. Reads versions 1.0 to 1.3, with and without tags, times since the start or since 1970.
// BadInput tells the line.
[[nodiscard]] base::Result<> read_hdr_log(
    std::string_view text, const std::function<void(const HdrInterval&, const Histogram&)>& each);

}  // namespace procession::measure
