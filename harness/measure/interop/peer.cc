// SPDX-License-Identifier: MIT
// Our side of the interop test: whatever it is to write or read, from standard input to standard
// output. Histograms travel as lines "tag start_ms length_ms value:times value:times …".
//
// usage: hdr_peer write|read|table     lines to a log, a log to lines, a log to tables of
// percentiles
#include "harness/base/check.h"
#include "harness/base/text.h"
#include "harness/measure/hdr_log.h"
#include "harness/measure/percentile_table.h"

#include <chrono>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>

namespace procession::measure {
namespace {

std::string write_log(std::istream& lines) {
  std::string log = hdr_log_head(std::chrono::seconds(1'764'072'000));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    HdrInterval interval;
    std::int64_t start = 0;
    std::int64_t length = 0;
    fields >> interval.tag >> start >> length;
    interval.start = std::chrono::milliseconds(start);
    interval.length = std::chrono::milliseconds(length);
    const auto histogram = std::make_unique<Histogram>();
    char colon = 0;
    for (std::int64_t value = 0, times = 0; fields >> value >> colon >> times;) {
      histogram->record(value, static_cast<std::uint64_t>(times));
    }
    log += hdr_log_line(interval, *histogram);
  }
  return log;
}

std::string ms(base::Duration time) {
  return std::to_string(std::chrono::round<std::chrono::milliseconds>(time).count());
}

std::string line_of(const HdrInterval& interval, const Histogram& histogram) {
  std::string line = interval.tag + ' ' + ms(interval.start) + ' ' + ms(interval.length);
  for (std::size_t cell = 0; cell < Histogram::kCells; ++cell) {
    if (const std::uint64_t times = histogram.cells()[cell]; times != 0) {
      line += ' ' + std::to_string(Histogram::lowest_of(cell)) + ':' + std::to_string(times);
    }
  }
  return line + '\n';
}

int speak(const std::string& what) {
  if (what == "write") {
    std::cout << write_log(std::cin);
    return 0;
  }
  base::check(what == "read" || what == "table", "it is asked for what it knows");
  const std::string log(std::istreambuf_iterator<char>(std::cin), {});
  const base::Result<> read =
      read_hdr_log(log, [&](const HdrInterval& interval, const Histogram& histogram) {
        std::cout << (what == "read" ? line_of(interval, histogram)
                                     : format_percentile_table(percentile_table(histogram)));
      });
  if (!read) {
    std::cerr << read.error().message << '\n';
  }
  return read ? 0 : 2;
}

}  // namespace
}  // namespace procession::measure

int main(int argc, char** argv) {
  procession::base::check(argc == 2, "it is told what to do");
  return procession::measure::speak(argv[1]);
}
