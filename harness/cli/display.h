// SPDX-License-Identifier: MIT
#pragma once
// Display: what the user sees while scenarios are played. Results go to standard output; the
// progress line to standard error, only if that is a terminal. Made by the run command, used by its
// Session; the one place that knows about terminals.

#include "harness/report/console.h"
#include "harness/report/progress.h"

#include <cstddef>
#include <string_view>

namespace procession::cli {

enum class ColourChoice { Automatic, Always, Never };

class Display {
 public:
  Display(ColourChoice colour, bool progress);
  ~Display();
  Display(const Display&) = delete;
  Display& operator=(const Display&) = delete;

  void show(const report::ScenarioResult& result);
  void show_summary(const report::SessionResult& session);
  void show_progress(const report::Progress& progress);

  // False once standard output would not take something: a full disk.
  [[nodiscard]] bool complete() const { return complete_; }

 private:
  void print(std::string_view text);
  void clear_progress();

  report::Colour colour_;
  bool progress_;
  bool progress_shown_ = false;
  bool complete_ = true;
};

// How wide the terminal is; 80 if it is none.
[[nodiscard]] std::size_t terminal_columns(int fd);

// NO_COLOR (no-color.org) forbids, CLICOLOR_FORCE (bixense.com/clicolors) demands, else a terminal
// gets colours.
[[nodiscard]] report::Colour colour_for(ColourChoice choice, int fd);

}  // namespace procession::cli
