// SPDX-License-Identifier: MIT
#include "harness/scenario/decode_process.h"

#include "harness/scenario/decode_step.h"
#include "harness/scenario/scalar.h"

#include <fmt/format.h>

#include <algorithm>

namespace procession::scenario {

namespace {

constexpr std::string_view kMain = "main";

void check_name(const Node& key, Diagnostics& problems) {
  if (const auto name = read_name(key.text); !name) {
    problems.add(key.at, name.error().message);
  } else if (std::ranges::find(reserved_names(), key.text) != reserved_names().end()) {
    problems.add(key.at, fmt::format("{} cannot be the name of a process", quote(key.text)),
                 "the language uses it for something else");
  }
}

// `main` is started by the harness, once, by fork: nothing else about it can be chosen.
void check_main(const Fields& fields, const Process& main, Diagnostics& problems) {
  for (const std::string_view key : {"count", "args", "depth", "start_method", "daemon"}) {
    if (const Field field = fields[key]) {
      problems.add(field.node().at, fmt::format("`main` cannot have `{}`", key),
                   "it is the root, and there is one of it");
    }
  }
  if (main.output == Stdout::Inherit) {
    problems.add(fields["stdout"].node().at, "`main` has nobody's output to inherit",
                 "it is the root");
  }
}

// environ(7): names hold no `=`; that they begin with no digit is what shells want.
void check_variable(const Text& name, const Text& value, Diagnostics& problems) {
  const auto may_stand = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  if (name.value.empty() || (name.value[0] >= '0' && name.value[0] <= '9') ||
      !std::ranges::all_of(name.value, may_stand)) {
    problems.add(name.at, fmt::format("{} cannot be the name of a variable", quote(name.value)),
                 "letters, digits and `_`, no digit first");
  }
  if (value.value.find("${") != std::string::npos) {
    problems.add(value.at, "facts cannot stand in `env`", "a matrix key can");
  }
}

void decode_surroundings(const Fields& fields, Process& process, Diagnostics& problems) {
  const auto word = fields["stdout"].word();
  process.output = word == "inherit" ? Stdout::Inherit
                   : word == "null"  ? Stdout::Null
                                     : Stdout::Own;
  process.env = fields["env"].named_texts();
  for (const auto& [name, value] : process.env) {
    check_variable(name, value, problems);
  }
  for (const std::int64_t position : fields["cpus"].integers()) {
    process.cpus.push_back(static_cast<std::uint32_t>(position));
  }
}

void decode_instances(const Fields& fields, Process& process, Diagnostics& problems) {
  if (const auto count = fields["count"].integer()) {
    process.count = static_cast<std::uint32_t>(*count);
  }
  const Field args = fields["args"];
  process.args = args.texts();
  if (!args || !args.node().is_list()) {
    return;
  }
  const std::size_t items = args.node().items.size();
  if (items == 0) {
    problems.add(args.node().at, "`args` is empty", "give one item for each instance");
  } else if (!fields["count"]) {
    process.count = static_cast<std::uint32_t>(items);
  } else if (process.count && *process.count != items) {
    problems.add(args.node().at,
                 fmt::format("`count` is {}, but `args` has {} items", *process.count, items),
                 "give one item for each instance");
  }
}

void decode_map(const Node& node, Process& process, Diagnostics& problems) {
  const std::string owner = fmt::format("the process `{}`", process.name);
  const Fields fields(node, keys_of(Level::Process), owner, problems);
  if (const Field steps = fields["steps"]) {
    process.steps = decode_steps(steps.node(), "steps", problems);
  }
  decode_instances(fields, process, problems);
  if (const auto word = fields["start_method"].word()) {
    process.start_method = start_method_named(*word).value_or(StartMethod::Fork);
  }
  process.daemon = fields["daemon"].flag().value_or(false);
  if (process.daemon && process.start_method == StartMethod::Daemonize) {
    problems.add(fields["daemon"].node().at, "a daemonized process cannot have `daemon: true`",
                 "`daemon` is multiprocessing's: it ends with its parent; who is daemonized has "
                 "left its parent and outlives it");
  }
  if (const auto depth = fields["depth"].integer()) {
    process.depth = static_cast<std::uint32_t>(*depth);
  }
  decode_surroundings(fields, process, problems);
  if (const auto name = fields["name"].text()) {
    process.display_name = name->value;
    if (name->value.empty()) {
      problems.add(name->at, "`name` is empty");
    }
  }
  if (process.name == kMain) {
    check_main(fields, process, problems);
  }
}

Process decode_process(const Entry& entry, Diagnostics& problems) {
  check_name(entry.key, problems);
  Process process;
  process.name = entry.key.text;
  process.at = entry.key.at;
  if (entry.value.is_list()) {
    process.steps = decode_steps(entry.value, process.name, problems);
  } else if (entry.value.is_map()) {
    decode_map(entry.value, process, problems);
  } else {
    problems.add(entry.value.at,
                 fmt::format("the process {} must be a list of steps or a map, not {}",
                             quote(process.name), describe(entry.value)),
                 "for a process that does nothing write `[]`");
  }
  return process;
}

}  // namespace

std::vector<Process> decode_processes(const Node& node, Diagnostics& problems) {
  const Site site{"processes", problems};
  std::vector<Process> processes;
  for (const Entry& entry : map_entries(node, site)) {
    processes.push_back(decode_process(entry, problems));
  }
  if (node.is_map() && std::ranges::find(processes, kMain, &Process::name) == processes.end()) {
    problems.add(node.at, "no process is called `main`", "`main` is the root of all others");
  }
  return processes;
}

}  // namespace procession::scenario
