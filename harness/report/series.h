// SPDX-License-Identifier: MIT
#pragma once
// Series: how one figure went over many sessions, to look at. Made from the history by the command
// line; used by the plot, by JSON and by the HTML report. All numbers are finite; all texts may
// hold any bytes.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace procession::report {

struct Series {
  struct Point {
    std::string started;  // when its session began: ISO 8601, UTC
    double value = 0;
    std::optional<double> low;  // of the interval that holds the true value with 95 % confidence
    std::optional<double> high;
    bool at_least = false;      // a lower bound
    std::uint64_t n = 0;        // of how many samples it is
    std::string version;        // of Procession
    std::string machine_class;  // points of different classes are not comparable
  };
  std::string scenario;       // its id
  std::string figure;         // as expectations call it: "load.response.p99", "load.rate"
  std::string unit;           // "ns", "/s"; empty: a count
  std::vector<Point> points;  // in the order of time
};

}  // namespace procession::report
