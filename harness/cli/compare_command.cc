// SPDX-License-Identifier: MIT
// procession compare: two results that were kept, figure by figure and run by run.

#include "harness/cli/circumstances.h"
#include "harness/cli/command_line.h"
#include "harness/cli/commands.h"
#include "harness/cli/comparison_options.h"
#include "harness/cli/stored_comparison.h"

#include <CLI/CLI.hpp>

#include <memory>

namespace procession::cli {

namespace {

struct CompareOptions {
  std::string base;
  std::string changed;
  ComparisonOptions comparison;
  std::string command_line;
};

ExitCode compare(const CompareOptions& options) {
  const base::Result<StoredPair> pair = read_pair(options.base, options.changed);
  if (!pair) {
    return fail(pair.error());
  }
  base::Result<ComparisonFiles> files = ComparisonFiles::open(options.comparison);
  if (!files) {
    return fail(files.error());
  }
  report::ComparisonResult result =
      compare_stored(*pair, options.comparison.margin, options.comparison.figures);
  result.started = utc_now();
  result.command = options.command_line;
  return conclude(result, options.comparison, *files);
}

}  // namespace

void add_compare_command(CLI::App& app, Command& chosen, const std::string& command_line) {
  const auto options = std::make_shared<CompareOptions>();
  options->command_line = command_line;
  CLI::App* command =
      app.add_subcommand("compare", "Compare two results, figure by figure and run by run");
  command
      ->add_option("BASE", options->base,
                   "A result: FILE.json, a folder with result.json, or a folder of baselines, of "
                   "which that of the class of NEW's machine is taken")
      ->required()
      ->type_name("FILE");
  command->add_option("NEW", options->changed, "Another result: FILE.json, or a folder with one")
      ->required()
      ->type_name("FILE");
  add_comparison_options(*command, options->comparison);
  command->footer(
      "Results that were kept were not measured side by side: what else was different then, as "
      "the\n"
      "load of the machine, looks like a change. `procession bench --vs` excludes that.\n");
  command->callback([&chosen, options] { chosen = [options] { return compare(*options); }; });
}

}  // namespace procession::cli
