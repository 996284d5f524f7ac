// SPDX-License-Identifier: MIT
#pragma once
// Versus: plays two arms side by side until enough is known: rounds, looks, and their end. What is
// compared and how it is judged is the affair of measure/comparison.h; how an arm is played, of
// arm.h.
//
// A round plays both arms of each duel twice, as ABBA or BAAB: what drifts in one direction during
// a round hits both alike. The two orders take turns by chance, in blocks in which each stands as
// often. Within a round all plays have the same seed. Beside each play the placebos are measured.
// A first round, whose times are thrown away, finds out how often to play what does not say so:
// until about 100 ms are measured.

#include "harness/base/result.h"
#include "harness/cli/arm.h"
#include "harness/cli/opponent.h"
#include "harness/report/comparison.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace procession::cli {

struct VersusOptions {
  std::uint32_t seed = 0;
  std::uint32_t most_rounds = 500;
  base::Duration budget = std::chrono::seconds(60);
  double margin = 0.02;
  std::vector<std::string> figures;      // patterns of names; empty: all
  std::optional<std::uint32_t> runs;     // of each play
  bool ends_with_worse = false;          // one figure that is worse decides
  std::vector<std::string> arm_options;  // of `run`, of both arms
  // Told before each round: its number, and how many there may be.
  std::function<void(std::uint32_t)> progress;
};

// A scenario of one of the arms did not come out as its file wants: there is nothing to compare.
struct Unexpected {
  std::string where;  // "new in round 3"
  report::ScenarioResult result;
};

struct VersusOutcome {
  report::ComparisonResult comparison;
  std::optional<Unexpected> unexpected;
};

// What is told of it, but the circumstances. Errors: those of make_arm and play_arm, and of probes.
[[nodiscard]] base::Result<VersusOutcome> play_versus(const Opponent& opponent,
                                                      const VersusOptions& options,
                                                      const HeldSignals& signals);

// The orders of so many rounds of a block.
enum class Order : std::uint8_t { Outside, Inside };  // ABBA, BAAB
struct RoundOrder {
  Order order;
  bool swapped;  // which of the base arm's two measurements is called the first
};
// Of all rounds, for this seed: in each block of four, each of the four that there are.
[[nodiscard]] RoundOrder order_of_round(std::uint32_t seed, std::uint32_t round);

}  // namespace procession::cli
