// SPDX-License-Identifier: MIT
#pragma once
// The commands of `procession`, one file each. `add_…` declares a command with its options; parsing
// the command line then sets `chosen` to what is to be done.

#include "harness/cli/exit_code.h"

#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace procession::cli {

using Command = std::function<ExitCode()>;

// `command_line`: how the program was called, for the reports.
void add_run_command(CLI::App& app, Command& chosen, const std::string& command_line);
void add_check_command(CLI::App& app, Command& chosen, const std::string& command_line);
void add_report_command(CLI::App& app, Command& chosen);
void add_bench_command(CLI::App& app, Command& chosen, const std::string& command_line);
void add_compare_command(CLI::App& app, Command& chosen, const std::string& command_line);
void add_list_command(CLI::App& app, Command& chosen);
void add_validate_command(CLI::App& app, Command& chosen);
void add_explain_command(CLI::App& app, Command& chosen);
void add_percentiles_command(CLI::App& app, Command& chosen);
void add_new_command(CLI::App& app, Command& chosen);
void add_doctor_command(CLI::App& app, Command& chosen);
void add_history_command(CLI::App& app, Command& chosen);
void add_graph_command(CLI::App& app, Command& chosen);
void add_schema_command(CLI::App& app, Command& chosen);
void add_completion_command(CLI::App& app, Command& chosen);

}  // namespace procession::cli
