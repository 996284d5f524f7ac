// SPDX-License-Identifier: MIT
#include "harness/cli/completion.h"

#include "harness/base/text.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace procession::cli {

namespace {

// What may stand for a value.
struct Values {
  enum class Kind { None, Choices, Files, Folders, Other };
  Kind kind = Kind::Other;
  std::vector<std::string> choices;
};

struct Option {
  std::vector<std::string> names;  // "-j", "--jobs"; empty: positional
  std::string label;               // of its value: "NUMBER", "PATHS"
  std::string description;
  bool repeatable = false;
  Values values;
};

struct Command {
  std::string name;
  std::string description;
  std::vector<Option> options;
};

Values values_of(const CLI::Option& option, const std::string& label) {
  if (option.get_items_expected_max() == 0) {
    return {Values::Kind::None, {}};
  }
  if (label.find('|') != label.npos) {
    const auto words = base::split(label, '|');
    return {Values::Kind::Choices, {words.begin(), words.end()}};
  }
  for (const std::string_view file : {"FILE", "PATHS", "RECORDS"}) {
    if (label == file) {
      return {Values::Kind::Files, {}};
    }
  }
  return {label == "DIR" ? Values::Kind::Folders : Values::Kind::Other, {}};
}

Option option_of(const CLI::Option& option) {
  Option described;
  const bool positional = !option.nonpositional();
  for (const std::string& name : option.get_snames()) {
    described.names.push_back("-" + name);
  }
  for (const std::string& name : option.get_lnames()) {
    described.names.push_back("--" + name);
  }
  // The type of a positional is shown nowhere: it may say what its value is all the same.
  const std::string type = option.get_type_name();
  const bool typed = type.find('|') != type.npos || type == "FILE" || type == "DIR";
  described.label = positional && !typed ? option.get_name() : type;
  described.description = option.get_description();
  described.repeatable = option.get_expected_max() > 1;
  described.values = values_of(option, described.label);
  return described;
}

Command command_of(const CLI::App& app) {
  Command command{app.get_name(), app.get_description(), {}};
  for (const CLI::Option* option : app.get_options({})) {
    command.options.push_back(option_of(*option));
  }
  return command;
}

std::vector<Command> commands_of(const CLI::App& app) {
  std::vector<Command> commands;
  for (const CLI::App* command : app.get_subcommands({})) {
    commands.push_back(command_of(*command));
  }
  return commands;
}

bool is_positional(const Option& option) { return option.names.empty(); }

std::vector<std::string> all_names(const Command& command) {
  std::vector<std::string> names;
  for (const Option& option : command.options) {
    names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return names;
}

std::string names_of(const std::vector<Command>& commands) {
  std::vector<std::string> names;
  for (const Command& command : commands) {
    names.push_back(command.name);
  }
  return base::join_words(names, " ");
}

// ---- bash

std::string bash_values(const Values& values) {
  switch (values.kind) {
    case Values::Kind::Choices:
      return fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$current\"))",
                         base::join_words(values.choices, " "));
    case Values::Kind::Files:
      return "_procession_files -f";
    case Values::Kind::Folders:
      return "_procession_files -d";
    case Values::Kind::None:
    case Values::Kind::Other:
      break;
  }
  return "COMPREPLY=()";
}

std::string bash_options(const Command& command) {
  std::string cases;
  for (const Option& option : command.options) {
    if (!is_positional(option) && option.values.kind != Values::Kind::None) {
      cases += fmt::format("    {}) {}; return ;;\n", fmt::join(option.names, "|"),
                           bash_values(option.values));
    }
  }
  return cases;
}

std::string bash_positionals(const Command& command) {
  for (const Option& option : command.options) {
    if (is_positional(option) && option.values.kind != Values::Kind::Other) {
      return bash_values(option.values);
    }
  }
  return "COMPREPLY=()";
}

std::string bash_function(const Command& command) {
  return fmt::format(R"(_procession_{0}() {{
  local current="$1" previous="$2"
  case "$previous" in
{1}  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W '{2}' -- "$current"))
  else
    {3}
  fi
}}

)",
                     command.name, bash_options(command), base::join_words(all_names(command), " "),
                     bash_positionals(command));
}

// ---- zsh

// For the inside of '…[here]:…'.
std::string zsh_text(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\'') {
      escaped += "'\\''";
    } else {
      escaped += (std::string_view("[]:\\").find(c) != std::string_view::npos ? "\\" : "");
      escaped += c;
    }
  }
  return escaped;
}

std::string zsh_values(const Values& values) {
  switch (values.kind) {
    case Values::Kind::Choices:
      return fmt::format("({})", base::join_words(values.choices, " "));
    case Values::Kind::Files:
      return "_files";
    case Values::Kind::Folders:
      return "_files -/";
    case Values::Kind::None:
    case Values::Kind::Other:
      break;
  }
  return " ";
}

std::string zsh_option(const Option& option) {
  const std::string value =
      option.values.kind == Values::Kind::None
          ? ""
          : fmt::format(":{}:{}", zsh_text(option.label), zsh_values(option.values));
  if (is_positional(option)) {
    return fmt::format("        '{}{}' \\\n", option.repeatable ? "*" : "", value);
  }
  std::string lines;
  for (const std::string& name : option.names) {
    lines += fmt::format("        '{}{}[{}]{}' \\\n", option.repeatable ? "*" : "", name,
                         zsh_text(option.description), value);
  }
  return lines;
}

std::string zsh_case(const Command& command) {
  std::string lines = fmt::format("    {})\n      _arguments -s \\\n", command.name);
  for (const Option& option : command.options) {
    lines += zsh_option(option);
  }
  return lines + "        && return\n      ;;\n";
}

}  // namespace

std::string bash_completion(const CLI::App& app) {
  const std::vector<Command> commands = commands_of(app);
  std::string script =
      "# bash completion for procession: source it, or install it as\n"
      "# /usr/share/bash-completion/completions/procession. Made by: procession completion bash\n\n"
      "_procession_files() {\n"
      "  compopt -o filenames 2>/dev/null\n"
      "  local IFS=$'\\n'\n"
      "  COMPREPLY=($(compgen \"$1\" -- \"$current\"))\n"
      "}\n\n";
  for (const Command& command : commands) {
    script += bash_function(command);
  }
  script += fmt::format(R"(_procession() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" previous="${{COMP_WORDS[COMP_CWORD - 1]}}"
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '{0} {1}' -- "$current"))
    return
  fi
  if declare -F "_procession_${{COMP_WORDS[1]}}" >/dev/null && [[ ${{COMP_WORDS[1]}} != files ]]; then
    "_procession_${{COMP_WORDS[1]}}" "$current" "$previous"
  fi
}}

complete -F _procession procession
)",
                        names_of(commands), base::join_words(all_names(command_of(app)), " "));
  return script;
}

std::string zsh_completion(const CLI::App& app) {
  const std::vector<Command> commands = commands_of(app);
  std::string script =
      "#compdef procession\n"
      "# zsh completion for procession: a file _procession in $fpath, or source it after "
      "compinit.\n"
      "# Made by: procession completion zsh\n\n"
      "_procession() {\n"
      "  local -a commands\n"
      "  commands=(\n";
  for (const Command& command : commands) {
    script += fmt::format("    '{}:{}'\n", command.name, zsh_text(command.description));
  }
  script +=
      "  )\n"
      "  if ((CURRENT == 2)); then\n"
      "    _describe command commands\n";
  script +=
      fmt::format("    _values option {}\n", base::join_words(all_names(command_of(app)), " "));
  script +=
      "    return\n"
      "  fi\n"
      "  local command=$words[2]\n"
      "  shift words\n"
      "  ((CURRENT--))\n"
      "  case $command in\n";
  for (const Command& command : commands) {
    script += zsh_case(command);
  }
  script +=
      "  esac\n"
      "}\n\n"
      "if [[ $funcstack[1] == _procession ]]; then\n"
      "  _procession \"$@\"\n"
      "else\n"
      "  compdef _procession procession\n"
      "fi\n";
  return script;
}

}  // namespace procession::cli
