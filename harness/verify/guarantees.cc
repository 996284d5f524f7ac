// SPDX-License-Identifier: MIT
#include "harness/verify/guarantees.h"

#include "harness/causes/lanes.h"
#include "harness/causes/needs.h"

#include <algorithm>
#include <map>

namespace procession::verify {

using causes::EventId;
using causes::Warrant;

std::vector<EventId> Guarantees::ids(const Side& side) const {
  std::vector<EventId> ids;
  for (const plan::Event& event : side) {
    ids.push_back(net_.id_of(event));
  }
  return ids;
}

bool Guarantees::can_happen(const Side& side) const {
  return std::ranges::all_of(ids(side), [&](EventId event) { return can_[event]; });
}

std::optional<Warrant> Guarantees::needs(const std::vector<EventId>& left, const Side& right) {
  if (left != last_left_) {
    last_left_ = left;
    without_ = {};
  }
  for (const Warrant warrant : {Warrant::Posix, Warrant::Harness, Warrant::Linux}) {
    auto& without = without_[static_cast<std::size_t>(warrant)];
    if (!without) {
      without = causes::possible(net_.net, left, warrant);
    }
    if (is_lost(right, [&](EventId event) { return (*without)[event]; })) {
      return warrant;
    }
  }
  return std::nullopt;
}

// One question for each distinct left side.
std::vector<bool> Guarantees::known(std::span<const Pair> pairs, const causes::Possible& can,
                                    Warrant trusted) const {
  struct Place {
    std::size_t question = 0;
    std::size_t first_goal = 0;
  };
  std::vector<causes::Question> questions;
  std::map<std::vector<EventId>, std::size_t> question_of;
  std::vector<Place> places;
  for (const Pair& pair : pairs) {
    const auto [found, is_new] = question_of.try_emplace(ids(pair.left), questions.size());
    if (is_new) {
      questions.push_back({found->first, {}});
    }
    auto& goals = questions[found->second].goals;
    places.push_back({found->second, goals.size()});
    std::ranges::copy(ids(pair.right), std::back_inserter(goals));
  }
  const auto lost = causes::sure_needs(net_.net, can, questions, trusted);
  std::vector<bool> answers;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto first =
        lost[places[i].question].begin() + static_cast<std::ptrdiff_t>(places[i].first_goal);
    const auto count = static_cast<std::ptrdiff_t>(pairs[i].right.size());
    answers.push_back(std::count(first, first + count, true) != 0);
  }
  return answers;
}

std::vector<bool> Guarantees::are_sure(std::span<const Pair> pairs) {
  if (!can_by_posix_) {
    can_by_posix_ = causes::possible(net_.net, {}, Warrant::Posix);
  }
  return known(pairs, *can_by_posix_, Warrant::Posix);
}

// Of several on the right the last counts: it needs what any of them needs.
template <class Can>
bool Guarantees::is_lost(const Side& right, Can can) const {
  return std::ranges::any_of(ids(right), [&](EventId event) { return can_[event] && !can(event); });
}

// What comes first where all can happen has come about without the rest.
bool Guarantees::may_be_guaranteed(const Pair& pair) const {
  const auto place = [&](EventId event) { return can_.place(event); };
  const auto right = ids(pair.right);
  const auto last = std::ranges::max(right, {}, place);
  return std::ranges::any_of(std::array{ids(pair.left), left_of(pair)}, [&](const auto& left) {
    return place(std::ranges::min(left, {}, place)) <= place(last);
  });
}

// With all warrants; each distinct left side that is not known already is a lane.
std::vector<bool> Guarantees::are_guaranteed(std::span<const Pair> pairs) const {
  std::vector<bool> answers = known(pairs, can_, Warrant::Linux);
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (!answers[i] && may_be_guaranteed(pairs[i])) {
      open.push_back(i);
    }
  }
  for (auto next = open.begin(); next != open.end();) {
    std::vector<std::vector<EventId>> lefts;
    std::map<std::vector<EventId>, std::size_t> lane_of;
    std::vector<std::array<std::size_t, 2>> lanes_of;  // of each pair from `next`
    const auto lane_for = [&](const std::vector<EventId>& left) {
      const auto [known, is_new] = lane_of.try_emplace(left, lefts.size());
      if (is_new) {
        lefts.push_back(left);
      }
      return known->second;
    };
    for (auto i = next; i != open.end() && lefts.size() + 2 <= causes::kLanes; ++i) {
      lanes_of.push_back({lane_for(ids(pairs[*i].left)), lane_for(left_of(pairs[*i]))});
    }
    const std::vector<causes::Lanes> can = causes::possible_in_lanes(net_.net, lefts);
    for (const auto& lanes : lanes_of) {
      answers[*next] = std::ranges::any_of(lanes, [&](std::size_t lane) {
        return is_lost(pairs[*next].right,
                       [&](EventId event) { return (can[event] >> lane & 1) != 0; });
      });
      ++next;
    }
  }
  return answers;
}

std::vector<EventId> Guarantees::left_of(const Pair& pair) const {
  if (!pair.if_it_happens) {
    return ids(pair.left);
  }
  // Nothing of a process comes after its end: what needs the end comes after all that happened.
  std::vector<EventId> ends;
  for (const plan::Event& event : pair.left) {
    ends.push_back(net_.end(event.instance));
  }
  return ends;
}

std::optional<Warrant> Guarantees::of(const Pair& pair) {
  if (const auto warrant = needs(ids(pair.left), pair.right)) {
    return warrant;
  }
  return pair.if_it_happens ? needs(left_of(pair), pair.right) : std::nullopt;
}

std::vector<EventId> Guarantees::chain(const Pair& pair, Warrant warrant) const {
  for (const auto& left : {ids(pair.left), left_of(pair)}) {
    for (const EventId right : ids(pair.right)) {
      auto found = causes::chain(net_.net, can_, left, right, warrant);
      if (!found.empty()) {
        return found;
      }
    }
  }
  return {};
}

std::vector<EventId> Guarantees::way_round(const Pair& pair) const {
  return causes::way_round(net_.net, ids(pair.left), ids(pair.right).back());
}

std::optional<EventId> Guarantees::alternative_on(const std::vector<EventId>& chain,
                                                  const Pair& pair) const {
  const causes::Possible without = causes::possible(net_.net, ids(pair.left));
  const auto free = std::ranges::find_if(chain, [&](EventId event) { return without[event]; });
  return free == chain.end() ? std::nullopt : std::optional(*free);
}

}  // namespace procession::verify
