// SPDX-License-Identifier: MIT
#pragma once
// ComparisonResult: two arms, *base* and *new*, compared figure by figure: what `compare` and
// `bench --vs` come to, as a value; and the formats of it. Made by the command line, judged by
// `judge`, turned into bytes here. Pure.
//
// Interleaved comparisons measure both arms twice in each round. What no change can touch (a
// *placebo*) is measured beside each; if it moves, something other than the change has moved it,
// and nothing is said.

#include "harness/base/time.h"
#include "harness/measure/comparison.h"
#include "harness/report/console.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace procession::report {

struct ComparedFigure {
  std::string scenario;  // id of the base arm's instance; empty of a placebo
  std::string name;      // "load.service.p99"
  std::string unit;      // "ns" or "/s"
  measure::Better better = measure::Better::Lower;
  std::vector<double> base;  // by round; greater than 0
  std::vector<double> changed;
  // The base arm's two measurements of each round, in random order; empty if there was but one.
  std::vector<double> first;
  std::vector<double> second;
  std::string not_judged;  // why it is shown only; empty: it is judged

  // By `judge`; none where it is not judged, or has no rounds.
  std::optional<measure::Comparison> comparison;
  measure::Bounds same;            // of second/first, with 95 % confidence
  std::uint64_t needs_rounds = 0;  // if there are too few for any verdict: how many it takes
};

struct ComparisonResult {
  std::string base;  // what each is called
  std::string changed;
  std::string started;  // ISO 8601, UTC
  std::string command;
  base::Duration wall{};
  double margin = 0;  // that was asked for: 0.02
  std::vector<std::pair<std::string, std::string>> machine;
  std::vector<std::string> notes;  // what a reader must know of it
  // Of interleaved comparisons only.
  std::optional<std::uint32_t> seed;    // of the order of arms, and of each arm's `order: random`
  std::vector<std::uint64_t> looks;     // after how many rounds was judged
  std::string ended;                    // why there were no more rounds
  std::vector<ComparedFigure> figures;  // judged together
  std::vector<ComparedFigure> placebos;
};

// The error of one side, over all figures and all looks; both sides: 5 %.
inline constexpr double kTail = 0.025;

// Judges all figures together, and all placebos. `needed` as in measure/comparison.h, for an error
// of kTail/share; it is asked for shares up to the number of figures or placebos, whichever is
// more.
void judge(ComparisonResult& result, const measure::SidesNeeded& needed);

// Which placebo has moved, and how; empty: none.
[[nodiscard]] std::string invalid_because(const ComparisonResult& result);

// What all of it comes to.
enum class Conclusion : std::uint8_t {
  Invalid,     // a placebo has moved
  Worse,       // otherwise: some figure
  CannotTell,  // otherwise: of some figure, or there is none
  NotWorse,    // all of them, or even better
};
[[nodiscard]] std::string_view to_string(Conclusion conclusion);
[[nodiscard]] Conclusion conclusion_of(const ComparisonResult& result);

// "worse", …; of a placebo "moved" or "not seen to move"; "not judged"; with why, if there is
// something to say.
struct Said {
  std::string verdict;
  std::string why;
};
[[nodiscard]] Said said_of(const ComparedFigure& figure);
[[nodiscard]] Said said_of_placebo(const ComparedFigure& placebo);

// For people: "1.23 ms", "97,100/s"; "1.049 [1.041, 1.056]"; "2 %".
[[nodiscard]] std::string value_text(double value, std::string_view unit);
[[nodiscard]] std::string ratio_text(const measure::Comparison& comparison);
[[nodiscard]] std::string percent_text(double share);
// The median over the rounds, of one round or more.
[[nodiscard]] double median_over_rounds(std::vector<double> values);

// A table, and under it what it comes to. `every_round`: the ratio of each round, too. Ends with a
// line feed.
[[nodiscard]] std::string console_comparison(const ComparisonResult& result, bool every_round,
                                             Colour colour);
// Format "procession-comparison", version 1: results/procession-comparison.schema.json.
[[nodiscard]] std::string comparison_to_json(const ComparisonResult& result);
// A table for the summary of a CI job.
[[nodiscard]] std::string comparison_to_markdown(const ComparisonResult& result);

}  // namespace procession::report
