// SPDX-License-Identifier: MIT
#pragma once
// Wording: how verdicts speak of events, chains and times. One place, so that all checks say the
// same thing the same way.

#include "harness/causes/net_of.h"
#include "harness/plan/events.h"
#include "harness/verify/timeline.h"

#include <span>
#include <string>
#include <vector>

namespace procession::verify {

class Wording {
 public:
  Wording(const plan::Plan& plan, const causes::PlanNet& net)
      : plan_(plan), net_(net), finder_(plan) {}

  // "child.end"; empty for an event without a name.
  [[nodiscard]] std::string name(causes::EventId event) const;
  // "child.end → main.join(child) → main.print". Of several steps of one line only the first and
  // last are named, and a step only once.
  [[nodiscard]] std::string chain(std::span<const causes::EventId> events) const;
  // The chain, an event a line: with the line of the file, and when it happened in that run.
  [[nodiscard]] std::vector<std::string> chain_lines(std::span<const causes::EventId> events,
                                                     const Timeline* run = nullptr) const;
  // "at 812 µs" or "between 210 µs and 214 µs", since the run began.
  [[nodiscard]] std::string when(const Timeline& run, causes::EventId event) const;
  // "join(child) on line 7 may return by its timeout": why an event has more ways than the one
  // seen.
  [[nodiscard]] std::string alternative(causes::EventId event) const;

 private:
  [[nodiscard]] std::string failure(causes::EventId called,
                                    std::span<const causes::EventId> events) const;
  [[nodiscard]] std::vector<causes::EventId> essence(std::span<const causes::EventId> events) const;

  const plan::Plan plan_;
  const causes::PlanNet& net_;
  plan::EventFinder finder_;
};

// How a process is made and what it is: "spawn, daemon"; empty for an ordinary one.
[[nodiscard]] std::string about_process(const plan::Instance& instance);

// A moment of a run, for people: "812 µs".
[[nodiscard]] std::string since_start(const trace::Record& record, base::Instant at);

}  // namespace procession::verify
