// SPDX-License-Identifier: MIT
#include "harness/causes/threats.h"

#include "harness/causes/guarantee.h"
#include "harness/causes/lanes.h"
#include "harness/causes/needs.h"

#include <algorithm>
#include <map>
#include <utility>

namespace procession::causes {

namespace {

constexpr EventId kNone = Possible::kNever;

// The guards of all threats that are still open. What cannot happen without one guard cannot happen
// without those that this one needs; so the last of a line are asked first, and most of the others
// need not be asked.
class Guards {
 public:
  Guards(const Net& net, std::span<const Guarded> threats) : net_(net), can_(possible(net)) {
    for (const Guarded& threat : threats) {
      if (can_[threat.at]) {
        open_.insert(threat.threat);
        for (const EventId guard : threat.guards) {
          if (can_.place(guard) < can_.place(threat.at)) {  // else it can come about without it
            nodes_[guard].threats.push_back(&threat);
          }
        }
      }
    }
    if (!nodes_.empty()) {
      latest_ = latest_needs(net_, can_);
      put_in_order();
    }
  }

  // Strikes out what the net shows to be harmless. The rest do harm.
  std::set<EventId> ask() {
    ask_cheaply();
    for (auto next = last_first_.begin(); next != last_first_.end();) {
      std::vector<std::vector<EventId>> asked;
      for (; next != last_first_.end() && asked.size() < kLanes; ++next) {
        if (is_open(*next)) {
          asked.push_back({*next});
        }
      }
      if (asked.empty()) {
        break;
      }
      const std::vector<Lanes> can = possible_in_lanes(net_, asked);
      for (std::size_t lane = 0; lane < asked.size(); ++lane) {
        settle_from(asked[lane].front(), can, Lanes{1} << lane);
      }
    }
    return std::move(open_);
  }

 private:
  struct Node {
    std::vector<const Guarded*> threats;
    EventId before = kNone;    // another guard that this one needs
    std::uint32_t height = 0;  // above the last of the line
    bool is_covered = false;   // by a cheap question
    bool is_settled = false;   // asked, or looked at from one behind it
  };

  void put_in_order() {
    std::vector<EventId> guard_before(net_.event_count(), kNone);
    for (const EventId event : can_.in_order()) {
      if (const EventId needed = latest_[event]; needed != kNone) {
        guard_before[event] = nodes_.contains(needed) ? needed : guard_before[needed];
      }
    }
    for (auto& [guard, node] : nodes_) {
      node.before = guard_before[guard];
      last_first_.push_back(guard);
    }
    // Behind comes later in the order of what can happen.
    std::ranges::sort(last_first_, std::ranges::greater(),
                      [&](EventId guard) { return can_.place(guard); });
    for (const EventId guard : last_first_) {
      const Node& node = nodes_.at(guard);
      if (node.before != kNone) {
        Node& before = nodes_.at(node.before);
        before.height = std::max(before.height, node.height + 1);
      }
    }
    std::vector<std::pair<std::uint32_t, EventId>> by_height;
    for (const EventId guard : last_first_) {
      by_height.emplace_back(nodes_.at(guard).height, guard);
    }
    std::ranges::stable_sort(by_height, {}, &std::pair<std::uint32_t, EventId>::first);
    std::ranges::transform(by_height, last_first_.begin(),
                           &std::pair<std::uint32_t, EventId>::second);
  }

  // One question for the last of each line, and for all guards before it.
  void ask_cheaply() {
    std::vector<Question> questions;
    std::vector<std::vector<EventId>> asked;  // threats
    for (const EventId last : last_first_) {
      Question question{{last}, {}};
      std::vector<EventId> of_line;
      for (EventId guard = last; guard != kNone && !nodes_.at(guard).is_covered;
           guard = nodes_.at(guard).before) {
        nodes_.at(guard).is_covered = true;
        for (const Guarded* threat : nodes_.at(guard).threats) {
          question.goals.push_back(threat->at);
          of_line.push_back(threat->threat);
        }
      }
      if (!of_line.empty()) {
        questions.push_back(std::move(question));
        asked.push_back(std::move(of_line));
      }
    }
    const auto answers = sure_needs(net_, can_, questions, Warrant::Linux, latest_);
    for (std::size_t q = 0; q < questions.size(); ++q) {
      for (std::size_t i = 0; i < asked[q].size(); ++i) {
        if (answers[q][i]) {
          open_.erase(asked[q][i]);
        }
      }
    }
  }

  [[nodiscard]] bool is_open(EventId guard) const {
    return std::ranges::any_of(nodes_.at(guard).threats, [&](const Guarded* threat) {
      return open_.contains(threat->threat);
    });
  }

  void settle_from(EventId asked, const std::vector<Lanes>& can, Lanes lane) {
    for (EventId guard = asked; guard != kNone; guard = nodes_.at(guard).before) {
      Node& node = nodes_.at(guard);
      if (node.is_settled && guard != asked) {
        return;
      }
      node.is_settled = true;
      for (const Guarded* threat : node.threats) {
        if ((can[threat->at] & lane) == 0) {
          open_.erase(threat->threat);
        }
      }
    }
  }

  const Net& net_;
  const Possible can_;
  std::vector<EventId> latest_;
  std::set<EventId> open_;
  std::map<EventId, Node> nodes_;
  std::vector<EventId> last_first_;
};

}  // namespace

std::set<EventId> harmful(const Net& net, std::span<const Guarded> threats) {
  return Guards(net, threats).ask();
}

}  // namespace procession::causes
