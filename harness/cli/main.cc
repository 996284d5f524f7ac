// SPDX-License-Identifier: MIT
// procession: plays scenario files with real processes and says which orders are guaranteed.

#include "harness/cli/app.h"
#include "harness/cli/command_line.h"
#include "harness/cli/environment.h"

#include <CLI/CLI.hpp>

#include <utility>

int main(int argc, char** argv) {
  namespace cli = procession::cli;

  auto arguments = cli::with_environment({argv + 1, argv + argc});
  if (!arguments) {
    return static_cast<int>(cli::fail(arguments.error()));
  }
  cli::Command chosen;
  const auto app = cli::make_app(chosen, cli::command_line(argc, argv));
  try {
    cli::parse(*app, *std::move(arguments));
  } catch (const CLI::ParseError& problem) {
    // The library has numbers of its own above 100; asking for help is no error.
    return app->exit(problem) == 0 ? 0 : static_cast<int>(cli::ExitCode::BadInput);
  }
  return static_cast<int>(cli::flush_output(chosen()));
}
