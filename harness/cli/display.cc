// SPDX-License-Identifier: MIT
#include "harness/cli/display.h"

#include "harness/cli/write_all.h"

#include <cstdlib>
#include <string>
#include <sys/ioctl.h>
#include <unistd.h>

namespace procession::cli {

namespace {

constexpr std::string_view kBackToEmptyLine = "\r\x1b[K";

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

bool is_capable_terminal(int fd) { return ::isatty(fd) == 1 && environment("TERM") != "dumb"; }

// Progress that cannot be shown is no loss.
void put_on_terminal(std::string_view text) { static_cast<void>(write_all(STDERR_FILENO, text)); }

}  // namespace

Display::Display(ColourChoice colour, bool progress)
    : colour_(colour_for(colour, STDOUT_FILENO)),
      progress_(progress && is_capable_terminal(STDERR_FILENO)) {}

Display::~Display() { clear_progress(); }

void Display::show(const report::ScenarioResult& result) {
  print(report::console_scenario(result, colour_));
}

void Display::show_summary(const report::SessionResult& session) {
  print(report::console_summary(session, colour_));
}

void Display::show_progress(const report::Progress& progress) {
  if (progress_) {
    // One column stays free: a terminal that is written full wraps.
    const std::size_t columns = terminal_columns(STDERR_FILENO) - 1;
    put_on_terminal(std::string(kBackToEmptyLine) + report::progress_line(progress, columns));
    progress_shown_ = true;
  }
}

void Display::print(std::string_view text) {
  clear_progress();
  complete_ = write_all(STDOUT_FILENO, text).has_value() && complete_;
}

void Display::clear_progress() {
  if (progress_shown_) {
    put_on_terminal(kBackToEmptyLine);
    progress_shown_ = false;
  }
}

std::size_t terminal_columns(int fd) {
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

report::Colour colour_for(ColourChoice choice, int fd) {
  if (choice != ColourChoice::Automatic) {
    return choice == ColourChoice::Always ? report::Colour::Yes : report::Colour::No;
  }
  if (!environment("NO_COLOR").empty()) {
    return report::Colour::No;
  }
  const std::string_view force = environment("CLICOLOR_FORCE");
  const bool forced = !force.empty() && force != "0";
  return forced || is_capable_terminal(fd) ? report::Colour::Yes : report::Colour::No;
}

}  // namespace procession::cli
