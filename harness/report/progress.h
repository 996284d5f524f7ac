// SPDX-License-Identifier: MIT
#pragma once
// Progress: the one line that shows on a terminal how far a session is. Pure: the command line
// fills the state and writes the line over the one before.

#include "harness/base/time.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace procession::report {

struct Progress {
  std::size_t done = 0;  // scenarios
  std::size_t total = 0;
  std::size_t failures = 0;
  std::uint64_t runs_played = 0;
  std::uint64_t runs_left = 0;
  base::Duration elapsed{};
  std::vector<std::string> running;  // ids
};

// "[12/40] 1 not as expected, 830 runs/s, 3 s left: tutorial/join.yaml", without a line feed, at
// most `columns` characters wide.
[[nodiscard]] std::string progress_line(const Progress& progress, std::size_t columns);

}  // namespace procession::report
