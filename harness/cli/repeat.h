// SPDX-License-Identifier: MIT
#pragma once
// Repeating a session: how many rounds, which seed each has, and which one the reports are about.

#include "harness/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace procession::cli {

struct Repeat {
  std::optional<std::uint32_t> most = 1;  // rounds; none: without limit
  bool until_fail = false;                // stop after the first round in which something fails
};

// "10", "until-fail", "until-fail:1000"; BadInput says what is wrong.
[[nodiscard]] base::Result<Repeat> read_repeat(std::string_view text);

struct Round {
  std::uint32_t number = 1;
  std::uint32_t seed = 0;
};

// Which round comes next, and whether one does.
class Rounds {
 public:
  // Without a seed: 0, or, to shuffle, one that is drawn. When rounds are shuffled each has the
  // seed behind that of the last; else all have the same.
  Rounds(const Repeat& repeat, std::optional<std::uint32_t> seed, bool shuffle);

  [[nodiscard]] Round next();
  [[nodiscard]] bool repeats() const { return repeat_.most != 1u; }
  // Once each round has been played.
  [[nodiscard]] bool goes_on(bool failed);
  // "12 rounds: 1 failed, first round 7 (seed 0)": a line.
  [[nodiscard]] std::string summary() const;

 private:
  Repeat repeat_;
  bool shuffle_;
  Round round_;
  std::uint32_t failed_ = 0;
  Round first_failed_;
};

}  // namespace procession::cli
