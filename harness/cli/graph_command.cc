// SPDX-License-Identifier: MIT
// procession graph: the process graph of a scenario with its causes, for Graphviz or Mermaid.
// Nothing is played.

#include "harness/cli/command_line.h"
#include "harness/cli/commands.h"
#include "harness/cli/prepare.h"
#include "harness/report/dot.h"
#include "harness/report/mermaid.h"
#include "harness/report/printable.h"
#include "harness/verify/graph.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <map>
#include <memory>
#include <utility>

namespace procession::cli {

namespace {

enum class Format { Dot, Mermaid };

struct GraphOptions {
  std::string path;
  Format format = Format::Dot;
  std::optional<std::uint32_t> seed;
};

base::Error one_of(const std::string& path, const std::vector<Prepared>& instances) {
  std::string message = fmt::format(
      "{} has {} instances; name one of them:", report::printable(path), instances.size());
  for (const Prepared& instance : instances) {
    message += "\n  " + report::printable(instance.scenario.id());
  }
  return {base::ErrorKind::BadInput, message};
}

ExitCode draw(const GraphOptions& options) {
  base::Result<Selection> selection = select({.paths = {options.path}});
  if (!selection) {
    return fail(selection.error());
  }
  if (selection->scenarios.empty() && selection->bad_files.empty()) {
    return nothing_selected({}, *selection);
  }
  // Without the review, as for `explain`: what cannot come true can still be looked at.
  const Preparation preparation =
      prepare(std::move(*selection), Checks::PlanOnly, options.seed.value_or(0));
  if (!preparation.bad_files.empty()) {
    return fail(preparation.bad_files);
  }
  if (preparation.ready.size() > 1) {
    return fail(one_of(options.path, preparation.ready));
  }
  const Prepared& instance = preparation.ready.front();
  const verify::Graph graph = verify::graph_of(instance.scenario, instance.plan.view());
  put(options.format == Format::Dot ? report::to_dot(graph) : report::to_mermaid(graph));
  return ExitCode::AsExpected;
}

}  // namespace

void add_graph_command(CLI::App& app, Command& chosen) {
  static const std::map<std::string, Format> kFormats = {{"dot", Format::Dot},
                                                         {"mermaid", Format::Mermaid}};
  const auto options = std::make_shared<GraphOptions>();
  CLI::App* command =
      app.add_subcommand("graph", "Draw a scenario's processes, with what causes what");
  command->add_option("FILE", options->path, "A scenario file, or one instance: file[key=value]")
      ->required();
  take_choice(command->add_option("--format", options->format, "Of Graphviz (dot) or for Markdown"),
              kFormats);
  add_seed(*command, options->seed);
  command->callback([&chosen, options] { chosen = [options] { return draw(*options); }; });
}

}  // namespace procession::cli
