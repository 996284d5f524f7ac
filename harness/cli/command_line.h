// SPDX-License-Identifier: MIT
#pragma once
// What several commands share: the options that select scenarios, durations with their unit, and
// the words for what went wrong.

#include "harness/base/result.h"
#include "harness/base/time.h"
#include "harness/cli/display.h"
#include "harness/cli/exit_code.h"
#include "harness/cli/select.h"
#include "harness/run/play.h"
#include "harness/scenario/scalar.h"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace procession::cli {

// The arguments as a shell would take them back.
[[nodiscard]] std::string command_line(int argc, const char* const* argv);

// In quotes where a shell needs them.
[[nodiscard]] std::string shell_word(std::string_view word);

// PATHS…, --filter, --label, --exclude-label and --shard.
// The option for PATHS is returned: whether it must be there is the command's affair.
CLI::Option* add_selector(CLI::App& command, Selector& selector);

// --seed.
void add_seed(CLI::App& command, std::optional<std::uint32_t>& seed);

// An option whose text `read` turns into a value, or says why not.
template <class T, class Value>
CLI::Option* add_read_option(CLI::App& command, const std::string& name,
                             base::Result<T> (*read)(std::string_view), Value& value,
                             const std::string& description) {
  const auto take = [name, read, &value](const std::string& text) {
    const base::Result<T> got = read(text);
    if (!got) {
      throw CLI::ValidationError(name, got.error().message);
    }
    value = *got;
  };
  return command.add_option_function<std::string>(name, take, description);
}

// A whole number of this range, as scenario files have it.
template <class Value>
CLI::Option* add_number(CLI::App& command, const std::string& name, Value& value,
                        std::int64_t least, std::int64_t most, const std::string& description) {
  const auto take = [name, least, most, &value](const std::string& text) {
    const base::Result<std::int64_t> got = scenario::read_integer(text, least, most);
    if (!got) {
      throw CLI::ValidationError(name, got.error().message);
    }
    value = static_cast<std::uint32_t>(*got);
  };
  return command.add_option_function<std::string>(name, take, description)->type_name("NUMBER");
}

// "10s", "250ms": as scenario files have it; more than none.
CLI::Option* add_duration(CLI::App& command, const std::string& name,
                          std::optional<base::Duration>& length, const std::string& description);

// --containment.
void add_containment(CLI::App& command, run::Containment& containment);

// --progress and --no-progress.
void add_progress(CLI::App& command, ProgressChoice& choice);

// --color.
void add_colour(CLI::App& command, ColourChoice& choice);

// "auto|always|never": what stands for the value in help, and what shells complete.
template <class T>
std::string choices_of(const std::map<std::string, T>& names, std::string_view between) {
  std::string choices;
  for (const auto& [name, value] : names) {
    choices.append(choices.empty() ? "" : between).append(name);
  }
  return choices;
}

// One of these words, and nothing else.
template <class T>
CLI::Option* take_choice(CLI::Option* option, const std::map<std::string, T>& names) {
  const auto number_of = [names](std::string& word) -> std::string {
    const auto found = names.find(word);
    if (found == names.end()) {
      return "`" + word + "` is none of " + choices_of(names, ", ");
    }
    word = std::to_string(static_cast<int>(found->second));  // which the library can convert
    return {};
  };
  return option->type_name(choices_of(names, "|"))->transform(CLI::Validator(number_of, ""));
}

// To standard output; `flush_output` tells whether all of it arrived.
void put(std::string_view text);

// To standard error, as "procession: …".
void put_note(std::string_view text);
// The same; the exit code that goes with it.
ExitCode fail(const base::Error& error);
// Nothing to do: 5; but 0 if the other shards have something.
ExitCode nothing_selected(const Selector& selector, const Selection& selection);
// What is still in standard output's buffer; `code`, unless it was a success and the disk is full.
ExitCode flush_output(ExitCode code);
// The diagnostics of all bad files to standard error, and how many there are.
ExitCode fail(const std::vector<BadFile>& bad_files);

}  // namespace procession::cli
