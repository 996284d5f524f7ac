// SPDX-License-Identifier: MIT
#include "harness/verify/review.h"

#include "harness/base/text.h"
#include "harness/causes/guarantee.h"
#include "harness/causes/net_of.h"
#include "harness/verify/guarantees.h"
#include "harness/verify/load_figures.h"
#include "harness/verify/pairs.h"
#include "harness/verify/wording.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace procession::verify {

namespace {

using causes::EventId;
using plan::InstanceId;
using plan::StepId;
using scenario::Position;
using scenario::Verb;

class Reviewer {
 public:
  Reviewer(const scenario::Scenario& asked, const plan::Plan& plan)
      : asked_(asked),
        plan_(plan),
        finder_(plan),
        net_(causes::net_of(plan)),
        words_(plan_, net_),
        guarantees_(net_) {}

  scenario::Diagnostics review() {
    check_names();
    check_figure_names();
    if (found_.empty() && !asked_.expect.timeout) {
      check_reachable();
    }
    if (found_.empty()) {
      check_orders();
      check_figures();
    }
    found_.sort_by_position();
    return std::move(found_);
  }

  base::Result<Explanation> explain(const scenario::OrderPattern& order) {
    auto pairs = pairs_of(finder_, order);
    if (!pairs) {
      return std::move(pairs).error();
    }
    std::optional<causes::Warrant> warrant = causes::Warrant::Posix;
    for (const Pair& pair : *pairs) {
      for (const Side* side : {&pair.left, &pair.right}) {
        if (!guarantees_.can_happen(*side)) {
          return Explanation{false,
                             fmt::format("{} cannot happen", finder_.name_of(side->front())),
                             {impossible_because(guarantees_.ids(*side).front())}};
        }
      }
      const auto here = guarantees_.of(pair);
      if (!here) {
        return not_guaranteed(pair);
      }
      warrant = std::max(*warrant, *here);
    }
    return guaranteed(pairs->front(), *warrant, pairs->size());
  }

 private:
  void check_names() {
    const auto& expect = asked_.expect;
    for (const auto* orders : {&expect.order, &expect.timing}) {
      for (const scenario::OrderPattern& order : *orders) {
        if (const auto pairs = pairs_of(finder_, order); !pairs) {
          found_.add(order.at, pairs.error().message);
        }
      }
    }
    for (const scenario::EventPattern& event : expect.never) {
      check_event(event);
    }
    for (const scenario::CountExpectation& count : expect.count) {
      check_event(count.event);
    }
    for (const auto* groups : {&expect.overlap, &expect.parallel, &expect.serial}) {
      for (const scenario::Group& group : *groups) {
        for (const auto& [pattern, at] : group.processes) {
          check_process(pattern, at);
        }
      }
    }
    for (const scenario::ExitExpectation& exit : expect.exit) {
      check_process(exit.process, exit.at);
    }
    for (const scenario::OutputExpectation& output : expect.output) {
      check_process(output.process, output.at);
    }
    for (const scenario::ParentExpectation& parent : expect.parent) {
      check_process(parent.process, parent.at);
      if (parent.parent.value != "reaper" && parent.parent.value != "forkserver") {
        if (const auto pattern = scenario::read_process(parent.parent.value)) {
          check_process(*pattern, parent.parent.at, {"reaper", "forkserver"});
        }
      }
    }
    if (expect.outcomes) {
      for (const auto* list :
           {&expect.outcomes->required, &expect.outcomes->allowed, &expect.outcomes->forbidden}) {
        for (const scenario::OutcomePattern& outcome : *list) {
          for (const auto& observable : outcome.observables) {
            check_observable(observable);
          }
        }
      }
    }
  }

  void check_figure_names() {
    std::vector<std::string_view> names;
    for (const scenario::Figure& figure : asked_.figures) {
      names.push_back(figure.name);
      check_event(figure.from);
      check_event(figure.to);
      if (const auto spans = spans_of(finder_, figure);
          !spans && finder_.find(figure.from) && finder_.find(figure.to)) {
        found_.add(figure.from.at, spans.error().message);
      }
    }
    for (const scenario::FigurePattern& figure : asked_.expect.figures) {
      check_figure_name(figure.value, figure.phase, names);
      if (figure.of) {
        check_figure_name(*figure.of, figure.phase, names);
      }
    }
  }

  void check_figure_name(const scenario::FigureValue& value, std::optional<std::size_t> phase,
                         const std::vector<std::string_view>& names) {
    if (value.is_of_load()) {
      check_load_figure(value, phase);
      return;
    }
    if (std::ranges::count(names, value.figure) != 0) {
      return;
    }
    if (value.statistic.is_count() && is_load(value.figure)) {
      found_.add(value.at, fmt::format("`{}` is a load, and has no `count`", value.figure),
                 fmt::format("`{0}.requests` are those that were due; `{0}.service.count` is how "
                             "many times there are",
                             value.figure));
      return;
    }
    const auto near = base::nearest_word(value.figure, names);
    found_.add(
        value.at, fmt::format("no figure is named `{}`", value.figure),
        is_load(value.figure)
            ? fmt::format("it is a load: say of which series, as in `{}.service.p99`", value.figure)
        : near ? fmt::format("did you mean `{}`?", *near)
               : "the head key `figures` says what is measured");
  }

  [[nodiscard]] bool is_load(std::string_view label) const {
    return std::ranges::any_of(
        plan_.loads(), [&](const plan::Load& load) { return label_of(plan_, load) == label; });
  }

  // Whether there is such a load, and whether it has such a series and such a phase.
  void check_load_figure(const scenario::FigureValue& value, std::optional<std::size_t> phase) {
    if (value.process && finder_.processes(*value.process).empty()) {
      check_process(*value.process, value.at);
      return;
    }
    const std::vector<std::size_t> loads = loads_of(plan_, finder_, value);
    const auto any = [&](auto is_so) {
      return std::ranges::any_of(loads,
                                 [&](std::size_t load) { return is_so(plan_.loads()[load]); });
    };
    if (loads.empty()) {
      tell_of_load(value);
      return;
    }
    const auto series = static_cast<trace::Series>(value.series.value_or(1));
    const bool needs_schedule =
        series == trace::Series::Response || series == trace::Series::Blocked;
    if (value.series && needs_schedule &&
        !any([](const plan::Load& load) { return load.loop == scenario::Loop::Open; })) {
      found_.add(value.at, fmt::format("{}: a closed loop has no such times", value.text),
                 "nobody was waiting but who sent: ask for `service`, or write `loop: open`");
    }
    if (phase == static_cast<std::size_t>(trace::Phase::Warmup) &&
        !any([](const plan::Load& load) { return load.warmup_ns != 0; })) {
      found_.add(value.at, fmt::format("{}: `{}` has no warm-up", value.text, value.figure),
                 "write how long it is, as in `warmup: 1s`, or leave out `in warmup`");
    }
  }

  // There is no such load, or not there.
  void tell_of_load(const scenario::FigureValue& value) {
    std::vector<std::string_view> labels;
    std::vector<std::string> owners;  // of loads of that label
    for (const plan::Load& load : plan_.loads()) {
      labels.push_back(label_of(plan_, load));
      const auto whose =
          fmt::format("`{}`", plan_.text(plan_.instance(plan_.step(load.step).self).template_name));
      if (labels.back() == value.figure && std::ranges::count(owners, whose) == 0) {
        owners.push_back(whose);
      }
    }
    if (!owners.empty()) {
      const std::size_t end = value.text.find(fmt::format(".{}.", value.figure));
      found_.add(
          value.at,
          fmt::format("`{}` has no load labelled `{}`", value.text.substr(0, end), value.figure),
          fmt::format("{} {}", base::enumerate_words(owners), owners.size() == 1 ? "has" : "have"));
      return;
    }
    const auto near = base::nearest_word(value.figure, labels);
    found_.add(value.at, fmt::format("no `load` step is labelled `{}`", value.figure),
               labels.empty() ? "the file has no `load` step"
               : near         ? fmt::format("did you mean `{}`?", *near)
                              : fmt::format("there is `{}`", labels.front()));
  }

  void check_event(const scenario::EventPattern& event) {
    if (const auto found = finder_.find(event); !found) {
      found_.add(event.at, found.error().message);
    }
  }

  // `names`: what may stand there too.
  void check_process(const scenario::ProcessPattern& pattern, Position at,
                     std::vector<std::string_view> names = {}) {
    if (!finder_.processes(pattern).empty()) {
      return;
    }
    for (const plan::Instance& instance : plan_.instances()) {
      names.push_back(plan_.text(instance.template_name));
    }
    const std::string& name = pattern.parts.back().name;
    const auto near = base::nearest_word(name, names);
    found_.add(at, fmt::format("no process is named `{}`", name),
               !near           ? ""
               : *near == name ? "there is one of that name, but with another index or starter"
                               : fmt::format("did you mean `{}`?", *near));
  }

  void check_observable(const scenario::OutcomePattern::Observable& observable) {
    if (observable.order) {
      if (const auto pairs = pairs_of(finder_, *observable.order); !pairs) {
        found_.add(observable.name.at, pairs.error().message);
      }
      return;
    }
    const std::string& name = observable.name.value;
    const auto dot = name.rfind('.');
    const std::string what = dot == name.npos ? name : name.substr(dot + 1);
    std::vector<std::string_view> labels;
    for (const plan::Step& step : plan_.steps()) {
      if (step.label.size != 0) {
        labels.push_back(plan_.text(step.label));
      }
    }
    if (dot != name.npos) {
      const auto pattern = scenario::read_process(name.substr(0, dot));
      if (!pattern) {
        found_.add(observable.name.at, pattern.error().message);
        return;
      }
      check_process(*pattern, observable.name.at);
      if (what == "exit") {
        return;
      }
    }
    if (std::ranges::count(labels, what) == 0) {
      const auto near = base::nearest_word(what, labels);
      found_.add(observable.name.at, fmt::format("no step is labelled `{}`", what),
                 near ? fmt::format("did you mean `{}`?", *near)
                      : "an observable is `P.label`, `label`, `P.exit` or an order");
    }
  }

  // A load may fail to make its connections, and so get out of a circle of waiting. No file counts
  // on that unless it says so: here it does not.
  [[nodiscard]] causes::Net without_failed_loads() const {
    std::vector<EventId> failures;
    for (EventId event = 0; event < net_.net.event_count(); ++event) {
      const auto failure = net_.failure_of(event);
      if (failure && plan_.step(failure->step).verb == Verb::Load &&
          plan_.step(failure->step).gate != plan::kNone &&
          failure->symbol != scenario::kBrokenBarrier &&
          !says_how_it_ends(plan_.step(failure->step).self)) {
        failures.push_back(event);
      }
    }
    return net_.net.without(failures);
  }

  [[nodiscard]] bool says_how_it_ends(InstanceId id) const {
    return asked_.verdict.contains("exit") || asked_.verdict.contains("left") ||
           std::ranges::any_of(asked_.expect.exit, [&](const scenario::ExitExpectation& exit) {
             const auto found = finder_.processes(exit.process);
             return std::ranges::any_of(
                 found, [&](const auto& process) { return process.instance == id; });
           });
  }

  // Steps that cannot happen, the first of each line; circles of waiting are told once.
  void check_reachable() {
    const bool has_start_line = std::ranges::any_of(plan_.loads(), [&](const plan::Load& load) {
      return plan_.step(load.step).gate != plan::kNone;
    });
    const causes::Net net = has_start_line ? without_failed_loads() : net_.net;
    const causes::Possible can = causes::possible(net);
    std::set<std::vector<EventId>> told;
    for (InstanceId id = 0; id < plan_.instances().size(); ++id) {
      const plan::Range line = plan_.instance(id).steps;
      if (!can[net_.begin(id)]) {
        continue;  // the step that does not start it is told of
      }
      for (StepId step = line.first; step < line.first + line.count; ++step) {
        if (plan_.step(step).implicit || can[net_.call(step)] || is_expected(step)) {
          continue;
        }
        tell_of(step, causes::why_impossible(net, can, net_.call(step)), told);
        break;
      }
    }
  }

  // An error that the file counts on may end the process before.
  [[nodiscard]] bool is_expected(StepId step) const {
    const plan::Range line = plan_.instance(plan_.step(step).self).steps;
    for (StepId before = line.first; before < step; ++before) {
      if (plan_.step(before).known_error != 0) {
        return true;
      }
    }
    return never_expected(step);
  }

  [[nodiscard]] bool never_expected(StepId step) const {
    return std::ranges::any_of(asked_.expect.never, [&](const scenario::EventPattern& event) {
      const auto found = finder_.find(event);
      return found && std::ranges::any_of(*found, [&](const plan::Match& match) {
               return match.event.step == step && match.event.kind != plan::Event::Kind::Stopped &&
                      match.event.kind != plan::Event::Kind::Continued;
             });
    });
  }

  void tell_of(StepId step, const causes::Impossible& why, std::set<std::vector<EventId>>& told) {
    if (why.circular) {
      std::vector<EventId> circle(why.path.begin() + static_cast<std::ptrdiff_t>(why.back_to),
                                  why.path.end());
      std::ranges::sort(circle);
      if (!told.insert(circle).second) {
        return;
      }
    }
    const plan::Step& asked = plan_.step(step);
    found_.add(
        {static_cast<int>(asked.line), static_cast<int>(asked.column)},
        fmt::format("{}.{} cannot happen: {}", finder_.name_of(asked.self),
                    finder_.name_of_step(step), path_text(why)),
        why.circular ? "they wait for each other; `expect: {timeout: true}` if that is meant" : "");
  }

  [[nodiscard]] std::string impossible_because(EventId event) const {
    const causes::Possible can = causes::possible(net_.net);
    return path_text(causes::why_impossible(net_.net, can, event));
  }

  // "main.join(child) needs child.end needs …", a step named once.
  [[nodiscard]] std::string path_text(const causes::Impossible& why) const {
    std::vector<std::string> names;
    std::string entry;
    for (std::size_t i = 0; i < why.path.size(); ++i) {
      auto named = net_.event_of(why.path[i]);
      if (!named) {
        continue;
      }
      using Kind = plan::Event::Kind;
      if (named->kind == Kind::Call || named->kind == Kind::Return) {
        named->kind = Kind::Success;
      }
      const std::string name = finder_.name_of(*named);
      if (names.empty() || names.back() != name) {
        names.push_back(name);
      }
      if (why.circular && i == why.back_to) {
        entry = name;
      }
    }
    if (why.circular && !entry.empty() && names.back() != entry) {
      names.push_back(entry);
    }
    if (names.size() == 1) {
      return names.front() + " never returns";
    }
    return base::join_words(names, " waits for ") + (why.circular ? "" : ", which never comes");
  }

  // Orders are asked for together whether they hold the other way round.
  struct Turned {
    std::vector<const scenario::OrderPattern*> orders;  // of each pair
    std::vector<Pair> pairs;
  };

  void check_orders() {
    Turned turned;
    for (const auto& [key, orders] :
         {std::pair{"order", &asked_.expect.order}, std::pair{"timing", &asked_.expect.timing}}) {
      if (asked_.verdict.contains(key)) {
        continue;  // a file about a broken order
      }
      for (const scenario::OrderPattern& order : *orders) {
        check_order(order, turned);
      }
    }
    tell_of_wrong_ways(turned);
  }

  void check_order(const scenario::OrderPattern& order, Turned& turned) {
    constexpr std::size_t kTogether = 10'000;
    const auto pairs = pairs_of(finder_, order);
    if (!all_can_happen(order, *pairs)) {
      return;
    }
    for (const Pair& pair : *pairs) {
      if (pair.left.size() == 1 && pair.right.size() == 1 && pair.left != pair.right) {
        turned.orders.push_back(&order);
        turned.pairs.push_back({pair.right, pair.left, false});
      }
    }
    if (turned.pairs.size() >= kTogether) {
      tell_of_wrong_ways(std::exchange(turned, {}));
    }
  }

  void tell_of_wrong_ways(const Turned& turned) {
    const std::vector<bool> are_wrong = guarantees_.are_guaranteed(turned.pairs);
    const scenario::OrderPattern* told = nullptr;
    for (std::size_t i = 0; i < turned.pairs.size(); ++i) {
      if (are_wrong[i] && turned.orders[i] != told) {
        told = turned.orders[i];
        tell_of_wrong_way(*told, turned.pairs[i]);
      }
    }
  }

  bool all_can_happen(const scenario::OrderPattern& order, const std::vector<Pair>& pairs) {
    for (const Pair& pair : pairs) {
      for (const Side* side : {&pair.left, &pair.right}) {
        if (!guarantees_.can_happen(*side) && !(side == &pair.left && pair.if_it_happens)) {
          found_.add(order.at, fmt::format("{} cannot happen: {}", finder_.name_of(side->front()),
                                           impossible_because(guarantees_.ids(*side).front())));
          return false;
        }
      }
    }
    return true;
  }

  void tell_of_wrong_way(const scenario::OrderPattern& order, const Pair& turned) {
    found_.add(order.at,
               fmt::format("the order is the wrong way round: {}",
                           words_.chain(guarantees_.chain(turned, causes::Warrant::Linux))),
               fmt::format("{} always comes first", finder_.name_of(turned.left.front())));
  }

  void check_figures() {
    if (asked_.verdict.contains("figures")) {
      return;  // a file about a figure without samples
    }
    for (const scenario::Figure& figure : asked_.figures) {
      check_figure(figure);
    }
  }

  void check_figure(const scenario::Figure& figure) {
    const auto spans = spans_of(finder_, figure);
    for (const Span& span : *spans) {
      for (const Side* side : {&span.from, &span.to}) {
        if (!guarantees_.can_happen(*side)) {
          found_.add((side == &span.from ? figure.from : figure.to).at,
                     fmt::format("{} cannot happen: {}", finder_.name_of(side->front()),
                                 impossible_because(guarantees_.ids(*side).front())));
          return;
        }
      }
    }
    const Pair turned{spans->front().to, spans->front().from, false};
    if (turned.left.size() == 1 && turned.right.size() == 1 && turned.left != turned.right &&
        guarantees_.of(turned)) {
      found_.add(
          figure.from.at,
          fmt::format("the figure `{}` runs backwards: {} always comes before {}", figure.name,
                      finder_.name_of(turned.left.front()), finder_.name_of(turned.right.front())),
          "exchange `from` and `to`");
    }
  }

  Explanation guaranteed(const Pair& pair, causes::Warrant warrant, std::size_t pairs) const {
    const auto chain = guarantees_.chain(pair, warrant);
    Explanation told;
    told.guaranteed = true;
    told.headline = fmt::format("guaranteed ({}): {}", to_string(warrant), words_.chain(chain));
    if (!chain.empty()) {
      told.headline += fmt::format("; without {}, {} cannot happen", words_.name(chain.front()),
                                   words_.name(chain.back()));
    }
    if (pairs > 1) {
      told.headline += fmt::format(" (and so for all {} pairs)", pairs);
    }
    told.details = words_.chain_lines(chain);
    return told;
  }

  Explanation not_guaranteed(const Pair& pair) {
    Explanation told;
    const std::string left = finder_.name_of(pair.left.front());
    const std::string right = finder_.name_of(pair.right.back());
    told.headline = fmt::format("not guaranteed: {} can happen without {}", right, left);
    const auto way = guarantees_.way_round(pair);
    told.details.push_back("a way round it: " + words_.chain(way));
    for (std::string& line : words_.chain_lines(way)) {
      told.details.push_back("  " + std::move(line));
    }
    const Pair turned{pair.right, pair.left, false};
    if (pair.left.size() == 1 && pair.right.size() == 1 && guarantees_.of(turned)) {
      told.details.push_back(
          fmt::format("guaranteed is the other way round: {} < {}", right, left));
    }
    return told;
  }

  const scenario::Scenario& asked_;
  const plan::Plan plan_;
  const plan::EventFinder finder_;
  const causes::PlanNet net_;
  const Wording words_;
  Guarantees guarantees_;
  scenario::Diagnostics found_;
};

}  // namespace

scenario::Diagnostics review(const scenario::Scenario& scenario, const plan::Plan& plan) {
  return Reviewer(scenario, plan).review();
}

base::Result<Explanation> explain(const scenario::Scenario& scenario, const plan::Plan& plan,
                                  const scenario::OrderPattern& order) {
  return Reviewer(scenario, plan).explain(order);
}

}  // namespace procession::verify
