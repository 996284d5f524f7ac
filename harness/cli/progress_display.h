// SPDX-License-Identifier: MIT
#pragma once
// ProgressDisplay: where progress is shown: on standard error, so that results stay alone on
// standard output. On a terminal it is one line, written over again and again, that goes before
// anything else is written; elsewhere, if that was asked for, lines that stay, without control
// characters.

#include "harness/report/progress.h"

#include <cstdint>

namespace procession::cli {

enum class ProgressChoice : std::uint8_t {
  Automatic,  // on a terminal
  Always,     // also where there is none, as lines
  Never,
};

class ProgressDisplay {
 public:
  explicit ProgressDisplay(ProgressChoice choice);
  ~ProgressDisplay() { clear(); }
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  // False: nothing that it is told will be shown.
  [[nodiscard]] bool is_wanted() const { return how_ != How::Not; }
  void show(const report::Progress& progress);
  // Before anything else is written to the terminal.
  void clear();

 private:
  enum class How : std::uint8_t { Not, InPlace, AsLines };
  static How how(ProgressChoice choice);

  How how_;
  bool is_shown_ = false;
  report::ProgressLines lines_;
};

}  // namespace procession::cli
