// SPDX-License-Identifier: MIT
// procession: plays scenario files with real processes and says which orders are guaranteed.

#include "harness/cli/command_line.h"
#include "harness/cli/commands.h"

#include <CLI/CLI.hpp>

int main(int argc, char** argv) {
  namespace cli = procession::cli;

  CLI::App app("Litmus tests and benchmarks for programs that fork.", "procession");
  app.set_version_flag("--version", PROCESSION_VERSION);
  app.require_subcommand(1);
  app.footer(cli::kExitCodesHelp);

  cli::Command chosen;
  cli::add_run_command(app, chosen, cli::command_line(argc, argv));
  cli::add_list_command(app, chosen);
  cli::add_validate_command(app, chosen);
  cli::add_explain_command(app, chosen);
  cli::add_schema_command(app, chosen);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    // The library has numbers of its own above 100; asking for help is no error.
    return app.exit(problem) == 0 ? 0 : static_cast<int>(cli::ExitCode::BadInput);
  }
  return static_cast<int>(cli::flush_output(chosen()));
}
