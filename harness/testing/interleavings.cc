// SPDX-License-Identifier: MIT
#include "harness/testing/interleavings.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <ranges>
#include <unordered_map>
#include <utility>

namespace procession::testing {

namespace {

// Remembers states by 64 bits of each: of 200,000 states, two share theirs once in a billion
// searches, and then only a few runs are not looked at.
class Known {
 public:
  explicit Known(const plan::Plan& plan)
      : words_((offsetof(State, processes) + plan.instances().size() * sizeof(Process)) /
               sizeof(std::uint64_t)),
        slots_(1024) {}

  // True if the state is new.
  bool add(const State& state) {
    if (2 * size_ >= slots_.size()) {
      grow();
    }
    return insert(hash(state));
  }
  [[nodiscard]] bool has(const State& state) const {
    const std::uint64_t wanted = hash(state);
    for (std::size_t at = (wanted >> 1) % slots_.size(); slots_[at] != 0;
         at = (at + 1) % slots_.size()) {
      if (slots_[at] == wanted) {
        return true;
      }
    }
    return false;
  }
  [[nodiscard]] std::size_t size() const { return size_; }

  // Each step is a bijection of what has been mixed so far: multiply by an odd number, fold.
  [[nodiscard]] std::uint64_t hash(const State& state) const {
    std::array<std::uint64_t, sizeof(State) / sizeof(std::uint64_t)> words{};
    std::memcpy(words.data(), &state, sizeof(State));
    std::uint64_t mixed = 1;
    for (const std::uint64_t word : std::span(words).first(words_)) {
      mixed = (mixed ^ word) * 0x9E37'79B9'7F4A'7C15U;
      mixed ^= mixed >> 32;
    }
    return mixed | 1;  // 0 is a free slot
  }

 private:
  static_assert(offsetof(State, processes) % sizeof(std::uint64_t) == 0);
  static_assert(sizeof(Process) % sizeof(std::uint64_t) == 0);

  bool insert(std::uint64_t hash) {
    for (std::size_t at = (hash >> 1) % slots_.size();; at = (at + 1) % slots_.size()) {
      if (slots_[at] == hash) {
        return false;
      }
      if (slots_[at] == 0) {
        slots_[at] = hash;
        ++size_;
        return true;
      }
    }
  }

  void grow() {
    const std::vector<std::uint64_t> old =
        std::exchange(slots_, std::vector<std::uint64_t>(4 * slots_.size()));
    size_ = 0;
    for (const std::uint64_t hash : old) {
      if (hash != 0) {
        insert(hash);
      }
    }
  }

  std::size_t words_;  // of a state that differ
  std::size_t size_ = 0;
  std::vector<std::uint64_t> slots_;
};

std::vector<EventNumber> numbers_of(const Meaning& meaning, std::span<const plan::Event> events) {
  std::vector<EventNumber> numbers;
  for (const plan::Event& event : events) {
    numbers.push_back(meaning.number_of(event));
  }
  return numbers;
}

std::span<const EventNumber> events_of(const Move& move) {
  return std::span(move.events).first(move.event_count);
}

bool has_any(std::span<const EventNumber> happening, std::span<const EventNumber> events) {
  return std::ranges::any_of(
      happening, [&](EventNumber event) { return std::ranges::count(events, event) != 0; });
}

// Which states a walk may come to: those from which all `assumed` events can still happen.
class Hopeful {
 public:
  Hopeful(const Meaning& meaning, const plan::Plan& plan, std::span<const plan::Event> assumed,
          std::size_t most_states)
      : everything_(assumed.empty()), states_(plan) {
    if (!everything_) {
      find(meaning, numbers_of(meaning, assumed), most_states);
    }
  }

  [[nodiscard]] bool operator()(const State& state) const {
    return everything_ || states_.has(state);
  }

 private:
  void find(const Meaning& meaning, const std::vector<EventNumber>& assumed,
            std::size_t most_states) {
    std::vector<State> all = {meaning.initial()};
    std::vector<std::vector<std::size_t>> back = {{}};
    std::unordered_map<std::uint64_t, std::size_t> number = {{states_.hash(all[0]), 0}};
    std::vector<Move> moves;
    for (std::size_t at = 0; at < all.size() && all.size() <= most_states; ++at) {
      meaning.moves(State(all[at]), moves);
      for (const Move& move : moves) {
        const auto [known, is_new] = number.try_emplace(states_.hash(move.next), all.size());
        if (is_new) {
          all.push_back(move.next);
          back.emplace_back();
        }
        back[known->second].push_back(at);
      }
    }
    std::vector<std::size_t> open;
    for (std::size_t at = 0; at < all.size(); ++at) {
      const bool fulfilled = std::ranges::all_of(
          assumed, [&](EventNumber event) { return all[at].happened.contains(event); });
      if (fulfilled && states_.add(all[at])) {
        open.push_back(at);
      }
    }
    while (!open.empty()) {
      const std::size_t at = open.back();
      open.pop_back();
      for (const std::size_t from : back[at]) {
        if (states_.add(all[from])) {
          open.push_back(from);
        }
      }
    }
  }

  bool everything_;
  Known states_;
};

}  // namespace

Interleavings::Interleavings(const plan::Plan& plan, const Restriction& only) {
  const Meaning meaning(plan);
  const std::vector<EventNumber> without = numbers_of(meaning, only.without);
  const Hopeful may_come_to(meaning, plan, only.assumed, only.most_states);
  std::array<EventSet, EventSet::kMost> before;
  EventSet seen;
  for (EventSet& all : before) {
    all.insert_all();
  }
  Known known(plan);
  std::vector<State> open = {meaning.initial()};
  std::vector<Move> moves;
  known.add(open.back());
  while (!open.empty() && known.size() <= only.most_states) {
    const State state = open.back();
    open.pop_back();
    meaning.moves(state, moves);
    for (const Move& move : moves) {
      if (has_any(events_of(move), without) || !may_come_to(move.next)) {
        continue;
      }
      EventSet happened = state.happened;
      for (const EventNumber event : events_of(move)) {
        before[event].keep_common(happened);
        seen.insert(event);
        happened.insert(event);
      }
      if (known.add(move.next)) {
        open.push_back(move.next);
      }
    }
  }
  states_ = known.size();
  complete_ = open.empty();
  for (EventNumber event = 0; event < meaning.event_count(); ++event) {
    if (seen.contains(event)) {
      happening_.push_back(meaning.event(event));
      numbers_.push_back(event);
      before_.push_back(before[event]);
    }
  }
}

std::vector<plan::Event> run_to(const plan::Plan& plan, const plan::Event& last,
                                const Restriction& only) {
  const Meaning meaning(plan);
  const std::vector<EventNumber> without = numbers_of(meaning, only.without);
  const Hopeful may_come_to(meaning, plan, only.assumed, only.most_states);
  struct Visit {
    Move by;
    std::size_t from = 0;
  };
  std::vector<Visit> visits = {{{meaning.initial(), {}, 0}, 0}};
  const auto run = [&] {
    std::vector<plan::Event> events;
    for (std::size_t at = visits.size() - 1; at != 0; at = visits[at].from) {
      for (const EventNumber event : events_of(visits[at].by) | std::views::reverse) {
        events.push_back(meaning.event(event));
      }
    }
    std::ranges::reverse(events);
    return events;
  };
  Known known(plan);
  std::vector<Move> moves;
  for (std::size_t at = 0; at < visits.size() && visits.size() <= only.most_states; ++at) {
    meaning.moves(State(visits[at].by.next), moves);
    for (const Move& move : moves) {
      const auto events = events_of(move);
      const auto found = std::ranges::find_if(
          events, [&](EventNumber event) { return meaning.event(event) == last; });
      if (has_any({events.begin(), found}, without) || !may_come_to(move.next)) {
        continue;
      }
      if (found != events.end()) {
        visits.push_back({move, at});
        return run();
      }
      if (known.add(move.next)) {
        visits.push_back({move, at});
      }
    }
  }
  return {};
}

}  // namespace procession::testing
