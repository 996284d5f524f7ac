// SPDX-License-Identifier: MIT
#pragma once
// FigureSource: where a check of `figures` has its values from: times between events (measured.h),
// or what loads have counted (load_figures.h). Internal to this folder.

#include "harness/measure/distribution.h"
#include "harness/scenario/model.h"
#include "harness/trace/record.h"

#include <cstdint>
#include <string>

namespace procession::verify {

class FigureSource {
 public:
  virtual ~FigureSource() = default;
  FigureSource(const FigureSource&) = delete;
  FigureSource& operator=(const FigureSource&) = delete;
  FigureSource(FigureSource&&) = default;
  FigureSource& operator=(FigureSource&&) = delete;

  [[nodiscard]] virtual const std::string& name() const = 0;
  // Nanoseconds, counts, or thousandths of a request a second; of all runs together.
  [[nodiscard]] virtual const measure::Distribution& samples() const = 0;

  [[nodiscard]] std::uint32_t runs() const { return runs_; }
  // The worst that was wrong with a run, and what; held if nothing was. Samples of a run that is
  // not to be trusted are left out.
  [[nodiscard]] scenario::VerdictKind trouble() const { return trouble_; }
  [[nodiscard]] const std::string& why() const { return why_; }
  // Why it does not tell of what it should; empty: it does.
  [[nodiscard]] std::string invalid() const {
    return trouble_ == scenario::VerdictKind::Invalid ? why_ : std::string();
  }

 protected:
  FigureSource() = default;
  void count_run() { ++runs_; }
  void note(scenario::VerdictKind trouble, std::string why);

 private:
  std::uint32_t runs_ = 0;
  scenario::VerdictKind trouble_ = scenario::VerdictKind::Held;
  std::string why_;
};

}  // namespace procession::verify
