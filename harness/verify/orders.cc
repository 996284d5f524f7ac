// SPDX-License-Identifier: MIT
// Orders: `order` asks for a guarantee, `timing` for what the clock shows, `serial` for a guarantee
// in one direction of each pair of lifetimes.
#include "harness/base/text.h"
#include "harness/verify/check.h"
#include "harness/verify/guarantees.h"
#include "harness/verify/pairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace procession::verify {

namespace {

using causes::EventId;
using scenario::Verb;
using scenario::VerdictKind;

// How one pair came out in one run.
struct Sight {
  enum class Kind { Seen, Absent, TooClose, Contradicted, Apart };
  Kind kind = Kind::Apart;  // Apart: the pair is not of this run (a connection that nobody made)
  plan::Event left;         // of several, the one that counts
  plan::Event right;
};

bool is_unstarted_talker(const Context& context, const Timeline& run, const plan::Event& event) {
  return context.plan.instance(event.instance).kind == plan::Instance::Kind::Talker &&
         !run.record().processes[event.instance].started;
}

Sight sight_of(const Context& context, const Timeline& run, const Pair& pair) {
  Sight best{Sight::Kind::Apart, pair.left.front(), pair.right.back()};
  bool left_happened = false;
  bool right_happened = false;
  for (const plan::Event& left : pair.left) {
    for (const plan::Event& right : pair.right) {
      if (is_unstarted_talker(context, run, left) || is_unstarted_talker(context, run, right)) {
        continue;
      }
      const EventId a = run.net().id_of(left);
      const EventId b = run.net().id_of(right);
      left_happened = left_happened || run.happened(a);
      right_happened = right_happened || run.happened(b);
      if (best.kind == Sight::Kind::Apart) {
        best.kind = Sight::Kind::Absent;
      }
      if (!run.happened(a) || !run.happened(b)) {
        continue;
      }
      switch (run.relation(a, b)) {
        case Relation::Before:
          return {Sight::Kind::Seen, left, right};
        case Relation::TooClose:
          best = {Sight::Kind::TooClose, left, right};
          break;
        case Relation::After:
          if (best.kind != Sight::Kind::TooClose) {
            best = {Sight::Kind::Contradicted, left, right};
          }
      }
    }
  }
  if (best.kind == Sight::Kind::Absent && pair.if_it_happens && !left_happened && right_happened) {
    best.kind = Sight::Kind::Apart;
  }
  return best;
}

int severity(Sight::Kind kind) {
  switch (kind) {
    case Sight::Kind::Contradicted:
      return 4;
    case Sight::Kind::Absent:
      return 3;
    case Sight::Kind::TooClose:
      return 2;
    case Sight::Kind::Seen:
      return 1;
    case Sight::Kind::Apart:
      return 0;
  }
  return 0;
}

// What all runs have shown of an order.
struct Tally {
  std::uint32_t runs = 0;
  std::uint32_t seen = 0;
  std::uint32_t contradicted = 0;
  std::uint32_t too_close = 0;
  std::uint32_t caused = 0;                     // seen, each pair by a chain of causes
  std::uint32_t damaged = 0;                    // the record is incomplete
  std::map<std::string, std::uint32_t> absent;  // event → runs without it
  std::string contradiction;                    // the first
  std::string fault;                            // of the first record that is none
  std::string first_chain;                      // of the first run in which every pair had one
  std::vector<std::string> times;               // of the first run

  [[nodiscard]] std::string counts() const {
    return fmt::format("seen {}, contradicted {}, too close {} of {}", seen, contradicted,
                       too_close, runs);
  }
};

std::string contradiction_of(const Context& context, const Timeline& run, const Sight& sight) {
  const Wording words(context.plan, run.net());
  const EventId a = run.net().id_of(sight.left);
  const EventId b = run.net().id_of(sight.right);
  const std::string left =
      sight.left.kind == plan::Event::Kind::End
          ? fmt::format("{} still running at {}", context.finder.name_of(sight.left.instance),
                        since_start(run.record(), run.when(a).lo))
          : fmt::format("{} {}", words.name(a), words.when(run, a));
  return fmt::format("contradicted in {}: {} {}, {}", run_name(run.record()), words.name(b),
                     words.when(run, b), left);
}

class OrderCheck : public Check {
 public:
  OrderCheck(const Context& context, std::string key, const scenario::OrderPattern& order,
             std::vector<Pair> pairs)
      : Check(std::move(key), order.text, order.at), context_(context), pairs_(std::move(pairs)) {}

  void add(const Timeline& run) override {
    ++tally_.runs;
    tally_.damaged += run.record().complete ? 0 : 1;
    if (!run.fault().empty() && tally_.fault.empty()) {
      tally_.fault = fmt::format("{}: {}", run_name(run.record()), run.fault());
    }
    Sight worst;
    bool all_caused = true;
    for (const Pair& pair : pairs_) {
      const Sight sight = sight_of(context_, run, pair);
      note_absent(run, pair, sight);
      if (severity(sight.kind) > severity(worst.kind)) {
        worst = sight;
      }
      if (sight.kind == Sight::Kind::Seen && all_caused && wants_chains()) {
        all_caused = is_caused(run, sight);
      }
      look_at(run, sight);
    }
    tally_.too_close += worst.kind == Sight::Kind::TooClose ? 1 : 0;
    const bool seen = severity(worst.kind) <= severity(Sight::Kind::Seen);
    tally_.seen += seen ? 1 : 0;
    tally_.caused += seen && all_caused ? 1 : 0;
    if (worst.kind == Sight::Kind::Contradicted) {
      ++tally_.contradicted;
      if (tally_.contradiction.empty()) {
        tally_.contradiction = contradiction_of(context_, run, worst);
      }
    }
  }

  [[nodiscard]] bool lost() const override {
    return tally_.contradicted != 0 || !tally_.absent.empty();
  }

 protected:
  [[nodiscard]] virtual bool wants_chains() const { return true; }
  virtual void look_at(const Timeline&, const Sight&) {}

  [[nodiscard]] std::string absence() const {
    const auto& [event, runs] = *tally_.absent.begin();
    return fmt::format("vacuous: {} happened in {} of {} runs", event, tally_.runs - runs,
                       tally_.runs);
  }

  const Context& context_;
  const std::vector<Pair> pairs_;
  Tally tally_;

 private:
  void note_absent(const Timeline& run, const Pair& pair, const Sight& sight) {
    if (sight.kind != Sight::Kind::Absent) {
      return;
    }
    for (const Side* side : {&pair.left, &pair.right}) {
      const bool happened = std::ranges::any_of(
          *side, [&](const plan::Event& event) { return run.happened(run.net().id_of(event)); });
      if (!happened && !(side == &pair.left && pair.if_it_happens)) {
        ++tally_.absent[context_.finder.name_of(side->front())];
      }
    }
  }

  bool is_caused(const Timeline& run, const Sight& sight) {
    const auto chain = run.chain(run.net().id_of(sight.left), run.net().id_of(sight.right));
    if (!chain.empty() && tally_.times.empty()) {
      const Wording words(context_.plan, run.net());
      tally_.times = words.chain_lines(chain, &run);
      tally_.times.insert(tally_.times.begin(), run_name(run.record()) + ":");
    }
    return !chain.empty();
  }
};

class GuaranteedOrder final : public OrderCheck {
 public:
  using OrderCheck::OrderCheck;

 private:
  // Of an order that is guaranteed one recorded chain is enough to show.
  [[nodiscard]] bool wants_chains() const override {
    return chain_.empty() || open_pair() != nullptr;
  }

  // The first pair without a guarantee, or none. Asked again only when the net has changed.
  [[nodiscard]] const Pair* open_pair() const {
    if (asked_of_ != context_.net) {
      asked_of_ = context_.net;
      Guarantees guarantees(*context_.net);
      warrant_ = causes::Warrant::Posix;
      open_ = nullptr;
      for (const Pair& pair : pairs_) {
        const auto here = guarantees.of(pair);
        if (!here) {
          open_ = &pair;
          break;
        }
        warrant_ = std::max(warrant_, *here);
      }
    }
    return open_;
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
    const Guarantees guarantees(*context_.net);
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
      message += "; it needs only " + needed;
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
  mutable causes::Warrant warrant_ = causes::Warrant::Posix;
  mutable const Pair* open_ = nullptr;
};

// `timing`: the clock, not a cause, makes it so.
class TimedOrder final : public OrderCheck {
 public:
  using OrderCheck::OrderCheck;

  [[nodiscard]] bool lost() const override {
    return tally_.contradicted > overslept_ || !tally_.absent.empty();
  }

 private:
  [[nodiscard]] bool wants_chains() const override { return false; }

  void look_at(const Timeline& run, const Sight& sight) override {
    if (sight.kind == Sight::Kind::Contradicted) {
      const auto gap =
          run.when(run.net().id_of(sight.left)).lo - run.when(run.net().id_of(sight.right)).hi;
      overslept_ += longest_oversleep(run) > gap ? 1 : 0;
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
    if (tally_.contradicted > overslept_) {
      return {
          VerdictKind::Broken, fmt::format("{} ({})", tally_.contradiction, tally_.counts()), {}};
    }
    if (!tally_.fault.empty()) {
      return {VerdictKind::Invalid, tally_.fault, {}};
    }
    if (tally_.contradicted != 0) {
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

  std::uint32_t overslept_ = 0;
};

// `serial`: of each two lifetimes one ends before the other begins, and a cause makes it so.
class SerialCheck final : public Check {
 public:
  SerialCheck(const Context& context, scenario::Position at, std::vector<plan::InstanceId> members)
      : Check("serial", group_text(context, members), at),
        context_(context),
        members_(std::move(members)) {}

  void add(const Timeline& run) override {
    ++runs_;
    if (!run.fault().empty() && fault_.empty()) {
      fault_ = run.fault();
    }
    each_pair([&](plan::InstanceId a, plan::InstanceId b) {
      const auto seen = [&](plan::InstanceId first, plan::InstanceId second) {
        const EventId end = run.net().end(first);
        const EventId begin = run.net().begin(second);
        return run.happened(end) && run.happened(begin) &&
               run.relation(end, begin) == Relation::Before;
      };
      if (contradiction_.empty() && !seen(a, b) && !seen(b, a)) {
        contradiction_ = fmt::format("{} and {} were not seen one after the other in {}",
                                     context_.finder.name_of(a), context_.finder.name_of(b),
                                     run_name(run.record()));
      }
    });
  }

  [[nodiscard]] bool lost() const override { return !contradiction_.empty(); }

 private:
  template <class Use>
  void each_pair(Use use) const {
    for (std::size_t i = 0; i < members_.size(); ++i) {
      for (std::size_t j = i + 1; j < members_.size(); ++j) {
        use(members_[i], members_[j]);
      }
    }
  }

  [[nodiscard]] Finding finding() const override {
    if (runs_ == 0) {
      return {VerdictKind::Inconclusive, "no run was recorded", {}};
    }
    if (!contradiction_.empty()) {
      return {VerdictKind::Broken, contradiction_, {}};
    }
    if (!fault_.empty()) {
      return {VerdictKind::Invalid, fault_, {}};
    }
    Guarantees guarantees(*context_.net);
    std::string open;
    const auto follows = [&](plan::InstanceId first, plan::InstanceId second) {
      return guarantees
          .of({{{plan::Event::Kind::End, first, plan::kNone, 0}},
               {{plan::Event::Kind::Begin, second, plan::kNone, 0}},
               false})
          .has_value();
    };
    each_pair([&](plan::InstanceId a, plan::InstanceId b) {
      if (open.empty() && !follows(a, b) && !follows(b, a)) {
        open = fmt::format("seen {} of {}, not guaranteed: {} and {} may overlap", runs_, runs_,
                           context_.finder.name_of(a), context_.finder.name_of(b));
      }
    });
    if (!open.empty()) {
      return {VerdictKind::Broken, open, {}};
    }
    return {VerdictKind::Held, "guaranteed: each ends before the next begins", {}};
  }

  const Context& context_;
  const std::vector<plan::InstanceId> members_;
  std::uint32_t runs_ = 0;
  std::string contradiction_;
  std::string fault_;
};

}  // namespace

void add_order_checks(const Context& context, Checks& checks) {
  for (const scenario::OrderPattern& order : context.asked.expect.order) {
    if (auto pairs = pairs_of(context.finder, order)) {
      checks.push_back(
          std::make_unique<GuaranteedOrder>(context, "order", order, std::move(*pairs)));
    }
  }
  for (const scenario::OrderPattern& order : context.asked.expect.timing) {
    if (auto pairs = pairs_of(context.finder, order)) {
      checks.push_back(std::make_unique<TimedOrder>(context, "timing", order, std::move(*pairs)));
    }
  }
  for (const scenario::Group& group : context.asked.expect.serial) {
    checks.push_back(std::make_unique<SerialCheck>(context, group.at, members_of(context, group)));
  }
}

}  // namespace procession::verify
