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

// environ(7): names hold no `=`; that they begin with no digit is what shells want. Only to a
// program can its starter give what it knows when it starts it.
void check_variable(const Text& name, const Text& value, bool may_have_facts,
                    Diagnostics& problems) {
  const auto may_stand = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  if (name.value.empty() || (name.value[0] >= '0' && name.value[0] <= '9') ||
      !std::ranges::all_of(name.value, may_stand)) {
    problems.add(name.at, fmt::format("{} cannot be the name of a variable", quote(name.value)),
                 "letters, digits and `_`, no digit first");
  }
  if (!may_have_facts && value.value.find("${") != std::string::npos) {
    problems.add(value.at, "facts cannot stand in `env`, but in that of a program",
                 "a matrix key can");
  }
}

std::optional<Readiness> decode_probe(const Node& node, Diagnostics& problems) {
  const Fields fields(node, keys_of(Level::Ready), "`ready`", problems);
  const int given = (fields["line"] ? 1 : 0) + (fields["file"] ? 1 : 0) + (fields["fd"] ? 1 : 0);
  if (given != 1) {
    problems.add(node.at, "`ready` takes one of `line`, `file` and `fd`",
                 "write `port`, `{line: text}`, `{file: path}` or `{fd: 3}`");
    return std::nullopt;
  }
  if (const auto number = fields["fd"].integer()) {
    return Readiness{Readiness::Kind::Descriptor, {}, static_cast<int>(*number)};
  }
  const auto kind = fields["line"] ? Readiness::Kind::Line : Readiness::Kind::File;
  const auto text = fields[kind == Readiness::Kind::Line ? "line" : "file"].text();
  if (text && text->value.empty()) {
    problems.add(text->at, "the text of `ready` is empty", "write what tells that it is ready");
  }
  return text ? std::optional(Readiness{kind, *text, -1}) : std::nullopt;
}

Readiness decode_readiness(const Field& field, Diagnostics& problems) {
  if (!field) {
    return {};
  }
  const Node& node = field.node();
  if (node.is_scalar() && node.text == "port") {
    return {Readiness::Kind::Port, {node.text, node.at}, -1};
  }
  if (!node.is_map()) {
    problems.add(node.at, "`ready` is `port` or a map of one of `line`, `file` and `fd`",
                 "without it the program is ready at once");
    return {};
  }
  return decode_probe(node, problems).value_or(Readiness{});
}

// What only a process with steps can have, or only a program.
void check_kind(const Fields& fields, const Process& process, Diagnostics& problems) {
  if (!process.program) {
    for (const std::string_view key : {"port", "ready"}) {
      if (const Field field = fields[key]) {
        problems.add(field.node().at, fmt::format("`{}` belongs to a program: to `exec`", key),
                     "a process with steps is ready when it listens, at a port of its own");
      }
    }
    return;
  }
  if (process.name == kMain) {
    problems.add(process.program->at, "`main` cannot be a program",
                 "let `main` start it: `start` and `join` are its steps");
  }
  if (const Field depth = fields["depth"]) {
    problems.add(depth.node().at, "a program cannot have `depth`", "it starts nothing by steps");
  }
  if (process.start_method != StartMethod::Fork && process.start_method != StartMethod::Vfork) {
    problems.add(
        fields["start_method"].node().at,
        fmt::format("a program cannot be started by `{}`", to_string(process.start_method)),
        "`fork` and `vfork` are there for it: both end with an exec");
  }
}

void decode_program(const Fields& fields, Process& process, Diagnostics& problems) {
  const Field words = fields["exec"];
  if (!words) {
    return;
  }
  Program program;
  program.at = words.node().at;
  program.words = words.texts();
  if (words.node().is_list() && (program.words.empty() || program.words.front().value.empty())) {
    problems.add(words.node().at, "`exec` names no program",
                 "write the program and its arguments: `exec: [python3, server.py]`");
  }
  for (const Text& word : program.words) {
    if (word.value.find('\0') != std::string::npos) {
      problems.add(word.at, "an argument of a program cannot hold a zero character");
    }
  }
  program.port = static_cast<int>(fields["port"].integer().value_or(0));
  program.ready = decode_readiness(fields["ready"], problems);
  process.program = std::move(program);
}

void decode_surroundings(const Fields& fields, Process& process, Diagnostics& problems) {
  const auto word = fields["stdout"].word();
  process.output = word == "inherit" ? Stdout::Inherit
                   : word == "null"  ? Stdout::Null
                                     : Stdout::Own;
  process.env = fields["env"].named_texts();
  for (const auto& [name, value] : process.env) {
    check_variable(name, value, process.program.has_value(), problems);
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
  const Field steps = fields["steps"];
  if (steps) {
    process.steps = decode_steps(steps.node(), "steps", problems);
  }
  decode_program(fields, process, problems);
  if (static_cast<bool>(steps) == process.program.has_value()) {
    problems.add(node.at,
                 fmt::format("{} {}", owner,
                             steps ? "has `steps` and `exec`; it is one or the other"
                                   : "lacks `steps` (what it does, in order)"),
                 steps ? "" : "or `exec`, a program with its arguments");
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
  check_kind(fields, process, problems);
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
