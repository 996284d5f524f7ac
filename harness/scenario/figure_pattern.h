// SPDX-License-Identifier: MIT
#pragma once
// Figure patterns: the text `setup.p99 <= 2x of warm.p99 with ci95` taken apart, not yet looked up.
// Made by `parse_figure` from scalars of a file; looked up among the file's figures and loads by
// the verdicts. Grammar: scenarios/README.md, "Figures" and "Load".
//
// A parsed pattern is of one piece: a time is compared with a time, a count with a count and a rate
// with a rate; a factor stands where `of` does, and only what has an interval is asked `with` one.

#include "harness/scenario/event_grammar.h"
#include "harness/scenario/event_pattern.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace procession::scenario {

struct Statistic {
  enum class Kind : std::uint8_t { Percentile, Mean, Median, Min, Max, Count };
  Kind kind = Kind::Count;
  double percent = 0;  // of a percentile: more than 0, less than 100

  [[nodiscard]] bool is_count() const { return kind == Kind::Count; }
};

// The figures of a load: series of times, of each request or connection; and numbers, of each run.
// Failures are numbers, too. In the order of trace/load_area.h.
inline constexpr std::array<std::string_view, 5> kSeriesNames = {"response", "service", "blocked",
                                                                 "lag", "connect"};
inline constexpr std::array<std::string_view, 8> kFailureNames = {
    "truncated", "corrupt", "crossed", "duplicate", "reordered", "timed_out", "refused", "reset"};
inline constexpr std::array<std::string_view, 3> kPhaseNames = {"warmup", "measure", "drain"};

enum class LoadNumber : std::uint8_t { Rate, Requests, Errors, Unfinished, Dropped, Failure };
inline constexpr std::array<std::string_view, 5> kLoadNumberNames = {"rate", "requests", "errors",
                                                                     "unfinished", "dropped"};

// `setup.p99`, `load.response.p99`, `client[2].load.rate`
struct FigureValue {
  enum class Unit : std::uint8_t { Time, Count, Rate };

  std::string figure;  // or a load's label
  Statistic statistic;
  // Of a load: one of these two, and whose; none: of all processes that have such a load.
  std::optional<std::size_t> series;  // into kSeriesNames
  std::optional<LoadNumber> number;
  std::size_t failure = 0;  // of a number that is one: into kFailureNames
  std::optional<ProcessPattern> process;

  [[nodiscard]] bool is_of_load() const { return series || number; }
  [[nodiscard]] Unit unit() const {
    if (number) {
      return *number == LoadNumber::Rate ? Unit::Rate : Unit::Count;
    }
    return statistic.is_count() ? Unit::Count : Unit::Time;
  }
  std::string text;
  Position at;
};

enum class Comparison : std::uint8_t { Less, LessOrEqual, Greater, GreaterOrEqual, Equal };

struct FigurePattern {
  FigureValue value;
  Comparison comparison = Comparison::Less;
  double bound = 0;                  // nanoseconds, a number or a rate; with `of`, a factor
  std::optional<FigureValue> of;     // what the factor is of
  std::optional<std::size_t> phase;  // `in`: into kPhaseNames
  double confidence = 0;             // of `with`: 0.95 or 0.99; 0 = without
  std::string text;                  // as written, for messages
  Position at;
};

[[nodiscard]] Parsed<FigurePattern> parse_figure(std::string_view text, Position at);

}  // namespace procession::scenario
