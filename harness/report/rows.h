// SPDX-License-Identifier: MIT
#pragma once
// Rows: every number that a session has measured, flat: one row for each statistic of each figure
// and for each number of a load, scenario by scenario, in the result's order. What is not known or
// not finite has no row, and an end of an interval that is not finite is open; so whoever writes
// rows writes neither NaN nor infinity. Base of the formats that are lists of numbers. Pure.

#include "harness/measure/figure.h"
#include "harness/measure/statistics.h"
#include "harness/report/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace procession::report {

struct Row {
  std::string scenario;    // id
  std::string figure;      // "load.response"; of a number its name: "load.rate"
  std::string statistic;   // "min", "mean", "deviation", "p50" … "max"; empty: of a number
  std::string unit;        // "ns", "/s", or empty: a count
  double value = 0;        // in that unit
  measure::Bounds bounds;  // with 95 % confidence; of a number, as the median of its runs
  std::uint64_t n = 0;     // how many values it is of; of a number: how many runs
  bool at_least = false;   // a lower bound
  std::string invalid;     // why it does not tell of what it should; empty: it does
};

[[nodiscard]] std::vector<Row> rows_of(const ScenarioResult& scenario);
[[nodiscard]] std::vector<Row> rows_of(const SessionResult& session);

// How long each run took; no name of a file's can have this form.
inline constexpr std::string_view kRunWall = "run.wall";

// Those of its judgement, then kRunWall if it was played.
[[nodiscard]] std::vector<measure::Figure> figures_of(const ScenarioResult& scenario);

// As expectations call it: "load.response.p99", "load.rate".
[[nodiscard]] std::string full_name(const Row& row);

enum class Better : std::uint8_t { Smaller, Bigger, Neither };
// Times and failures are better if they are smaller, rates if they are bigger; of a number of
// requests nobody can tell.
[[nodiscard]] Better better_of(const Row& row);

// Rows that a chart over many commits is worth: those that are valid, of which one can tell what is
// better, and no extremes, which are other each time. Base of github_benchmark.h and bencher.h.
[[nodiscard]] std::vector<Row> charted_rows(const SessionResult& session);
// "tutorial/join.yaml load.response.p99"; a lower bound is no point of the same curve, so it is
// called "… (at least)". Valid UTF-8 without control characters.
[[nodiscard]] std::string curve_name(const Row& row);

}  // namespace procession::report
