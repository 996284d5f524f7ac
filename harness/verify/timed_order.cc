// SPDX-License-Identifier: MIT
// `timing`: the clock, not a cause, makes it so.
#include "harness/verify/order_check.h"
#include "harness/verify/pairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace procession::verify {

namespace {

using scenario::Verb;
using scenario::VerdictKind;

class TimedOrder final : public OrderCheck {
 public:
  using OrderCheck::OrderCheck;

  [[nodiscard]] bool lost() const override {
    return contradicted_for_sure_ || !tally_.absent.empty();
  }

 private:
  [[nodiscard]] bool wants_chains() const override { return false; }

  void look_at(const Timeline& run, const Sight& sight) override {
    if (sight.kind == Sight::Kind::Contradicted && run.fault().empty()) {
      const auto gap =
          run.when(run.net().id_of(sight.left)).lo - run.when(run.net().id_of(sight.right)).hi;
      contradicted_for_sure_ = contradicted_for_sure_ || longest_oversleep(run) <= gap;
    }
  }

  // How much longer than asked the run's worst sleep took.
  [[nodiscard]] base::Duration longest_oversleep(const Timeline& run) const {
    base::Duration worst{};
    for (const trace::Process& process : run.record().processes) {
      for (const trace::Event& event : process.events) {
        const bool slept = event.kind == trace::Line::Step && event.returned &&
                           context_.plan.step(event.step).verb == Verb::Sleep;
        if (slept) {
          const base::Duration asked(context_.plan.step(event.step).duration_ns);
          worst = std::max(worst, *event.returned - event.call - asked);
        }
      }
    }
    return worst;
  }

  [[nodiscard]] Finding finding() const override {
    if (tally_.runs == 0) {
      return {VerdictKind::Inconclusive, "no run was recorded", {}};
    }
    if (!tally_.absent.empty()) {
      return {VerdictKind::Broken, absence(), {}};
    }
    if (contradicted_for_sure_) {
      return {
          VerdictKind::Broken, fmt::format("{} ({})", tally_.contradiction, tally_.counts()), {}};
    }
    if (!tally_.fault.empty()) {
      return {VerdictKind::Invalid, tally_.fault, {}};
    }
    if (tally_.contradicted != 0 && tally_.damaged == 0) {
      return {VerdictKind::Inconclusive,
              fmt::format("{}, but a sleep took longer than the gap ({})", tally_.contradiction,
                          tally_.counts()),
              {}};
    }
    if (tally_.too_close != 0 || tally_.damaged != 0) {
      return {VerdictKind::Inconclusive, tally_.counts(), {}};
    }
    return {VerdictKind::Held,
            fmt::format("seen {} of {}, by the clock", tally_.seen, tally_.runs),
            {}};
  }

  bool contradicted_for_sure_ = false;  // in a run whose sleeps cannot be to blame
};

}  // namespace

void add_timing_checks(const Context& context, Checks& checks) {
  for (const scenario::OrderPattern& order : context.asked.expect.timing) {
    if (auto pairs = pairs_of(context.finder, order)) {
      checks.push_back(std::make_unique<TimedOrder>(context, "timing", order, std::move(*pairs)));
    }
  }
}

}  // namespace procession::verify
