// SPDX-License-Identifier: MIT
#include "harness/cli/progress_display.h"

#include "harness/cli/terminal.h"
#include "harness/cli/write_all.h"

#include <string>
#include <string_view>
#include <unistd.h>

namespace procession::cli {

namespace {

constexpr std::string_view kBackToEmptyLine = "\r\x1b[K";
constexpr std::size_t kLogColumns = 200;

// Progress that cannot be shown is no loss.
void put(std::string_view text) { static_cast<void>(write_all(STDERR_FILENO, text)); }

}  // namespace

ProgressDisplay::How ProgressDisplay::how(ProgressChoice choice) {
  if (choice != ProgressChoice::Never && is_capable_terminal(STDERR_FILENO)) {
    return How::InPlace;
  }
  return choice == ProgressChoice::Always ? How::AsLines : How::Not;
}

ProgressDisplay::ProgressDisplay(ProgressChoice choice) : how_(how(choice)) {}

void ProgressDisplay::show(const report::Progress& progress) {
  if (how_ == How::InPlace) {
    // One column stays free: a terminal that is written full wraps.
    const std::size_t columns = terminal_columns(STDERR_FILENO) - 1;
    put(std::string(kBackToEmptyLine) + report::progress_line(progress, columns));
    is_shown_ = true;
  } else if (how_ == How::AsLines && lines_.is_due(progress)) {
    put("procession: " + report::progress_line(progress, kLogColumns) + "\n");
  }
}

void ProgressDisplay::clear() {
  if (is_shown_) {
    put(kBackToEmptyLine);
    is_shown_ = false;
  }
}

}  // namespace procession::cli
