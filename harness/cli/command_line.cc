// SPDX-License-Identifier: MIT
#include "harness/cli/command_line.h"

#include "harness/scenario/scalar.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <string_view>

namespace procession::cli {

namespace {

bool needs_no_quotes(std::string_view word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%";
  return !word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos;
}

std::string quote(std::string_view word) {
  if (needs_no_quotes(word)) {
    return std::string(word);
  }
  std::string quoted = "'";
  for (const char c : word) {
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return quoted + "'";
}

// What cannot be told is lost: there is nobody else to tell.
void put_error(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

}  // namespace

std::string command_line(int argc, const char* const* argv) {
  std::string line;
  for (int i = 0; i < argc; ++i) {
    line += (i > 0 ? " " : "") + quote(argv[i]);
  }
  return line;
}

void add_selector(CLI::App& command, Selector& selector) {
  command
      .add_option("PATHS", selector.paths,
                  "Scenario files, folders of them, or single instances: file[key=value]")
      ->required();
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
}

void add_duration(CLI::App& command, const std::string& name, std::optional<base::Duration>& length,
                  const std::string& description) {
  const auto read = [name, &length](const std::string& text) {
    const base::Result<base::Duration> duration = scenario::read_duration(text);
    if (!duration) {
      throw CLI::ValidationError(name, duration.error().message);
    }
    length = *duration;
  };
  command.add_option_function<std::string>(name, read, description)->type_name("DURATION");
}

void put(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

ExitCode fail(const base::Error& error) {
  put_error(fmt::format("procession: {}\n", error.message));
  return exit_code_of(error);
}

ExitCode fail_nothing_selected() {
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
