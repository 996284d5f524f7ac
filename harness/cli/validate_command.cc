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

ExitCode validate(const Selector& selector) {
  base::Result<Selection> selection = select(selector);
  if (!selection) {
    return fail(selection.error());
  }
  const Preparation preparation = prepare(std::move(*selection), Checks::PlanAndReview);
  if (!preparation.bad_files.empty()) {
    return fail(preparation.bad_files);
  }
  if (preparation.ready.empty()) {
    return fail_nothing_selected();
  }
  const std::size_t count = preparation.ready.size();
  put(fmt::format("{} {}: nothing wrong\n", count, count == 1 ? "scenario" : "scenarios"));
  return ExitCode::AsExpected;
}

}  // namespace

void add_validate_command(CLI::App& app, Command& chosen) {
  const auto selector = std::make_shared<Selector>();
  CLI::App* command = app.add_subcommand("validate", "Say all that is wrong with files");
  add_selector(*command, *selector);
  command->callback([&chosen, selector] { chosen = [selector] { return validate(*selector); }; });
}

}  // namespace procession::cli
