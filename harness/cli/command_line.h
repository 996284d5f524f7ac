// SPDX-License-Identifier: MIT
#pragma once
// What several commands share: the options that select scenarios, durations with their unit, and
// the words for what went wrong.

#include "harness/base/result.h"
#include "harness/base/time.h"
#include "harness/cli/exit_code.h"
#include "harness/cli/select.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace procession::cli {

// The arguments as a shell would take them back.
[[nodiscard]] std::string command_line(int argc, const char* const* argv);

// PATHS…, --filter and --label.
void add_selector(CLI::App& command, Selector& selector);

// "10s", "250ms": as scenario files have it.
void add_duration(CLI::App& command, const std::string& name, std::optional<base::Duration>& length,
                  const std::string& description);

// To standard output; `flush_output` tells whether all of it arrived.
void put(std::string_view text);

// To standard error, as "procession: …"; the exit code that goes with it.
ExitCode fail(const base::Error& error);
ExitCode fail_nothing_selected();
// What is still in standard output's buffer; `code`, unless it was a success and the disk is full.
ExitCode flush_output(ExitCode code);
// The diagnostics of all bad files to standard error, and how many there are.
ExitCode fail(const std::vector<BadFile>& bad_files);

}  // namespace procession::cli
