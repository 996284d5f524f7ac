// SPDX-License-Identifier: MIT
#include "harness/causes/net_of.h"

#include "harness/causes/net_maker.h"

#include <algorithm>
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
    if (of_process % 3 == 2) {
      return std::nullopt;
    }
    return plan::Event{of_process % 3 == 0 ? Kind::Begin : Kind::End, of_process / 3, plan::kNone,
                       0};
  }
  const auto named = named_.find(id);
  return named == named_.end() ? std::nullopt : std::optional(named->second);
}

bool PlanNet::is_observed(EventId id) const {
  return id < processes_ || (id < unnamed_ && (id - processes_) % 3 != 2);
}

// Threats are counted in first, then struck out where the net proves them harmless. Each proof is
// made in a net in which whatever is not yet proven still threatens, so the order of proofs does
// not matter.
PlanNet net_of(const plan::Plan& plan, std::optional<std::vector<std::uint32_t>> talkers_started) {
  std::set<Threat> struck;
  for (;;) {
    NetMaker maker(plan, talkers_started, struck);
    PlanNet made = maker.make();
    const std::size_t before = struck.size();
    for (const auto& [guard, threats] : maker.by_guard()) {
      const Possible unguarded = possible(made.net, {&guard, 1});
      for (const Guarded& guarded : threats) {
        if (!unguarded[guarded.at]) {
          struck.insert(guarded.threat);
        }
      }
    }
    if (struck.size() == before) {
      return made;
    }
  }
}

}  // namespace procession::causes
