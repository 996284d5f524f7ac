// SPDX-License-Identifier: MIT
#include "harness/causes/net_of.h"

#include "harness/causes/net_maker.h"
#include "harness/causes/threats.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace procession::causes {

EventId PlanNet::id_of(const plan::Event& event) const {
  using Kind = plan::Event::Kind;
  switch (event.kind) {
    case Kind::Begin:
      return begin(event.instance);
    case Kind::End:
      return end(event.instance);
    case Kind::Call:
      return call(event.step);
    case Kind::Effect:
      return effect(event.step);
    case Kind::Success:
      return success(event.step);
    case Kind::Return:
      return returned(event.step);
    case Kind::Got:
      return got_.at(event.step);
    case Kind::Stopped:
    case Kind::Continued:
      return stops_.at(event.step);
    case Kind::Orphaned:
      return orphaned(event.instance);
    case Kind::Phase:
      return phases_.at({event.step, event.symbol});
    case Kind::Error: {
      // Symbol 0 stands for every error that the file does not foresee.
      const auto foreseen = errors_.find({event.instance, event.symbol});
      return foreseen != errors_.end() ? foreseen->second : errors_.at({event.instance, 0});
    }
  }
  return 0;
}

std::optional<plan::Event> PlanNet::event_of(EventId id) const {
  using Kind = plan::Event::Kind;
  if (id < processes_) {
    constexpr Kind kKinds[] = {Kind::Call, Kind::Effect, Kind::Success, Kind::Return};
    return plan::Event{kKinds[id % 4], plan_.step(id / 4).self, id / 4, 0};
  }
  if (id < unnamed_) {
    const EventId of_process = id - processes_;
    if (of_process % 4 == 2) {
      return std::nullopt;
    }
    constexpr Kind kKinds[] = {Kind::Begin, Kind::End, Kind::End, Kind::Orphaned};
    return plan::Event{kKinds[of_process % 4], of_process / 4, plan::kNone, 0};
  }
  const auto named = named_.find(id);
  return named == named_.end() ? std::nullopt : std::optional(named->second);
}

std::optional<PlanNet::Failure> PlanNet::failure_of(EventId id) const {
  const auto found = failures_.find(id);
  return found != failures_.end() ? std::optional(found->second) : std::nullopt;
}

bool PlanNet::is_observed(EventId id) const {
  return id < processes_ || (id < unnamed_ && (id - processes_) % 4 < 2);
}

namespace {

// All guarded threats are struck out together, then counted in again where the net does not prove
// them harmless, until each that is out is proven in a net without all that are out. No circle of
// proofs can hide harm: of the threats that are out, look at the first to do harm in some run.
// Until then none has, so the run so far is one of the net without them; and in that net it cannot
// come before its guard.
PlanNet without_harmless(PlanNet made, std::vector<Guarded> struck) {
  for (;;) {
    std::vector<EventId> out;
    std::ranges::transform(struck, std::back_inserter(out), &Guarded::threat);
    Net net = made.net.without(out);
    const std::set<EventId> back = harmful(net, struck);
    if (back.empty()) {
      made.net = std::move(net);
      return made;
    }
    std::erase_if(struck, [&](const Guarded& threat) { return back.contains(threat.threat); });
  }
}

}  // namespace

// A lemma is proven in a net that does without it. What rests on it may prove more of them.
PlanNet net_of(const plan::Plan& plan, std::optional<std::vector<std::uint32_t>> talkers_started) {
  std::set<Lemma> proven;
  for (;;) {
    NetMaker maker(plan, talkers_started, proven);
    PlanNet made = maker.make();
    made = without_harmless(std::move(made), maker.guarded());
    const std::size_t before = proven.size();
    for (const auto& [lemma, cause, at] : maker.conjectures()) {
      if (!possible(made.net, {&cause, 1})[at]) {
        proven.insert(lemma);
      }
    }
    if (proven.size() == before) {
      return made;
    }
  }
}

}  // namespace procession::causes
