// SPDX-License-Identifier: MIT
#include "harness/cli/command_line.h"

#include "harness/cli/circumstances.h"
#include "harness/scenario/scalar.h"

#include <fmt/format.h>

#include <cstdio>
#include <limits>
#include <string_view>

namespace procession::cli {

namespace {

bool needs_no_quotes(std::string_view word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%";
  return !word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos;
}

// What cannot be told is lost: there is nobody else to tell.
void put_error(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

}  // namespace

std::string shell_word(std::string_view word) {
  if (needs_no_quotes(word)) {
    return std::string(word);
  }
  std::string quoted = "'";
  for (const char c : word) {
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return quoted + "'";
}

std::string command_line(int argc, const char* const* argv) {
  std::string line;
  for (int i = 0; i < argc; ++i) {
    line += (i > 0 ? " " : "") + shell_word(argv[i]);
  }
  return line;
}

CLI::Option* add_selector(CLI::App& command, Selector& selector) {
  CLI::Option* const paths =
      command.add_option("PATHS", selector.paths,
                         "Scenario files, folders of them, or single instances: file[key=value]");
  // One value each time, or `--filter '*' file` would take the file too.
  command
      .add_option("--filter", selector.filters,
                  "Only ids that match this pattern of * and ?; may be repeated: any of them")
      ->type_name("GLOB")
      ->allow_extra_args(false);
  command
      .add_option("-L,--label", selector.labels,
                  "Only scenarios with this tag; may be repeated: any of them")
      ->type_name("TAG")
      ->allow_extra_args(false);
  command
      .add_option("-E,--exclude-label", selector.excluded_labels,
                  "No scenarios with this tag; may be repeated")
      ->type_name("TAG")
      ->allow_extra_args(false);
  add_read_option(command, "--shard", read_shard, selector.shard,
                  "Only the I-th of N parts, for N machines; each id has its part: 2/4")
      ->type_name("I/N")
      ->envname("PROCESSION_SHARD");
  return paths;
}

void add_seed(CLI::App& command, std::optional<std::uint32_t>& seed) {
  add_number(command, "--seed", seed, 0, std::numeric_limits<std::uint32_t>::max(),
             "Of --shuffle and of every `order: random` (0, or drawn by --shuffle)")
      ->envname("PROCESSION_SEED");
}

base::Result<base::Duration> read_positive_duration(std::string_view text) {
  base::Result<base::Duration> length = scenario::read_duration(text);
  if (length && length->count() == 0) {
    return base::Error{base::ErrorKind::BadInput, fmt::format("`{}` is no time at all", text)};
  }
  return length;
}

CLI::Option* add_duration(CLI::App& command, const std::string& name,
                          std::optional<base::Duration>& length, const std::string& description) {
  return add_read_option(command, name, read_positive_duration, length, description)
      ->type_name("DURATION");
}

void add_containment(CLI::App& command, run::Containment& containment) {
  take_choice(command.add_option("--containment", containment,
                                 "What keeps processes from escaping (automatic)"),
              kContainments)
      ->envname("PROCESSION_CONTAINMENT");
}

void add_progress(CLI::App& command, ProgressChoice& choice) {
  static const std::map<std::string, ProgressChoice> kChoices = {
      {"auto", ProgressChoice::Automatic},
      {"always", ProgressChoice::Always},
      {"never", ProgressChoice::Never}};
  CLI::Option* const option = command.add_option(
      "--progress", choice,
      "auto shows on a terminal how far it is; always also elsewhere, as a line now and then");
  take_choice(option, kChoices)->envname("PROCESSION_PROGRESS");
  command.add_flag_callback(
      "--no-progress", [&choice] { choice = ProgressChoice::Never; }, "As --progress never");
}

void add_colour(CLI::App& command, ColourChoice& choice) {
  static const std::map<std::string, ColourChoice> kChoices = {{"auto", ColourChoice::Automatic},
                                                               {"always", ColourChoice::Always},
                                                               {"never", ColourChoice::Never}};
  CLI::Option* const option = command.add_option(
      "--color", choice, "auto heeds NO_COLOR and CLICOLOR_FORCE; else a terminal gets colours");
  take_choice(option, kChoices)->envname("PROCESSION_COLOR");
}

void put(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void put_note(std::string_view text) { put_error(fmt::format("procession: {}\n", text)); }

ExitCode fail(const base::Error& error) {
  put_note(error.message);
  return exit_code_of(error);
}

ExitCode nothing_selected(const Selector& selector, const Selection& selection) {
  if (selection.in_other_shards > 0) {
    put_error(fmt::format("procession: nothing to do: shard {}/{} has none of {} scenarios\n",
                          selector.shard->number, selector.shard->count,
                          selection.in_other_shards));
    return ExitCode::AsExpected;
  }
  put_error("procession: nothing selected\n");
  return ExitCode::NothingSelected;
}

ExitCode flush_output(ExitCode code) {
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  return written || code != ExitCode::AsExpected
             ? code
             : fail(base::Error{base::ErrorKind::Io, "standard output could not take all"});
}

ExitCode fail(const std::vector<BadFile>& bad_files) {
  for (const BadFile& bad : bad_files) {
    for (const std::string& diagnostic : bad.diagnostics) {
      put_error(diagnostic + (diagnostic.ends_with('\n') ? "" : "\n"));
    }
  }
  put_error(fmt::format("procession: {} {} wrong\n", bad_files.size(),
                        bad_files.size() == 1 ? "file is" : "files are"));
  return ExitCode::BadInput;
}

}  // namespace procession::cli
