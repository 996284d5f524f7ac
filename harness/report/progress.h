// SPDX-License-Identifier: MIT
#pragma once
// Progress: how far a session is: the one line that shows it, on a terminal in place or in a log as
// a line from time to time, and how long it will still take. Pure: the command line fills the state
// and writes the line.

#include "harness/base/time.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace procession::report {

// A scenario that is being played.
struct Playing {
  std::string id;
  std::uint64_t runs = 0;  // played
  std::uint64_t runs_wanted = 0;
  base::Duration elapsed{};
};

struct Progress {
  std::size_t done = 0;   // scenarios
  std::size_t total = 0;  // 0: not known
  std::size_t failures = 0;
  std::uint64_t runs = 0;  // played, of all scenarios
  base::Duration elapsed{};
  std::size_t jobs = 1;  // scenarios that are played at a time, at most
  std::vector<Playing> playing;
  // How long each scenario took that was played to its end; of those that were skipped nothing.
  std::vector<base::Duration> walls;
};

// Until all is done; none if nobody can tell yet. A scenario whose runs have begun to come in goes
// on as it began. Of those that wait nothing is known but how long others took: with few of those,
// or very unequal ones, there is no answer, rather than one that is wrong.
[[nodiscard]] std::optional<base::Duration> time_left(const Progress& progress);

// How much of the work is done, 0 to 1: each scenario counts the same.
[[nodiscard]] double share_done(const Progress& progress);

// "[12/40] 1 not as expected, 830 runs/s, 3 s left: tutorial/join.yaml", without a line feed, at
// most `columns` characters wide, without control characters.
[[nodiscard]] std::string progress_line(const Progress& progress, std::size_t columns);

// When a line is due where lines stay, as in a log: every ten seconds, and with each tenth of the
// work.
class ProgressLines {
 public:
  // Of states in the order of time. True: this one is to be shown.
  [[nodiscard]] bool is_due(const Progress& progress);

 private:
  int tenths_ = 0;
  base::Duration last_{};
};

}  // namespace procession::report
