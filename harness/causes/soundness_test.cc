// SPDX-License-Identifier: MIT
// No false *guaranteed*, ever. Thousands of small random scenarios, each with all its interleavings
// by brute force (testing/interleavings.h, a second definition of the language), are compared with
// the cause net of their plans. PROCESSION_SEED=n begins at another seed, and alone looks at that
// one only; PROCESSION_SEEDS=n looks at so many.
#include "harness/causes/guarantee.h"
#include "harness/causes/net_of.h"
#include "harness/plan/make_plan.h"
#include "harness/scenario/reader.h"
#include "harness/testing/interleavings.h"
#include "harness/testing/planned.h"
#include "harness/testing/random_scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace procession::causes {
namespace {

using plan::Event;
using testing::Interleavings;
using Events = std::vector<Event>;

#if defined(PROCESSION_SANITIZED) || defined(PROCESSION_COVERAGE)
constexpr std::uint64_t kSeeds = 40;
#else
constexpr std::uint64_t kSeeds = 4000;
#endif

// Every begin and end, and every point of every step.
Events all_events(const plan::Plan& plan) {
  Events events;
  for (plan::InstanceId id = 0; id < plan.instances().size(); ++id) {
    events.push_back({Event::Kind::Begin, id, plan::kNone, 0});
    events.push_back({Event::Kind::End, id, plan::kNone, 0});
  }
  for (plan::StepId id = 0; id < plan.steps().size(); ++id) {
    for (const auto kind :
         {Event::Kind::Call, Event::Kind::Effect, Event::Kind::Success, Event::Kind::Return}) {
      events.push_back({kind, plan.step(id).self, id, 0});
    }
  }
  return events;
}

// "main.join(child) returns": the points of a step told apart.
std::string name(const plan::Plan& plan, const Event& event) {
  const std::string text = plan::EventFinder(plan).name_of(event);
  switch (event.kind) {
    case Event::Kind::Effect:
      return text + " takes effect";
    case Event::Kind::Success:
      return text + " succeeds";
    case Event::Kind::Return:
      return text + " returns";
    default:
      return text;
  }
}

std::string names(const plan::Plan& plan, const Events& events) {
  std::string text;
  for (const Event& event : events) {
    text += "\n    " + name(plan, event);
  }
  return text;
}

// What the net says and a run disproves: that `right` cannot happen without `left`; or, without
// `left`, that it cannot happen at all.
struct Falsehood {
  Events left;
  Event right;
};

// One plan, its net, and all its runs.
class Comparison {
 public:
  // `assumed`: what the net takes for granted.
  Comparison(const plan::Plan& plan, const PlanNet& net, Events assumed = {})
      : plan_(plan), net_(net), assumed_(std::move(assumed)), runs_(plan, {.assumed = assumed_}) {}

  [[nodiscard]] const Interleavings& runs() const { return runs_; }
  // Pairs with a name in the language that all runs have in one order; and those of them that the
  // net guarantees.
  [[nodiscard]] std::uint64_t ordered() const { return ordered_; }
  [[nodiscard]] std::uint64_t guaranteed() const { return guaranteed_; }

  // The first falsehood about what happens at all, about a pair, or about a `first(…)` of some
  // events that `seed` chooses.
  std::optional<Falsehood> find_falsehood(std::uint64_t seed) {
    if (auto wrong = impossible_without({}, runs_.happening())) {
      return wrong;
    }
    Events lefts = all_events(plan_);
    std::ranges::copy_if(runs_.happening(), std::back_inserter(lefts), [](const Event& event) {
      return event.kind == Event::Kind::Error || event.kind == Event::Kind::Got;
    });
    for (const Event& left : lefts) {
      if (auto wrong = compare_pairs(left)) {
        return wrong;
      }
    }
    const Events some = chosen(seed);
    return impossible_without(
        some, Interleavings(plan_, {.without = some, .assumed = assumed_}).happening());
  }

  [[nodiscard]] std::string story(const Falsehood& wrong) const {
    std::string story = "the net says that " + name(plan_, wrong.right) + " cannot happen";
    story += wrong.left.empty() ? "" : " without" + names(plan_, wrong.left);
    return story + "\n  but it can:" +
           names(plan_,
                 testing::run_to(plan_, wrong.right, {.without = wrong.left, .assumed = assumed_}));
  }

 private:
  // An event of those that happen without `left`, of which the net says that it cannot.
  std::optional<Falsehood> impossible_without(const Events& left, const Events& happening) const {
    std::vector<EventId> without;
    for (const Event& event : left) {
      without.push_back(net_.id_of(event));
    }
    const Possible can = possible(net_.net, without);
    for (const Event& event : happening) {
      if (!can[net_.id_of(event)]) {
        return Falsehood{left, event};
      }
    }
    return std::nullopt;
  }

  // `left` against all that happens. What `guaranteed` asks, but of all `right` at once.
  std::optional<Falsehood> compare_pairs(const Event& left) {
    const Events& happening = runs_.happening();
    const auto at =
        static_cast<std::size_t>(std::ranges::find(happening, left) - happening.begin());
    const EventId without = net_.id_of(left);
    const Possible can = possible(net_.net, {&without, 1});
    for (std::size_t right = 0; right < happening.size(); ++right) {
      const EventId id = net_.id_of(happening[right]);
      const bool is_guaranteed = !can[id] && id != without;
      const bool is_ordered =
          at < happening.size() && at != right && runs_.always_before(at, right);
      if (is_guaranteed && !is_ordered) {
        return Falsehood{{left}, happening[right]};
      }
      const bool counts = is_ordered && has_name(left) && has_name(happening[right]);
      ordered_ += counts ? 1 : 0;
      guaranteed_ += counts && is_guaranteed ? 1 : 0;
    }
    return std::nullopt;
  }

  // The effect of a step that does not publish has no name.
  [[nodiscard]] bool has_name(const Event& event) const {
    return event.kind != Event::Kind::Effect || scenario::publishes(plan_.step(event.step).verb);
  }

  [[nodiscard]] Events chosen(std::uint64_t seed) const {
    const Events all = all_events(plan_);
    Events some;
    for (std::uint64_t i = 0; i < 2 + seed % 2; ++i) {
      some.push_back(all[(seed * 7919 + i * 104'729) % all.size()]);
    }
    return some;
  }

  const plan::Plan plan_;
  const PlanNet& net_;
  const Events assumed_;
  const Interleavings runs_;
  std::uint64_t ordered_ = 0;
  std::uint64_t guaranteed_ = 0;
};

// ---- random scenarios

struct Tally {
  std::uint64_t accepted = 0;
  std::uint64_t skipped = 0;  // too many states
  std::uint64_t states = 0;
  std::uint64_t ordered = 0;
  std::uint64_t guaranteed = 0;
  std::uint64_t false_ones = 0;
};

// None if the text has problems.
std::optional<plan::OwnedPlan> plan_of(const std::string& text) {
  const scenario::Reading reading = scenario::read_text(text, "random.yaml");
  if (!reading.diagnostics.empty()) {
    return std::nullopt;
  }
  plan::Planning planning = plan::make_plan(reading.scenarios.front());
  if (!planning.diagnostics.empty() || !testing::Meaning::fits(planning.plan.view())) {
    return std::nullopt;
  }
  return std::move(planning.plan);
}

Events begins_of_talkers(const plan::Plan& plan) {
  Events begins;
  for (plan::InstanceId id = 0; id < plan.instances().size(); ++id) {
    if (plan.instance(id).kind == plan::Instance::Kind::Talker) {
      begins.push_back({Event::Kind::Begin, id, plan::kNone, 0});
    }
  }
  return begins;
}

void compare(std::uint64_t seed, const std::string& text, Comparison& comparison, Tally& tally) {
  tally.states += comparison.runs().states();
  if (!comparison.runs().complete()) {
    ++tally.skipped;
    return;
  }
  if (const auto wrong = comparison.find_falsehood(seed)) {
    ++tally.false_ones;
    ADD_FAILURE() << "PROCESSION_SEED=" << seed << ": " << comparison.story(*wrong) << "\n" << text;
  }
  tally.ordered += comparison.ordered();
  tally.guaranteed += comparison.guaranteed();
}

void look_at(std::uint64_t seed, Tally& tally) {
  const std::string text = testing::random_scenario(seed);
  const auto owned = plan_of(text);
  if (!owned) {
    return;
  }
  ++tally.accepted;
  const plan::Plan plan = owned->view();
  const PlanNet net = net_of(plan, std::vector<std::uint32_t>(plan.listeners().size()));
  Comparison comparison(plan, net);
  compare(seed, text, comparison, tally);
  // Where all talkers have begun, the net knows more.
  if (const Events begins = begins_of_talkers(plan); !begins.empty()) {
    const PlanNet net_of_talkers = net_of(plan);
    Comparison with_talkers(plan, net_of_talkers, begins);
    compare(seed, text, with_talkers, tally);
  }
}

std::optional<std::uint64_t> number_in(const char* variable) {
  const char* text = std::getenv(variable);
  return text == nullptr ? std::nullopt : std::optional(std::strtoull(text, nullptr, 10));
}

TEST(Soundness, NoRandomScenarioHasAFalseGuarantee) {
  constexpr std::uint64_t kEnough = 5;  // stories to read
  const auto seed = number_in("PROCESSION_SEED");
  const std::uint64_t first = seed.value_or(1);
  const std::uint64_t count = number_in("PROCESSION_SEEDS").value_or(seed ? 1 : kSeeds);
  Tally tally;
  for (std::uint64_t i = 0; i < count && tally.false_ones < kEnough; ++i) {
    look_at(first + i, tally);
  }
  std::cout << "seeds " << first << " to " << first + count - 1 << ": " << tally.accepted
            << " scenarios, " << tally.skipped << " of them too large, " << tally.states
            << " states; of " << tally.ordered << " ordered pairs " << tally.guaranteed
            << " are guaranteed\n";
  if (count >= kSeeds) {
    EXPECT_GE(10 * tally.accepted, 8 * count) << "too many random scenarios have problems";
    EXPECT_LE(10 * tally.skipped, tally.accepted) << "too many random scenarios are too large";
    EXPECT_GE(10 * tally.guaranteed, 8 * tally.ordered) << "the net has become weak";
  }
}

// ---- the comparison can fail

// The net with one more gate: `event` needs `cause`.
PlanNet with_gate(const PlanNet& right, EventId event, EventId cause) {
  PlanNet wrong = right;
  wrong.net = Net();
  wrong.net.add_events(right.net.event_count());
  for (const Gate& gate : right.net.gates()) {
    wrong.net.add_gate(gate.event, gate.need, right.net.members_of(gate), gate.warrant);
  }
  wrong.net.needs(event, cause);
  wrong.net.seal();
  return wrong;
}

// The net without `lost` among the members of each gate of `event`.
PlanNet without_member(const PlanNet& right, EventId event, EventId lost) {
  PlanNet wrong = right;
  wrong.net = Net();
  wrong.net.add_events(right.net.event_count());
  for (const Gate& gate : right.net.gates()) {
    std::vector<EventId> members(right.net.members_of(gate).begin(),
                                 right.net.members_of(gate).end());
    if (gate.event == event) {
      std::erase(members, lost);
    }
    wrong.net.add_gate(gate.event, gate.need, members, gate.warrant);
  }
  wrong.net.seal();
  return wrong;
}

EventId id_of(const testing::Planned& planned, const PlanNet& net, std::string_view written) {
  const auto found = plan::EventFinder(planned.plan()).find(*scenario::read_event(written)).value();
  return net.id_of(found.front().event);
}

constexpr std::string_view kTimedJoin = R"(
processes:
  main:
    - start: child
    - {join: child, timeout: 5ms}
    - print: on
  child:
    - print: works
)";
constexpr std::string_view kEndOfFile = R"(
processes:
  main:
    - pipe: p
    - start: child
    - {close_end: p, end: write}
    - receive: p
  child:
    - print: works
)";
constexpr std::string_view kKilled = R"(
processes:
  main:
    - start: child
    - terminate: child
    - join: child
  child:
    - print: works
)";

TEST(Soundness, AGateTooManyIsFound) {
  struct Planted {
    std::string_view text;
    std::string_view event;
    std::string_view cause;
  };
  for (const Planted& planted : {Planted{kTimedJoin, "main.join(child)", "child.end"},
                                 Planted{kTimedJoin, "main.print", "child.begin"},
                                 Planted{kTimedJoin, "main.join(child).call", "child.begin"},
                                 Planted{kEndOfFile, "main.receive(p)", "child.end"},
                                 Planted{kKilled, "child.end", "child.begin"},
                                 Planted{kKilled, "child.end", "main.terminate(child)"}}) {
    SCOPED_TRACE(std::string(planted.event) + " needs " + std::string(planted.cause));
    const testing::Planned planned = testing::planned(planted.text);
    const PlanNet right = net_of(planned.plan());
    EXPECT_FALSE(Comparison(planned.plan(), right).find_falsehood(1));
    const PlanNet wrong = with_gate(right, id_of(planned, right, planted.event),
                                    id_of(planned, right, planted.cause));
    Comparison comparison(planned.plan(), wrong);
    const auto found = comparison.find_falsehood(1);
    ASSERT_TRUE(found);
    EXPECT_THAT(comparison.story(*found), ::testing::HasSubstr("but it can:\n    main.begin"));
  }
}

TEST(Soundness, AMissingAlternativeIsFound) {
  const testing::Planned planned = testing::planned(R"(
processes:
  main:
    - start: [left, right]
    - await: first(worker.mark(here))
  left:
    - start: worker
  right:
    - start: worker
  worker:
    - mark: here
)");
  const PlanNet right = net_of(planned.plan());
  EXPECT_FALSE(Comparison(planned.plan(), right).find_falsehood(1));
  const PlanNet wrong = without_member(right, id_of(planned, right, "main.await(here)"),
                                       id_of(planned, right, "left/worker.mark(here)"));
  EXPECT_TRUE(Comparison(planned.plan(), wrong).find_falsehood(1));
}

}  // namespace
}  // namespace procession::causes
