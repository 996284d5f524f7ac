// SPDX-License-Identifier: MIT
#pragma once
// Looks: how often one may look at a comparison that still goes on, without being fooled more often
// than was agreed. A sign test asks: of so many rounds, how many came out on the same side of a
// value? If that value is the median, each side has probability 1/2 and the count is a random walk.
// Whoever looks once needs a count that is rare; whoever looks again and again needs a rarer one,
// or sooner or later some look shows it.
//
// The errors are rationed before the first look: when a share u of the rounds or of the time is
// used, at most u · tail of the error may have been spent (the power family of spending functions
// with exponent 1: Kim and DeMets 1987, Biometrika 74, 149). Which count that takes is computed
// exactly, by following the walk of those that no look has stopped: nothing is approximated by a
// normal distribution. It stays true wherever the looks are, as long as how the signs came out does
// not decide when to look. With one look, at u = 1, it is the ordinary exact sign test.
//
// Several figures share one error by Holm's method (comparison.h), so the counts are needed for
// tail, tail/2, … tail/shares. Pure. Made once for each comparison.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace procession::measure {

class Looks {
 public:
  // `tail`: the probability that some look finds too many on one given side, strictly between 0 and
  // 1/2; `shares`: the greatest divisor of it, at least 1.
  Looks(double tail, std::size_t shares);

  // One more look, after so many rounds since the beginning. Neither `rounds` nor `used`, which is
  // between 0 and 1, is ever less than at the look before.
  void look(std::uint64_t rounds, double used);

  // At the last look: how many rounds must be on the same side, for an error of tail/share. More
  // than there are rounds: none are enough yet. Never less for a greater share.
  [[nodiscard]] std::uint64_t needed(std::size_t share) const;

 private:
  struct Walk {
    double tail = 0;
    double spent = 0;
    std::vector<double> at = {1};  // probability of each count, and that no look stopped it
    std::uint64_t needed = 1;
  };
  static void advance(Walk& walk, std::uint64_t rounds);
  static void spend(Walk& walk, double allowed);

  std::vector<Walk> walks_;  // by share, from 1
};

// For one look only: how many of so many rounds must be on the same side.
[[nodiscard]] std::uint64_t sign_test_needs(std::uint64_t rounds, double tail);

// The fewest rounds with which a single look can find anything: all must be on the same side.
[[nodiscard]] std::uint64_t fewest_rounds(double tail);

// After which rounds to look, when there will be at most `limit` of them: 12, 20, 32, 52, 84, …,
// each 1.6 times the one before (rounded to a multiple of 4), and `limit` itself.
[[nodiscard]] std::vector<std::uint64_t> look_schedule(std::uint64_t limit);

}  // namespace procession::measure
