// SPDX-License-Identifier: MIT
// Outcomes: all runs judged together. Each run yields one value for every observable that the file
// mentions; a list of the file is a set of such maps.
#include "harness/base/text.h"
#include "harness/verify/check.h"
#include "harness/verify/pairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace procession::verify {

namespace {

using plan::InstanceId;
using plan::StepId;
using scenario::VerdictKind;

// Something of a run that has a value.
struct Observable {
  std::string name;
  std::vector<StepId> steps;      // labelled steps; the value is the multiset of their answers
  std::vector<InstanceId> exits;  // `P.exit`
  std::vector<Pair> pairs;        // an order: true if it was seen
};

std::string multiset_text(std::vector<std::string> values) {
  std::ranges::sort(values);
  return base::join_words(values, ", ");
}

// A value as the file writes it; those of a multiset may stand in any order.
std::string wanted_text(const Observable& observable, std::string_view written) {
  if (observable.steps.size() + observable.exits.size() < 2) {
    return std::string(written);
  }
  std::vector<std::string> values;
  for (const std::string_view value : base::split(written, ',')) {
    values.emplace_back(base::trim(value));
  }
  return multiset_text(std::move(values));
}

std::vector<StepId> labelled(const Context& context, InstanceId id, std::string_view label) {
  std::vector<StepId> steps;
  for (const StepId step : plan::steps_of(context.plan, id)) {
    const plan::Step& asked = context.plan.step(step);
    if (asked.label.size != 0 && context.plan.text(asked.label) == label) {
      steps.push_back(step);
    }
  }
  return steps;
}

// `P.label`, `label`, `P.exit` or an order; an observable without any part is unknown.
Observable observable_of(const Context& context,
                         const scenario::OutcomePattern::Observable& asked) {
  Observable found;
  found.name = asked.name.value;
  if (asked.order) {
    if (auto pairs = pairs_of(context.finder, *asked.order)) {
      found.pairs = std::move(*pairs);
    }
    return found;
  }
  const auto dot = found.name.rfind('.');
  const std::string what = dot == found.name.npos ? found.name : found.name.substr(dot + 1);
  std::vector<InstanceId> where;
  if (dot == found.name.npos) {
    for (InstanceId id = 0; id < context.plan.instances().size(); ++id) {
      where.push_back(id);
    }
  } else if (const auto pattern = scenario::read_process(found.name.substr(0, dot))) {
    for (const auto& process : context.finder.processes(*pattern)) {
      where.push_back(process.instance);
    }
  }
  if (dot != found.name.npos && what == "exit") {
    found.exits = where;
    return found;
  }
  for (const InstanceId id : where) {
    const auto steps = labelled(context, id, what);
    found.steps.insert(found.steps.end(), steps.begin(), steps.end());
  }
  return found;
}

std::string value_in(const Context& context, const Timeline& run, const Observable& observable) {
  if (!observable.pairs.empty()) {
    const bool seen = std::ranges::all_of(observable.pairs, [&](const Pair& pair) {
      const causes::EventId a = run.net().id_of(pair.left.front());
      const causes::EventId b = run.net().id_of(pair.right.back());
      return run.happened(a) && run.happened(b) && run.relation(a, b) == Relation::Before;
    });
    return seen ? "true" : "false";
  }
  std::vector<std::string> values;
  for (const InstanceId id : observable.exits) {
    const trace::Process& process = run.record().processes[id];
    values.push_back(process.status && !process.left && !process.survived
                         ? status_text(*process.status)
                         : "none");
  }
  for (const StepId step : observable.steps) {
    const trace::Event* event = run.event_of(step);
    values.push_back(event == nullptr ? "none" : answer_text(context, *event));
  }
  return multiset_text(std::move(values));
}

// A map of the file: for each observable that it names, the values that it may have.
using Wanted = std::vector<std::pair<std::size_t, std::set<std::string>>>;

class ListedOutcomes final : public OutcomeCheck {
 public:
  explicit ListedOutcomes(const Context& context)
      : OutcomeCheck("outcomes", "the outcomes of all runs", context.asked.expect.outcomes->at),
        context_(context) {
    const scenario::Outcomes& asked = *context.asked.expect.outcomes;
    has_allowed_ = asked.has_allowed;
    required_ = read(asked.required);
    allowed_ = read(asked.allowed);
    forbidden_ = read(asked.forbidden);
  }

  void add(const Timeline& run) override {
    ++runs_;
    if (!run.record().complete) {
      ++damaged_;
      return;  // what was lost would count as `none`
    }
    std::vector<std::string> outcome;
    for (const Observable& observable : observables_) {
      outcome.push_back(value_in(context_, run, observable));
    }
    ++seen_[std::move(outcome)];
  }

  [[nodiscard]] bool lost() const override {
    return std::ranges::any_of(seen_, [&](const auto& entry) { return breaks(entry.first); });
  }

  [[nodiscard]] std::vector<SeenOutcome> seen() const override {
    std::vector<SeenOutcome> all;
    for (const auto& [outcome, count] : seen_) {
      SeenOutcome one;
      for (std::size_t i = 0; i < observables_.size(); ++i) {
        one.values.emplace_back(observables_[i].name, outcome[i]);
      }
      one.count = count;
      one.listed = list_of(outcome);
      all.push_back(std::move(one));
    }
    std::ranges::stable_sort(all, std::greater<>(), &SeenOutcome::count);
    return all;
  }

 private:
  using Outcome = std::vector<std::string>;

  std::vector<Wanted> read(const std::vector<scenario::OutcomePattern>& patterns) {
    std::vector<Wanted> list;
    for (const scenario::OutcomePattern& pattern : patterns) {
      Wanted wanted;
      for (const auto& asked : pattern.observables) {
        const std::size_t index = index_of(asked);
        std::set<std::string> values;
        for (const scenario::Text& value : asked.values) {
          values.insert(wanted_text(observables_[index], value.value));
        }
        wanted.emplace_back(index, std::move(values));
      }
      list.push_back(std::move(wanted));
    }
    return list;
  }

  std::size_t index_of(const scenario::OutcomePattern::Observable& asked) {
    const auto known = std::ranges::find(observables_, asked.name.value, &Observable::name);
    if (known != observables_.end()) {
      return static_cast<std::size_t>(known - observables_.begin());
    }
    observables_.push_back(observable_of(context_, asked));
    return observables_.size() - 1;
  }

  static bool matches(const Outcome& outcome, const Wanted& wanted) {
    return std::ranges::all_of(
        wanted, [&](const auto& entry) { return entry.second.contains(outcome[entry.first]); });
  }
  static bool matches_any(const Outcome& outcome, const std::vector<Wanted>& list) {
    return std::ranges::any_of(list, [&](const Wanted& one) { return matches(outcome, one); });
  }

  [[nodiscard]] std::string list_of(const Outcome& outcome) const {
    return matches_any(outcome, forbidden_)  ? "forbidden"
           : matches_any(outcome, required_) ? "required"
           : matches_any(outcome, allowed_)  ? "allowed"
                                             : "";
  }

  [[nodiscard]] bool breaks(const Outcome& outcome) const {
    const std::string list = list_of(outcome);
    return list == "forbidden" || (list.empty() && has_allowed_);
  }

  [[nodiscard]] std::string text_of(const Outcome& outcome) const {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < observables_.size(); ++i) {
      parts.push_back(fmt::format("{}: {}", observables_[i].name, outcome[i]));
    }
    return base::join_words(parts, ", ");
  }

  [[nodiscard]] std::string text_of(const Wanted& wanted) const {
    std::vector<std::string> parts;
    for (const auto& [index, values] : wanted) {
      parts.push_back(fmt::format(
          "{}: {}", observables_[index].name,
          base::enumerate_words(std::vector<std::string>(values.begin(), values.end()), "or")));
    }
    return base::join_words(parts, ", ");
  }

  [[nodiscard]] Finding finding() const override {
    if (runs_ == 0) {
      return {VerdictKind::Inconclusive, "no run was recorded", {}};
    }
    for (const auto& [outcome, count] : seen_) {
      if (breaks(outcome)) {
        return {
            VerdictKind::Broken,
            fmt::format("{} of {} runs came out as {}, which is {}", count, runs_, text_of(outcome),
                        list_of(outcome) == "forbidden" ? "forbidden" : "not allowed"),
            {}};
      }
    }
    for (const Wanted& required : required_) {
      const bool found = std::ranges::any_of(
          seen_, [&](const auto& entry) { return matches(entry.first, required); });
      if (!found) {
        return {VerdictKind::Inconclusive,
                fmt::format("required outcome {} was not seen in {}: rate below {:.2g}",
                            text_of(required), runs_text(runs_), std::min(1.0, 3.0 / runs_)),
                {}};
      }
    }
    if (damaged_ != 0) {
      return {VerdictKind::Inconclusive,
              fmt::format("{} of {} records are incomplete", damaged_, runs_),
              {}};
    }
    return {VerdictKind::Held,
            fmt::format("{} outcome{} in {}, all as listed: {}", seen_.size(),
                        seen_.size() == 1 ? "" : "s", runs_text(runs_), frequencies()),
            {}};
  }

  // "98 of first: true; 2 of first: false", the most frequent first.
  [[nodiscard]] std::string frequencies() const {
    std::vector<std::pair<std::uint64_t, std::string>> sorted;
    for (const auto& [outcome, count] : seen_) {
      sorted.emplace_back(count, text_of(outcome));
    }
    std::ranges::stable_sort(sorted, std::greater{}, [](const auto& one) { return one.first; });
    std::vector<std::string> words;
    for (const auto& [count, text] : sorted) {
      if (words.size() == kMostListed) {
        words.push_back(fmt::format("{} more", sorted.size() - kMostListed));
        break;
      }
      words.push_back(fmt::format("{} of {}", count, text));
    }
    return base::join_words(words, "; ");
  }

  static constexpr std::size_t kMostListed = 8;
  const Context& context_;
  std::vector<Observable> observables_;
  std::vector<Wanted> required_;
  std::vector<Wanted> allowed_;
  std::vector<Wanted> forbidden_;
  bool has_allowed_ = false;
  std::map<Outcome, std::uint64_t> seen_;
  std::uint32_t runs_ = 0;
  std::uint32_t damaged_ = 0;
};

}  // namespace

std::unique_ptr<OutcomeCheck> make_outcome_check(const Context& context) {
  return std::make_unique<ListedOutcomes>(context);
}

}  // namespace procession::verify
