// SPDX-License-Identifier: MIT
// procession schema: the JSON Schema of scenario files, for editors.

#include "harness/cli/command_line.h"
#include "harness/cli/commands.h"
#include "harness/scenario/schema.h"

#include <CLI/CLI.hpp>

namespace procession::cli {

namespace {

ExitCode print_schema() {
  put(scenario::json_schema());
  return ExitCode::AsExpected;
}

}  // namespace

void add_schema_command(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("schema", "Print the JSON Schema of scenario files");
  command->callback([&chosen] { chosen = print_schema; });
}

}  // namespace procession::cli
