// SPDX-License-Identifier: MIT
#include "harness/cli/display.h"

#include "harness/cli/terminal.h"
#include "harness/cli/write_all.h"

#include <cstdlib>
#include <string>
#include <unistd.h>

namespace procession::cli {

namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

Display::Display(ColourChoice colour, ProgressChoice progress)
    : colour_(colour_for(colour, STDOUT_FILENO)), progress_(progress) {}

void Display::show(const report::ScenarioResult& result) {
  print(report::console_scenario(result, colour_));
}

void Display::show_summary(const report::SessionResult& session) {
  print(report::console_summary(session, colour_));
}

void Display::print(std::string_view text) {
  progress_.clear();
  complete_ = write_all(STDOUT_FILENO, text).has_value() && complete_;
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
