// SPDX-License-Identifier: MIT
#include "harness/cli/app.h"

#include "harness/base/text.h"
#include "harness/report/printable.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace procession::cli {

namespace {

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

std::string unknown_command(const std::vector<std::string>& names, const std::string& word) {
  const std::vector<std::string_view> views(names.begin(), names.end());
  const auto near = base::nearest_word(word, views);
  return fmt::format("there is no command `{}`; {}", report::printable(word),
                     near ? fmt::format("did you mean `{}`?", *near)
                          : "there are " + base::enumerate_words(names));
}

// Of an option that takes one value the last one counts: so the command line overrules
// PROCESSION_OPTS, and an alias of the shell.
void let_the_last_one_count(CLI::App& command) {
  for (CLI::Option* option : command.get_options()) {
    if (option->get_expected_max() == 1 && option->nonpositional()) {
      option->take_last();
    }
  }
}

}  // namespace

std::unique_ptr<CLI::App> make_app(Command& chosen, const std::string& command_line) {
  auto app = std::make_unique<CLI::App>("Litmus tests and benchmarks for programs that fork.",
                                        "procession");
  app->set_version_flag("--version", PROCESSION_VERSION);
  app->require_subcommand(1);
  app->failure_message([](const CLI::App* /*app*/, const CLI::Error& problem) {
    return "procession: " + std::string(problem.what()) +
           "\nRun with --help for more information.\n";
  });
  app->footer(kExitCodesHelp);
  add_run_command(*app, chosen, command_line);
  add_check_command(*app, chosen, command_line);
  add_report_command(*app, chosen);
  add_bench_command(*app, chosen, command_line);
  add_compare_command(*app, chosen, command_line);
  add_list_command(*app, chosen);
  add_validate_command(*app, chosen);
  add_explain_command(*app, chosen);
  add_graph_command(*app, chosen);
  add_percentiles_command(*app, chosen);
  add_history_command(*app, chosen);
  add_new_command(*app, chosen);
  add_doctor_command(*app, chosen);
  add_schema_command(*app, chosen);
  add_completion_command(*app, chosen);
  for (CLI::App* command : app->get_subcommands({})) {
    let_the_last_one_count(*command);
  }
  return app;
}

void parse(CLI::App& app, std::vector<std::string> arguments) {
  const std::vector<std::string> names = commands_of(app);
  if (!arguments.empty() && !arguments.front().starts_with('-') &&
      std::ranges::count(names, arguments.front()) == 0) {
    throw CLI::ArgumentMismatch(unknown_command(names, arguments.front()));
  }
  std::reverse(arguments.begin(), arguments.end());  // as the library wants it
  app.parse(std::move(arguments));
}

}  // namespace procession::cli
