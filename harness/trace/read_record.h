// SPDX-License-Identifier: MIT
#pragma once
// Reading: a finished run's part of the arena → the Record of it, a value of its own. Done by the
// tool between two batches, when nobody writes: no process of the run lives any more, or its
// warden is dead and what could still write has been ended.
//
// The arena is shared memory that players wrote; a player that was killed leaves lines half done.
// So the reader believes bounds to nobody: an index out of range is damage in the Record, never a
// read out of range.

#include "harness/trace/arena.h"
#include "harness/trace/record.h"

#include <cstdint>
#include <vector>

namespace procession::trace {

// What the reader must know of the plan; so this layer need not know plans.
struct ReadingKey {
  std::vector<std::uint32_t> starters;  // for each instance, whose step starts it; kNoSlot = none's
  std::vector<bool> text_steps;         // for each step: its answer is a text
};

// `index` is the run's place in the arena, `number` its number within the scenario's runs.
[[nodiscard]] Record read_record(const Arena& arena, std::uint32_t index, std::uint32_t number,
                                 const ReadingKey& key);

}  // namespace procession::trace
