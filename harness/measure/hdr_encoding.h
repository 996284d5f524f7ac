// SPDX-License-Identifier: MIT
#pragma once
// One histogram as the text that programs of the HdrHistogram family exchange: their encoding V2,
// compressed (zlib), in base64. It begins "HISTFAAA". Written into and read from logs (hdr_log.h).
//
//   base64 of: cookie (4 bytes) · size of what follows (4) · a zlib stream of:
//     cookie (4) · size of the counts (4) · normalising offset (4) · significant digits (4)
//     · lowest value (8) · highest value (8) · conversion ratio (8, a double) · counts
//
// Integers are big-endian. Counts are ZigZag LEB128 of 9 bytes at most, the ninth of 8 bits; a
// negative one is a run of empty cells.

#include "harness/base/result.h"
#include "harness/measure/histogram.h"

#include <string>
#include <string_view>

namespace procession::measure {

[[nodiscard]] std::string hdr_encode(const Histogram& histogram);

// Adds what the text holds to `into`. Of any range and precision: cells of other widths are counted
// by their middle, and those of more than kHighest as Histogram::beyond. If they are of our layout,
// all cells are as they were when it was written, while the extremes are known to 0.1 % only.
// BadInput says what is wrong; `into` is then as it was.
[[nodiscard]] base::Result<> hdr_decode(std::string_view text, Histogram& into);

}  // namespace procession::measure
