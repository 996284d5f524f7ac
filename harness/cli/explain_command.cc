// SPDX-License-Identifier: MIT
// procession explain: is this order guaranteed in that file, by what, or which way round it?
// Nothing is played. Exit code 0: guaranteed; 1: not.

#include "harness/cli/command_line.h"
#include "harness/cli/commands.h"
#include "harness/cli/prepare.h"
#include "harness/report/printable.h"
#include "harness/scenario/event_pattern.h"
#include "harness/verify/review.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>
#include <utility>

namespace procession::cli {

namespace {

constexpr const char* kExitCodesOfExplain =
    "Exit codes:\n"
    "  0    guaranteed, in every instance\n"
    "  1    not guaranteed\n"
    "  2    usage, or the file or the order is wrong\n"
    "  3    the machine or the harness could not\n"
    "  5    nothing selected\n";

struct ExplainOptions {
  std::string path;
  std::string order;
  std::optional<std::uint32_t> seed;
};

void print(const verify::Explanation& explanation) {
  put(fmt::format("{}\n", report::printable(explanation.headline)));
  for (const std::string& line : explanation.details) {
    put(fmt::format("  {}\n", report::printable(line)));
  }
}

ExitCode explain_all(const std::vector<Prepared>& instances, const scenario::OrderPattern& order) {
  ExitCode code = ExitCode::AsExpected;
  for (const Prepared& instance : instances) {
    const base::Result<verify::Explanation> explanation =
        verify::explain(instance.scenario, instance.plan.view(), order);
    if (!explanation) {
      return fail(explanation.error());
    }
    if (instances.size() > 1) {
      put(fmt::format("{}: ", report::printable(instance.scenario.id())));
    }
    print(*explanation);
    code = explanation->guaranteed ? code : ExitCode::Broken;
  }
  return code;
}

ExitCode explain(const ExplainOptions& options) {
  const base::Result<scenario::OrderPattern> order = scenario::read_order(options.order);
  if (!order) {
    return fail(order.error());
  }
  base::Result<Selection> selection = select({.paths = {options.path}});
  if (!selection) {
    return fail(selection.error());
  }
  // Without the review: what it would refuse is often what is to be explained.
  const Preparation preparation =
      prepare(std::move(*selection), Checks::PlanOnly, options.seed.value_or(0));
  if (!preparation.bad_files.empty()) {
    return fail(preparation.bad_files);
  }
  return explain_all(preparation.ready, *order);
}

}  // namespace

void add_explain_command(CLI::App& app, Command& chosen) {
  const auto options = std::make_shared<ExplainOptions>();
  CLI::App* command =
      app.add_subcommand("explain", "Say whether an order is guaranteed, and by what");
  command->add_option("FILE", options->path, "A scenario file, or one instance: file[key=value]")
      ->required();
  command->add_option("ORDER", options->order, "\"child.end < main.print\"")->required();
  add_seed(*command, options->seed);
  command->footer(kExitCodesOfExplain);
  command->callback([&chosen, options] { chosen = [options] { return explain(*options); }; });
}

}  // namespace procession::cli
