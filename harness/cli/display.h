// SPDX-License-Identifier: MIT
#pragma once
// Display: what the user sees while scenarios are played. Results go to standard output, progress
// to standard error. Made by the run command, used by its Session.

#include "harness/cli/progress_display.h"
#include "harness/report/console.h"

#include <string_view>

namespace procession::cli {

enum class ColourChoice { Automatic, Always, Never };

class Display {
 public:
  Display(ColourChoice colour, ProgressChoice progress);
  Display(const Display&) = delete;
  Display& operator=(const Display&) = delete;

  void show(const report::ScenarioResult& result);
  void show_summary(const report::SessionResult& session);
  [[nodiscard]] ProgressDisplay& progress() { return progress_; }

  // False once standard output would not take something: a full disk.
  [[nodiscard]] bool complete() const { return complete_; }

 private:
  void print(std::string_view text);

  report::Colour colour_;
  ProgressDisplay progress_;
  bool complete_ = true;
};

// NO_COLOR (no-color.org) forbids, CLICOLOR_FORCE (bixense.com/clicolors) demands, else a terminal
// gets colours.
[[nodiscard]] report::Colour colour_for(ColourChoice choice, int fd);

}  // namespace procession::cli
