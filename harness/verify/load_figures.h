// SPDX-License-Identifier: MIT
#pragma once
// Load figures: what the loads of a scenario have counted, in all runs. A series pools the requests
// of all instances and runs; a number is the sum over the instances of a run, and of the runs the
// median. Internal to this folder.

#include "harness/measure/counted.h"
#include "harness/measure/figure.h"
#include "harness/measure/samples.h"
#include "harness/scenario/figure_pattern.h"
#include "harness/verify/check.h"
#include "harness/verify/figure_source.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace procession::verify {

// One series or number, of one phase.
class LoadFigure final : public FigureSource {
 public:
  LoadFigure(const Context& context, const scenario::FigureValue& asked,
             std::optional<std::size_t> phase);

  void add(const Timeline& run);

  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] const measure::Distribution& samples() const override;
  [[nodiscard]] std::optional<double> open_from() const override;

 private:
  void add_load(const Timeline& run, std::size_t load);
  void add_series(const trace::LoadPhase& phase);
  [[nodiscard]] double number_of(const Timeline& run, std::size_t load) const;
  void audit(const Timeline& run, std::size_t load);

  const Context& context_;
  const scenario::FigureValue asked_;
  const std::vector<std::size_t> phases_;  // that count
  const std::vector<std::size_t> loads_;   // of the plan, that it speaks of
  std::string name_;
  std::unique_ptr<measure::Histogram> histogram_;
  mutable std::optional<measure::Counted> counted_;  // of histogram_, made when asked for
  measure::Samples numbers_;                         // one of each run
  std::int64_t open_from_ = 0;                       // 0 = nothing was given up
};

class LoadFigures {
 public:
  explicit LoadFigures(const Context& context);

  void add(const Timeline& run);
  // What an expectation asks for; made by this, and fed from then on.
  [[nodiscard]] const FigureSource& ask(const scenario::FigureValue& value,
                                        std::optional<std::size_t> phase);
  [[nodiscard]] std::vector<measure::Figure> told() const;
  [[nodiscard]] std::vector<measure::Number> numbers() const;

 private:
  const Context& context_;
  std::vector<std::unique_ptr<LoadFigure>> series_;   // of each label, in the plan's order
  std::vector<std::unique_ptr<LoadFigure>> numbers_;  // likewise
  std::vector<std::unique_ptr<LoadFigure>> asked_;
};

// What figures call a load: its label, else `load`.
[[nodiscard]] std::string_view label_of(const plan::Plan& plan, const plan::Load& load);
// The plan's loads that a figure speaks of, by their numbers. The review sees to it that it speaks
// of one.
[[nodiscard]] std::vector<std::size_t> loads_of(const plan::Plan& plan,
                                                const plan::EventFinder& finder,
                                                const scenario::FigureValue& value);

}  // namespace procession::verify
