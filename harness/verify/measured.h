// SPDX-License-Identifier: MIT
#pragma once
// Measured figures: the samples of each of a scenario's figures, of all runs together, and why they
// cannot be trusted, if so. Fed by the Judge with every run before the checks; asked by the checks
// of `expect: figures` and for the reports. Internal to this folder.
//
// The k-th `from` is paired with the k-th `to`, in the plan's order, for each value of the letters
// that tie them. A sample lasts from the beginning of the one's interval to the end of the other's:
// it is never shorter than the truth.

#include "harness/measure/figure.h"
#include "harness/measure/samples.h"
#include "harness/verify/check.h"
#include "harness/verify/figure_source.h"
#include "harness/verify/pairs.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace procession::verify {

class Measured final : public FigureSource {
 public:
  Measured(const Context& context, const scenario::Figure& asked, std::vector<Span> spans);

  void add(const Timeline& run);

  [[nodiscard]] const std::string& name() const override { return asked_.name; }
  // Broken: events without a partner, or in the other order.
  [[nodiscard]] const measure::Distribution& samples() const override { return samples_; }
  [[nodiscard]] const measure::ByRun& by_run() const { return by_run_; }

 private:
  void add_span(const Timeline& run, const Span& span, measure::Samples& of_run);
  void add_sample(const Timeline& run, const Interval& from, const Interval& to,
                  measure::Samples& of_run);
  [[nodiscard]] std::vector<Interval> times_of(const Timeline& run, const Side& side,
                                               const scenario::EventPattern& pattern) const;

  const Context& context_;
  const scenario::Figure& asked_;
  const std::vector<Span> spans_;
  measure::Samples samples_;
  measure::ByRun by_run_;
};

class MeasuredFigures {
 public:
  explicit MeasuredFigures(const Context& context);

  void add(const Timeline& run);
  // null if there is no such figure
  [[nodiscard]] const Measured* find(std::string_view name) const;
  [[nodiscard]] std::vector<measure::Figure> told() const;

 private:
  std::vector<Measured> figures_;
};

}  // namespace procession::verify
