// SPDX-License-Identifier: MIT
// `order`: asks for a guarantee, and that no run contradicts it.
#include "harness/verify/order_check.h"
#include "harness/verify/pairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace procession::verify {

namespace {

using causes::EventId;
using scenario::VerdictKind;

class GuaranteedOrder final : public OrderCheck {
 public:
  using OrderCheck::OrderCheck;

 private:
  // Of an order that is guaranteed one recorded chain is enough to show.
  [[nodiscard]] bool wants_chains() const override {
    return chain_.empty() || open_pair() != nullptr;
  }

  // The first pair without a guarantee, or none. Asked again only when the net has changed. A pair
  // with a talker that not every run had is asked of the net of the runs that had it.
  [[nodiscard]] const Pair* open_pair() const {
    if (asked_of_ == context_.net && asked_of_widest_ == context_.widest) {
      return open_;
    }
    asked_of_ = context_.net;
    asked_of_widest_ = context_.widest;
    Guarantees& of_all = context_.guarantees_of(*context_.net);
    Guarantees& of_some = context_.guarantees_of(*context_.widest);
    warrant_ = causes::Warrant::Posix;
    open_ = nullptr;
    const std::vector<bool> sure = of_all.are_sure(pairs_);
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      const Pair& pair = pairs_[i];
      if (sure[i] || has_one_in(pair, context_.absent)) {
        continue;
      }
      const auto here = has_one_in(pair, context_.sometimes) ? of_some.of(pair) : of_all.of(pair);
      if (!here) {
        open_ = &pair;
        break;
      }
      warrant_ = std::max(warrant_, *here);
    }
    return open_;
  }

  // A side that is one event, of one of these processes. (Of a side of several any one may serve.)
  static bool has_one_in(const Pair& pair, const std::set<plan::InstanceId>& processes) {
    const auto is_in = [&](const Side& side) {
      return side.size() == 1 && processes.contains(side.front().instance);
    };
    return is_in(pair.left) || is_in(pair.right);
  }

  void look_at(const Timeline& run, const Sight& sight) override {
    if (sight.kind == Sight::Kind::Seen && chain_.empty()) {
      const auto chain = run.chain(run.net().id_of(sight.left), run.net().id_of(sight.right));
      for (const EventId event : chain) {
        if (const auto named = run.net().event_of(event)) {
          chain_.push_back(*named);
        }
      }
    }
  }

  [[nodiscard]] Finding finding() const override {
    if (tally_.runs == 0) {
      return {VerdictKind::Inconclusive, "no run was recorded", {}};
    }
    const Pair* open = open_pair();
    const Guarantees& guarantees = context_.guarantees_of(*context_.net);
    return open == nullptr ? guaranteed(guarantees, warrant_) : not_guaranteed(guarantees, *open);
  }

  [[nodiscard]] Finding guaranteed(const Guarantees& guarantees, causes::Warrant warrant) const {
    if (tally_.contradicted != 0) {
      return {VerdictKind::Invalid, "a guaranteed order was " + tally_.contradiction, {}};
    }
    if (!tally_.absent.empty()) {
      return {VerdictKind::Broken, absence(), {}};
    }
    if (!tally_.fault.empty()) {
      return {VerdictKind::Invalid, tally_.fault, {}};
    }
    if (tally_.damaged != 0) {
      return {VerdictKind::Inconclusive,
              fmt::format("{} of {} records are incomplete", tally_.damaged, tally_.runs),
              {}};
    }
    const Wording words(context_.plan, *context_.net);
    const Pair& pair = pairs_.front();
    const auto chain = guarantees.chain(pair, warrant);
    const std::string why =
        chain.empty()
            ? ""
            : words.chain(chain) + fmt::format("; without {}, {} cannot happen",
                                               words.name(chain.front()), words.name(chain.back()));
    std::string message = fmt::format("guaranteed ({}): {}", to_string(warrant), why);
    if (pairs_.size() > 1) {
      message += fmt::format(" (and so for all {} pairs)", pairs_.size());
    }
    return {VerdictKind::Held, message, tally_.times};
  }

  [[nodiscard]] Finding not_guaranteed(const Guarantees& guarantees, const Pair& open) const {
    if (tally_.contradicted != 0) {
      return {VerdictKind::Broken, fmt::format("{} ({})", tally_.contradiction, tally_.counts()),
              way_round(guarantees, open)};
    }
    if (!tally_.absent.empty()) {
      return {VerdictKind::Broken, absence(), {}};
    }
    if (!tally_.fault.empty()) {
      return {VerdictKind::Invalid, tally_.fault, {}};
    }
    const std::string seen = fmt::format("seen {} of {}", tally_.seen, tally_.runs);
    if (tally_.caused == tally_.runs) {
      return {VerdictKind::Broken,
              fmt::format("{}, each time with a cause, not guaranteed: {}", seen,
                          alternative(guarantees, open)),
              with_times(way_round(guarantees, open))};
    }
    const Wording words(context_.plan, *context_.net);
    const auto way = guarantees.way_round(open);
    std::string message = fmt::format("{}, not guaranteed: {} can happen without {}", seen,
                                      context_.finder.name_of(open.right.back()),
                                      context_.finder.name_of(open.left.front()));
    const std::string needed = needs_only(words, way);
    if (!needed.empty()) {
      message += "; it needs only " + needed + failure_on(words, way);
    }
    if (tally_.too_close != 0) {
      message += fmt::format(" (too close to tell in {} of {})", tally_.too_close, tally_.runs);
    }
    return {VerdictKind::Broken, message, way_round(guarantees, open)};
  }

  // The last event of another step or process on the way.
  [[nodiscard]] std::string needs_only(const Wording& words,
                                       const std::vector<EventId>& way) const {
    if (way.empty()) {
      return "";
    }
    const auto last = context_.net->event_of(way.back());
    for (auto event = way.rbegin(); event != way.rend(); ++event) {
      const auto named = context_.net->event_of(*event);
      const bool same =
          named && last && named->instance == last->instance && named->step == last->step;
      if (named && !same) {
        const auto bare =
            named->kind == plan::Event::Kind::Return || named->kind == plan::Event::Kind::Call
                ? plan::Event{plan::Event::Kind::Success, named->instance, named->step, 0}
                : *named;
        return words.name(context_.net->id_of(bare));
      }
    }
    return "";
  }

  // ": a.signal(b) can fail (ESRCH)", if the way goes on from there.
  [[nodiscard]] std::string failure_on(const Wording& words,
                                       const std::vector<EventId>& way) const {
    for (const EventId id : way) {
      if (const auto failure = context_.net->failure_of(id)) {
        return fmt::format(": {} can fail ({})", words.name(context_.net->success(failure->step)),
                           context_.finder.symbol_name(failure->symbol));
      }
    }
    return "";
  }

  [[nodiscard]] std::vector<std::string> way_round(const Guarantees& guarantees,
                                                   const Pair& open) const {
    const Wording words(context_.plan, *context_.net);
    const auto way = guarantees.way_round(open);
    if (way.empty()) {
      return {};
    }
    return {fmt::format("a way without {}: {}", context_.finder.name_of(open.left.front()),
                        words.chain(way))};
  }

  [[nodiscard]] std::vector<std::string> with_times(std::vector<std::string> lines) const {
    lines.insert(lines.end(), tally_.times.begin(), tally_.times.end());
    return lines;
  }

  [[nodiscard]] std::string alternative(const Guarantees& guarantees, const Pair& open) const {
    const Wording words(context_.plan, *context_.net);
    std::vector<EventId> chain;
    for (const plan::Event& event : chain_) {
      chain.push_back(context_.net->id_of(event));
    }
    const auto free = guarantees.alternative_on(chain, open);
    return words.alternative(free ? *free : context_.net->id_of(open.right.back()));
  }

  std::vector<plan::Event> chain_;  // recorded, of the first pair that had one
  mutable std::shared_ptr<const causes::PlanNet> asked_of_;
  mutable std::shared_ptr<const causes::PlanNet> asked_of_widest_;
  mutable causes::Warrant warrant_ = causes::Warrant::Posix;
  mutable const Pair* open_ = nullptr;
};

}  // namespace

void add_order_checks(const Context& context, Checks& checks) {
  for (const scenario::OrderPattern& order : context.asked.expect.order) {
    if (auto pairs = pairs_of(context.finder, order)) {
      checks.push_back(
          std::make_unique<GuaranteedOrder>(context, "order", order, std::move(*pairs)));
    }
  }
}

}  // namespace procession::verify
