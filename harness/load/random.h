// SPDX-License-Identifier: MIT
#pragma once
// Random numbers by a seed, without a heap or a table: splitmix64 (Steele, Lea and Flood, 2014).
// One seed means the same numbers everywhere.

#include <cmath>
#include <cstdint>

namespace procession::load {

// Spreads neighbouring numbers.
constexpr std::uint64_t mixed(std::uint64_t value) {
  value += 0x9E37'79B9'7F4A'7C15;
  value = (value ^ (value >> 30)) * 0xBF58'476D'1CE4'E5B9;
  value = (value ^ (value >> 27)) * 0x94D0'49BB'1331'11EB;
  return value ^ (value >> 31);
}

class Random {
 public:
  explicit constexpr Random(std::uint64_t seed) : state_(mixed(seed)) {}

  constexpr std::uint64_t next() {
    const std::uint64_t value = mixed(state_);
    state_ += 0x9E37'79B9'7F4A'7C15;
    return value;
  }
  // More than 0, at most 1.
  constexpr double fraction() { return (static_cast<double>(next() >> 11) + 1) * 0x1p-53; }
  // With a mean of 1.
  double exponential() { return -std::log(fraction()); }

 private:
  std::uint64_t state_;
};

}  // namespace procession::load
