// SPDX-License-Identifier: MIT
#pragma once
// Texts of steps: pieces put together. Without a heap: what is not a literal of the plan is written
// into the arena's text, where it stays.

#include "harness/player/recorder.h"

#include <cstdint>
#include <string_view>

namespace procession::player {

// Writes into room taken from the arena; what finds no place is dropped, which a lost event says.
class TextWriter {
 public:
  explicit TextWriter(TextRoom room) : room_(room) {}

  void put(std::string_view part);
  [[nodiscard]] bool is_empty() const { return used_ == 0; }
  [[nodiscard]] std::string_view text() const { return {room_.data, used_}; }
  [[nodiscard]] std::int64_t answer() const { return room_.answer(used_); }

 private:
  TextRoom room_;
  std::uint32_t used_ = 0;
};

// The text of `pieces` as it is now. Stays valid.
[[nodiscard]] std::string_view compose(plan::Range pieces);
// As above, in the arena; the answer that stands for it.
[[nodiscard]] std::int64_t record_text(plan::Range pieces);

}  // namespace procession::player
