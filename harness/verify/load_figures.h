// SPDX-License-Identifier: MIT
#pragma once
// Load figures: what the loads of a scenario have counted, in all runs. A series pools the requests
// of all instances and runs; a number is of all instances of a run together, and of the runs the
// median.
//
// The rate of a run: the requests that were answered in the phase, over the time in which one of
// the loads at least was in it. What is played one after the other is not added up, and what has
// ended early does not count on.
//
// A client that was killed has counted until then. What it had sent and was not over is unfinished.
// Internal to this folder.

#include "harness/measure/censored.h"
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
#include <utility>
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
  [[nodiscard]] const measure::ByRun& by_run() const { return by_run_; }  // of a series
  [[nodiscard]] const std::vector<double>& numbers_by_run() const { return numbers_by_run_; }

  // Of one kind: told of only where there are some.
  [[nodiscard]] bool is_of_failures() const {
    return asked_.number == scenario::LoadNumber::Failure ||
           asked_.number == scenario::LoadNumber::Dropped;
  }

 private:
  // What the loads of one run have counted, all together.
  struct Pool {
    std::vector<std::pair<std::int64_t, std::int64_t>> times;  // that each was in its phases
    std::uint64_t ended = 0;
    std::uint64_t number = 0;  // of a count
  };
  void add_load(const Timeline& run, std::size_t load, Pool& pool);
  void add_series(const plan::Load& asked, const trace::LoadPhase& phase, bool is_cut_off);
  void add_number(Pool pool);
  void add_run();
  [[nodiscard]] double number_of(Pool pool) const;
  [[nodiscard]] bool is_of(trace::Series series) const {
    return asked_.series == static_cast<std::size_t>(series);
  }
  [[nodiscard]] std::uint64_t count_in(const trace::PhaseCounts& counts, bool is_cut_off) const;
  [[nodiscard]] std::string why_not_played(const Timeline& run) const;
  void audit(const Timeline& run, std::size_t load);

  const Context& context_;
  const scenario::FigureValue asked_;
  const std::vector<std::size_t> phases_;  // that count
  const std::vector<std::size_t> loads_;   // of the plan, that it speaks of
  std::string name_;
  std::unique_ptr<measure::Histogram> histogram_;
  std::unique_ptr<measure::Histogram> of_run_;         // what the run in hand adds to it
  measure::Unknown unknown_;                           // of what is in it, or should be
  mutable std::optional<measure::Counted> counted_;    // of histogram_, made when asked for
  mutable std::optional<measure::Censored> censored_;  // of counted_
  measure::Samples numbers_;                           // one of each run
  measure::ByRun by_run_;
  std::vector<double> numbers_by_run_;
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
