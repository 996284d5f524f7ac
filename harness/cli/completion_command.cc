// SPDX-License-Identifier: MIT
// procession completion: a script that teaches a shell this command line.

#include "harness/cli/command_line.h"
#include "harness/cli/commands.h"
#include "harness/cli/completion.h"

#include <CLI/CLI.hpp>

#include <map>
#include <memory>

namespace procession::cli {

namespace {

enum class Shell { Bash, Zsh };

}  // namespace

void add_completion_command(CLI::App& app, Command& chosen) {
  const auto shell = std::make_shared<Shell>(Shell::Bash);
  static const std::map<std::string, Shell> kShells = {{"bash", Shell::Bash}, {"zsh", Shell::Zsh}};
  CLI::App* command =
      app.add_subcommand("completion", "Print what teaches a shell to complete this command line");
  take_choice(command->add_option("SHELL", *shell, "bash or zsh"), kShells)->required();
  command->callback([&app, &chosen, shell] {
    chosen = [&app, shell] {
      put(*shell == Shell::Bash ? bash_completion(app) : zsh_completion(app));
      return ExitCode::AsExpected;
    };
  });
}

}  // namespace procession::cli
