// SPDX-License-Identifier: MIT
// procession doctor: what this machine offers. Exit code 0: scenarios can be played; 3: none can.

#include "harness/cli/command_line.h"
#include "harness/cli/commands.h"
#include "harness/cli/doctor.h"

#include <CLI/CLI.hpp>

#include <memory>

namespace procession::cli {

void add_doctor_command(CLI::App& app, Command& chosen) {
  const auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand(
      "doctor", "Say what this machine offers, what is weaker without it, and how to get it");
  command->add_flag("--json", *json, "As JSON");
  command->callback([&chosen, json] {
    chosen = [json] {
      const report::MachineReport report = examine();
      put(*json ? report::to_json(report) : report::to_text(report));
      return report.usable ? ExitCode::AsExpected : ExitCode::Failed;
    };
  });
}

}  // namespace procession::cli
