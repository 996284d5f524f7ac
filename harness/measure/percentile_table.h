// SPDX-License-Identifier: MIT
#pragma once
// The table of percentiles that programs of the HdrHistogram family print and plot (".hgrm"): rows
// that come the closer together, the nearer they are to 100 %, five for each halving of what is
// left; then the mean and the maximum. Values are milliseconds with three decimals.
//
//          Value     Percentile TotalCount 1/(1-Percentile)
//
//          0.051 0.000000000000          1           1.00
//          …
//   #[Mean    =        0.535, StdDeviation   =        0.122]
//   #[Max     =        2.769, Total count    =        10000]
//   #[Buckets =           26, SubBuckets     =         2048]
//
// As that family has it: a row's value is the greatest of its cell, so it may lie beyond the
// maximum by 0.1 %; the deviation is that of all values (divided by n). Histograms cannot be had
// back from it (hdr_log.h is for that); what is read is the table. Pure: values in, text out, and
// back.

#include "harness/base/result.h"
#include "harness/measure/histogram.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace procession::measure {

struct PercentileTable {
  struct Row {
    double value = 0;         // ms
    double fraction = 0;      // 0 to 1: so much of all values are no greater
    std::uint64_t count = 0;  // that are no greater

    friend bool operator==(const Row&, const Row&) = default;
  };
  std::vector<Row> rows;  // upwards; the last has all values, unless there are none
  double mean = 0;        // ms
  double deviation = 0;   // ms
  double max = 0;         // ms
  std::uint64_t count = 0;

  friend bool operator==(const PercentileTable&, const PercentileTable&) = default;
};

[[nodiscard]] PercentileTable percentile_table(const Histogram& histogram);
[[nodiscard]] std::string format_percentile_table(const PercentileTable& table);
// BadInput tells the line; also if rows are not upwards, or do not agree with the count at the end.
[[nodiscard]] base::Result<PercentileTable> read_percentile_table(std::string_view text);

}  // namespace procession::measure
