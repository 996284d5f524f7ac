// SPDX-License-Identifier: MIT
// Gates: what `await`, `barrier` and `until` wait for, and which points of which lines arrive
// there.
#include "harness/plan/events.h"
#include "harness/plan/planning.h"

#include <fmt/format.h>

#include <algorithm>

namespace procession::plan {

namespace {

using scenario::Verb;

// N processes that wait for N others are N² arrivals.
constexpr std::size_t kMostArrivals = 1'000'000;

class GatePlanner {
 public:
  GatePlanner(Planned& planned, const Plan& view)
      : planned_(planned), builder_(planned.builder), finder_(view), view_(view) {
    step_feeds_.resize(builder_.steps.size());
    begin_feeds_.resize(builder_.instances.size());
  }

  void plan() {
    for (StepId id = 0; id < builder_.steps.size(); ++id) {
      const DraftStep* origin = planned_.origins[id];
      if (origin == nullptr) {
        continue;
      }
      if (origin->asked->event &&
          (origin->asked->verb == Verb::Await || origin->asked->verb == Verb::Serve)) {
        await(id, *origin);
      }
      if (origin->asked->verb == Verb::Barrier) {
        arrive_at_barrier(id);
      }
      if (origin->asked->verb == Verb::Load) {
        start_lines_[origin->asked][builder_.steps[id].self].push_back(id);
      }
    }
    plan_barriers();
    plan_start_lines();
    lay_out_feeds();
  }

 private:
  void await(StepId id, const DraftStep& origin) {
    if (arrivals_ > kMostArrivals) {
      return;  // said once, when the limit was passed
    }
    const auto pattern = bound(*origin.asked->event, origin.around);
    if (!pattern) {
      return;
    }
    const auto found = events_of(*pattern, origin.around);
    if (!found) {
      planned_.found.add(origin.asked->event->at, found.error().message);
      return;
    }
    const auto gate = static_cast<GateId>(builder_.gates.size());
    Gate waited;
    waited.counter = builder_.new_word();
    waited.any = pattern->pick == scenario::EventPattern::Pick::First;
    waited.waiters = builder_.id_range({builder_.steps[id].self});
    std::vector<std::uint32_t> ends;
    for (const Match& match : *found) {
      add_arrival(gate, match.event, ends, *origin.asked);
    }
    waited.ends = builder_.id_range(ends);
    if (arrivals_ > kMostArrivals) {
      planned_.found.add(origin.asked->at,
                         fmt::format("more than {} arrivals are waited for in all", kMostArrivals),
                         "many processes that each wait for many: let one wait and mark");
    }
    builder_.gates.push_back(waited);
    builder_.steps[id].gate = gate;
  }

  void add_arrival(GateId gate, const Event& event, std::vector<std::uint32_t>& ends,
                   const scenario::Step& asked) {
    switch (event.kind) {
      case Event::Kind::End:
        ends.push_back(event.instance);
        return;
      case Event::Kind::Begin:
        begin_feeds_[event.instance].push_back(feed(gate, Feed::Point::Begin, event.instance));
        return;
      case Event::Kind::Call:
        step_feeds_[event.step].push_back(feed(gate, Feed::Point::Call, event.instance));
        return;
      case Event::Kind::Effect:
        step_feeds_[event.step].push_back(feed(gate, Feed::Point::Effect, event.instance));
        return;
      case Event::Kind::Success:
      case Event::Kind::Return:
        step_feeds_[event.step].push_back(feed(gate, Feed::Point::Return, event.instance));
        return;
      case Event::Kind::Phase:
        step_feeds_[event.step].push_back(
            feed(gate,
                 static_cast<Feed::Point>(static_cast<std::uint32_t>(Feed::Point::Warmup) +
                                          static_cast<std::uint32_t>(event.symbol)),
                 event.instance));
        return;
      case Event::Kind::Error:
      case Event::Kind::Got:
        refuse(asked, "give the step a label and wait for that");
        return;
      case Event::Kind::Stopped:
      case Event::Kind::Continued:
        refuse(asked, fmt::format("wait for the step that does it: `{}.{}`",
                                  finder_.name_of(view_.step(event.step).self),
                                  finder_.name_of_step(event.step)));
        return;
      case Event::Kind::Orphaned:
        refuse(asked, fmt::format("wait for `{}.end`, which is when it happens",
                                  finder_.name_of(view_.instance(event.instance).starter)));
    }
  }

  void refuse(const scenario::Step& asked, const std::string& help) {
    planned_.found.add(asked.event->at, fmt::format("`{}` cannot be waited for", asked.event->text),
                       help);
  }

  Feed feed(GateId gate, Feed::Point point, InstanceId by) {
    ++arrivals_;
    return {gate, point, builder_.new_word(), by};
  }

  // The pattern with `index` and the loops' letters as numbers.
  std::optional<scenario::EventPattern> bound(scenario::EventPattern pattern,
                                              const Surroundings& around) {
    bool all = true;
    const auto bind = [&](std::optional<scenario::Index>& index) {
      if (index) {
        const auto value = value_of(*index, around, planned_.draft);
        all = all && value.has_value();
        index = scenario::Index{scenario::Index::Kind::Number, 0, value.value_or(0)};
      }
    };
    for (scenario::PathPart& part : pattern.process.parts) {
      bind(part.index);
    }
    if (pattern.process_operand) {
      for (scenario::PathPart& part : pattern.process_operand->parts) {
        bind(part.index);
      }
    }
    bind(pattern.occurrence);
    if (!all) {
      planned_.found.add(pattern.at,
                         fmt::format("an index of `{}` means nothing here", pattern.text),
                         "a letter must be the `index` of a `repeat` round the step");
      return std::nullopt;
    }
    return pattern;
  }

  // Of the caller's own children if one is so named, else of every process so named.
  base::Result<std::vector<Match>> events_of(const scenario::EventPattern& pattern,
                                             const Surroundings& around) {
    const auto all = finder_.processes(pattern.process);
    std::vector<EventFinder::ProcessMatch> own;
    std::ranges::copy_if(all, std::back_inserter(own), [&](const auto& process) {
      return view_.instance(process.instance).starter == around.self;
    });
    return own.empty() ? finder_.find(pattern) : finder_.find_in(own, pattern);
  }

  void arrive_at_barrier(StepId id) {
    const Step& step = builder_.steps[id];
    barriers_[std::string(builder_.text_of(step.name))][step.self].push_back(id);
  }

  // The k-th barrier of a name is where the k-th such steps of all its parties meet. A party
  // without a k-th step never comes: its arrival belongs to no step.
  void plan_barriers() {
    for (const auto& [name, parties] : barriers_) {
      std::size_t times = 0;
      for (const auto& [party, steps] : parties) {
        times = std::max(times, steps.size());
      }
      for (std::size_t k = 0; k < times; ++k) {
        plan_barrier(parties, k);
      }
    }
  }

  // The instances of one written `load` leave together, once all their connections are there; in a
  // loop, each time.
  void plan_start_lines() {
    for (const auto& [asked, parties] : start_lines_) {
      const std::size_t times = parties.begin()->second.size();
      for (std::size_t k = 0; k < times && parties.size() > 1; ++k) {
        plan_barrier(parties, k, Feed::Point::Effect);
      }
    }
  }

  void plan_barrier(const std::map<InstanceId, std::vector<StepId>>& parties, std::size_t k,
                    Feed::Point point = Feed::Point::Call) {
    const auto id = static_cast<GateId>(builder_.gates.size());
    Gate gate;
    gate.barrier = true;
    gate.counter = builder_.new_word();
    if (point == Feed::Point::Effect) {
      gate.leaves_at = builder_.new_word();
    }
    std::vector<std::uint32_t> waiters;
    for (const auto& [party, steps] : parties) {
      const Feed arrival = feed(id, point, party);
      if (k < steps.size()) {
        step_feeds_[steps[k]].push_back(arrival);
        builder_.steps[steps[k]].gate = id;
      } else {
        never_.push_back(arrival);
      }
      waiters.push_back(party);
    }
    gate.waiters = builder_.id_range(waiters);
    builder_.gates.push_back(gate);
  }

  // A step's feeds stand together; so do a gate's. Feeds are written twice for that: first in the
  // order of the steps, then in the order of the gates.
  void lay_out_feeds() {
    std::vector<std::vector<Feed>> of_gate(builder_.gates.size());
    const auto lay_out = [&](const std::vector<Feed>& feeds) {
      const Range range{static_cast<std::uint32_t>(builder_.feeds.size()),
                        static_cast<std::uint32_t>(feeds.size())};
      builder_.feeds.insert(builder_.feeds.end(), feeds.begin(), feeds.end());
      return range;
    };
    const auto remember = [&](const std::vector<Feed>& feeds) {
      for (const Feed& feed : feeds) {
        of_gate[feed.gate].push_back(feed);
      }
    };
    for (StepId id = 0; id < step_feeds_.size(); ++id) {
      builder_.steps[id].feeds = lay_out(step_feeds_[id]);
      remember(step_feeds_[id]);
    }
    for (InstanceId id = 0; id < begin_feeds_.size(); ++id) {
      builder_.instances[id].begin_feeds = lay_out(begin_feeds_[id]);
      remember(begin_feeds_[id]);
    }
    remember(never_);
    for (GateId id = 0; id < of_gate.size(); ++id) {
      builder_.gates[id].feeds = lay_out(of_gate[id]);
    }
  }

  Planned& planned_;
  PlanBuilder& builder_;
  EventFinder finder_;
  const Plan view_;
  std::vector<std::vector<Feed>> step_feeds_;
  std::vector<std::vector<Feed>> begin_feeds_;
  std::vector<Feed> never_;
  std::size_t arrivals_ = 0;
  using Parties = std::map<InstanceId, std::vector<StepId>>;
  std::map<std::string, Parties> barriers_;
  std::map<const scenario::Step*, Parties> start_lines_;  // by written step
};

}  // namespace

void plan_gates(Planned& planned, const Plan& view) { GatePlanner(planned, view).plan(); }

}  // namespace procession::plan
