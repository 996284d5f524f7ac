// SPDX-License-Identifier: MIT
#pragma once
// Interleavings: all runs of a small Plan, by brute force. Walks every state that the machine of
// meaning.h can reach, once, and notes for each event what had happened before it in every run.
// Used by tests only. Pure and deterministic.

#include "harness/testing/meaning.h"

#include <cstddef>
#include <vector>

namespace procession::testing {

// Which runs are looked at.
struct Restriction {
  std::vector<plan::Event> without;  // runs stop short of these
  std::vector<plan::Event> assumed;  // only runs that come to all of these, sooner or later
  std::size_t most_states = 100'000;
};

class Interleavings {
 public:
  explicit Interleavings(const plan::Plan& plan, const Restriction& only = {});

  // False: there were too many states, and the answers below are worth nothing.
  [[nodiscard]] bool complete() const { return complete_; }
  [[nodiscard]] std::size_t states() const { return states_; }

  // Every event that happens in some run.
  [[nodiscard]] const std::vector<plan::Event>& happening() const { return happening_; }
  // Whether `left` had happened before `right` in every run in which `right` happens. Indices into
  // happening().
  [[nodiscard]] bool always_before(std::size_t left, std::size_t right) const {
    return before_[right].contains(numbers_[left]);
  }

 private:
  std::vector<plan::Event> happening_;
  std::vector<EventNumber> numbers_;  // of each of happening_
  std::vector<EventSet> before_;      // of each of happening_
  std::size_t states_ = 0;
  bool complete_ = true;
};

// The events of a shortest run (by moves) up to `last`, in their order. Empty if there is none.
[[nodiscard]] std::vector<plan::Event> run_to(const plan::Plan& plan, const plan::Event& last,
                                              const Restriction& only = {});

}  // namespace procession::testing
