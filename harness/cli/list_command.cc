// SPDX-License-Identifier: MIT
// procession list: which scenario instances there are. For people, ids; for CTest, all that it
// needs to run each as a test (procession_discover_scenarios.cmake).

#include "harness/base/text.h"
#include "harness/cli/command_line.h"
#include "harness/cli/commands.h"
#include "harness/report/printable.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <map>
#include <memory>

namespace procession::cli {

namespace {

enum class Format { Text, Ctest };

struct ListOptions {
  Selector selector;
  Format format = Format::Text;
};

// Beyond what the runs may take by themselves: starting, judging, a machine that is busy.
constexpr std::chrono::seconds kMargin{30};

std::int64_t timeout_seconds(const scenario::Scenario& scenario) {
  const auto runs = std::chrono::ceil<std::chrono::seconds>(scenario.timeout * scenario.runs);
  return (runs + kMargin).count();
}

// As one element each of a CMake list.
std::string labels(const std::vector<std::string>& tags) {
  std::string list;
  for (const std::string& tag : tags) {
    list += list.empty() ? "" : ";";
    for (const char c : report::printable(tag)) {
      list += c == ';' ? std::string("\\;") : std::string(1, c);
    }
  }
  return list;
}

// id, file, labels, timeout in seconds. `printable` leaves no tab and no line feed in a field.
void print_test(const std::string& id, const std::string& file, const std::string& labels,
                std::int64_t timeout) {
  put(fmt::format("{}\t{}\t{}\t{}\n", report::printable(id), report::printable(file), labels,
                  timeout));
}

// Unreadable files are tests too: they fail, with their diagnostics.
ExitCode list_for_ctest(const Selection& selection) {
  for (const scenario::Scenario& scenario : selection.scenarios) {
    print_test(scenario.id(), scenario.file, labels(scenario.tags), timeout_seconds(scenario));
  }
  for (const BadFile& bad : selection.bad_files) {
    print_test(bad.file, bad.file, "unreadable", kMargin.count());
  }
  return ExitCode::AsExpected;
}

ExitCode list_for_people(const Selector& selector, const Selection& selection) {
  for (const scenario::Scenario& scenario : selection.scenarios) {
    put(fmt::format("{}\n", report::printable(scenario.id())));
  }
  if (!selection.bad_files.empty()) {
    return fail(selection.bad_files);
  }
  return selection.scenarios.empty() ? nothing_selected(selector, selection) : ExitCode::AsExpected;
}

ExitCode list_scenarios(const ListOptions& options) {
  const base::Result<Selection> selection = select(options.selector);
  if (!selection) {
    return fail(selection.error());
  }
  return options.format == Format::Ctest ? list_for_ctest(*selection)
                                         : list_for_people(options.selector, *selection);
}

}  // namespace

void add_list_command(CLI::App& app, Command& chosen) {
  const auto options = std::make_shared<ListOptions>();
  CLI::App* command = app.add_subcommand("list", "List scenario instances");
  add_selector(*command, options->selector)->required();
  const std::map<std::string, Format> formats = {{"text", Format::Text}, {"ctest", Format::Ctest}};
  take_choice(command->add_option("--format", options->format, "For people, or for CTest (text)"),
              formats);
  command->callback(
      [&chosen, options] { chosen = [options] { return list_scenarios(*options); }; });
}

}  // namespace procession::cli
