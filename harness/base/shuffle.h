// SPDX-License-Identifier: MIT
#pragma once
// Shuffling by a seed: Fisher and Yates' method with a generator that the standard fixes, so that a
// seed means the same order everywhere.

#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace procession::base {

template <class T>
void shuffle(std::vector<T>& items, std::uint32_t seed) {
  std::mt19937 random(seed);
  for (std::size_t left = items.size(); left > 1; --left) {
    std::swap(items[left - 1], items[random() % left]);
  }
}

}  // namespace procession::base
