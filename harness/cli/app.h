// SPDX-License-Identifier: MIT
#pragma once
// The command line as a whole: every command with its options. Made by `main`, by `completion` and
// by the tests of the documents; the environment's defaults are tried on one of their own.

#include "harness/cli/commands.h"

#include <memory>
#include <string>
#include <vector>

namespace procession::cli {

// What was parsed sets `chosen`, which must outlive the app. `command_line`: how the program was
// called, for the reports.
[[nodiscard]] std::unique_ptr<CLI::App> make_app(Command& chosen,
                                                 const std::string& command_line = {});

// Throws CLI::ParseError, as the library does. `arguments` without the program's name.
void parse(CLI::App& app, std::vector<std::string> arguments);

}  // namespace procession::cli
