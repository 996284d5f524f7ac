// SPDX-License-Identifier: MIT
// procession validate: everything that is wrong with the files, without playing them.

#include "harness/cli/command_line.h"
#include "harness/cli/commands.h"
#include "harness/cli/prepare.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>
#include <utility>

namespace procession::cli {

namespace {

struct ValidateOptions {
  Selector selector;
  std::optional<std::uint32_t> seed;
};

ExitCode validate(const ValidateOptions& options) {
  base::Result<Selection> selection = select(options.selector);
  if (!selection) {
    return fail(selection.error());
  }
  if (selection->scenarios.empty() && selection->bad_files.empty()) {
    return nothing_selected(options.selector, *selection);
  }
  const Preparation preparation =
      prepare(std::move(*selection), Checks::PlanAndReview, options.seed.value_or(0));
  if (!preparation.bad_files.empty()) {
    return fail(preparation.bad_files);
  }
  const std::size_t count = preparation.ready.size();
  put(fmt::format("{} {}: nothing wrong\n", count, count == 1 ? "scenario" : "scenarios"));
  return ExitCode::AsExpected;
}

}  // namespace

void add_validate_command(CLI::App& app, Command& chosen) {
  const auto options = std::make_shared<ValidateOptions>();
  CLI::App* command = app.add_subcommand("validate", "Say all that is wrong with files");
  add_selector(*command, options->selector)->required();
  add_seed(*command, options->seed);
  command->callback([&chosen, options] { chosen = [options] { return validate(*options); }; });
}

}  // namespace procession::cli
