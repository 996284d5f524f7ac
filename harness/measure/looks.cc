// SPDX-License-Identifier: MIT
#include "harness/measure/looks.h"

#include "harness/base/check.h"

#include <algorithm>
#include <cmath>

namespace procession::measure {

Looks::Looks(double tail, std::size_t shares) : walks_(shares) {
  base::check(tail > 0 && tail < 0.5 && shares >= 1, "there is an error to be divided");
  for (std::size_t share = 1; share <= shares; ++share) {
    walks_[share - 1].tail = tail / static_cast<double>(share);
  }
}

void Looks::look(std::uint64_t rounds, double used) {
  for (Walk& walk : walks_) {
    advance(walk, rounds);
    spend(walk, walk.tail * used - walk.spent);
  }
  // A smaller error may have kept for this look what a greater one has spent at an earlier one.
  for (std::size_t i = 1; i < walks_.size(); ++i) {
    walks_[i].needed = std::max(walks_[i].needed, walks_[i - 1].needed);
  }
}

std::uint64_t Looks::needed(std::size_t share) const {
  base::check(share >= 1 && share <= walks_.size(), "there is such a share");
  return walks_[share - 1].needed;
}

void Looks::advance(Walk& walk, std::uint64_t rounds) {
  while (walk.at.size() <= rounds) {
    walk.at.push_back(0);
    for (std::size_t count = walk.at.size() - 1; count > 0; --count) {
      walk.at[count] = (walk.at[count] + walk.at[count - 1]) / 2;
    }
    walk.at[0] /= 2;
  }
}

// The greatest counts stop here, as long as all of them together are rare enough.
void Looks::spend(Walk& walk, double allowed) {
  std::size_t needed = walk.at.size();
  double sum = 0;
  while (needed > 0 && sum + walk.at[needed - 1] <= allowed) {
    --needed;
    sum += walk.at[needed];
    walk.at[needed] = 0;
  }
  walk.spent += sum;
  walk.needed = needed;
}

std::uint64_t sign_test_needs(std::uint64_t rounds, double tail) {
  Looks once(tail, 1);
  once.look(rounds, 1);
  return once.needed(1);
}

std::uint64_t fewest_rounds(double tail) {
  return static_cast<std::uint64_t>(std::ceil(-std::log2(tail)));
}

std::vector<std::uint64_t> look_schedule(std::uint64_t limit) {
  std::vector<std::uint64_t> looks;
  for (double next = 12; next < static_cast<double>(limit); next = std::round(next * 1.6 / 4) * 4) {
    looks.push_back(static_cast<std::uint64_t>(next));
  }
  looks.push_back(limit);
  return looks;
}

}  // namespace procession::measure
