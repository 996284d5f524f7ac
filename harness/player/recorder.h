// SPDX-License-Identifier: MIT
#pragma once
// The recorder: writes this process's lines and texts into the arena. Waits for nobody and asks the
// kernel for nothing but the time. A signal handler may interrupt it anywhere and record lines of
// its own: a line is reserved by one atomic increment. What finds no room in a full arena is
// counted there and goes to a line that nobody reads, so callers need not care.

#include "harness/plan/plan.h"
#include "harness/trace/arena.h"

#include <cstdint>
#include <string_view>

namespace procession::player {

// A line whose call is now; its state is Open when this returns.
[[nodiscard]] trace::Line& open_line(plan::StepId step);
// Its return is now; its state is Done when this returns.
void close_line(trace::Line& line, scenario::Symbol error, std::int64_t answer);
// A line that is done at once: a Got, an Orphaned.
void note(trace::Line::Kind kind, plan::StepId step, std::int64_t answer);
// A Sample: `read` is called between its two stamps. Returns what it has read.
std::int64_t note_sample(plan::StepId step, std::int64_t (*read)());

// Room for text in the arena. `data` is nullptr and `size` 0 if there is none.
struct TextRoom {
  char* data = nullptr;
  std::uint32_t offset = 0;
  std::uint32_t size = 0;

  // The answer that stands for the first `used` bytes.
  [[nodiscard]] std::int64_t answer(std::uint32_t used) const {
    return trace::pack_text(offset, used);
  }
};
[[nodiscard]] TextRoom take_text(std::size_t size);
// Copies `text` there; its answer.
[[nodiscard]] std::int64_t keep_text(std::string_view text);

}  // namespace procession::player
