// SPDX-License-Identifier: MIT
#pragma once
// Figure patterns: the text `setup.p99 <= 2x of warm.p99 with ci95` taken apart, not yet looked up.
// Made by `parse_figure` from scalars of a file; looked up among the file's figures by the
// verdicts. Grammar: scenarios/README.md, "Figures".
//
// A parsed pattern is of one piece: a time is compared with a time and a count with a count, a
// factor stands where `of` does, and only statistics that have an interval are asked `with` one.

#include "harness/scenario/event_grammar.h"
#include "harness/scenario/event_pattern.h"

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

// `setup.p99`
struct FigureValue {
  std::string figure;
  Statistic statistic;
  std::string text;
  Position at;
};

enum class Comparison : std::uint8_t { Less, LessOrEqual, Greater, GreaterOrEqual, Equal };

struct FigurePattern {
  FigureValue value;
  Comparison comparison = Comparison::Less;
  double bound = 0;               // nanoseconds or a number; with `of`, a factor
  std::optional<FigureValue> of;  // what the factor is of
  double confidence = 0;          // of `with`: 0.95 or 0.99; 0 = without
  std::string text;               // as written, for messages
  Position at;
};

[[nodiscard]] Parsed<FigurePattern> parse_figure(std::string_view text, Position at);

}  // namespace procession::scenario
