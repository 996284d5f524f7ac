// SPDX-License-Identifier: MIT
// procession new: a first scenario file, with comments, that runs and holds.

#include "harness/cli/command_line.h"
#include "harness/cli/commands.h"
#include "harness/cli/starter.h"
#include "harness/cli/write_all.h"
#include "harness/os/unique_fd.h"
#include "harness/report/printable.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <unistd.h>
#include <utility>

namespace procession::cli {

namespace {

base::Error refused(const std::string& file, std::string_view why) {
  return {base::ErrorKind::BadInput, fmt::format("{}: {}", report::printable(file), why)};
}

// A link to nowhere stands in the way, too: whatever it is, it stays.
base::Result<> write_new(const std::string& file, std::string_view text) {
  const os::UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!fd) {
    return errno == EEXIST ? refused(file, "exists, and is left as it is: give another name")
                           : base::system_error("write " + report::printable(file), errno);
  }
  base::Result<> written = write_all(fd.get(), text);
  if (!written) {
    ::unlink(file.c_str());
    return std::move(written).error().context(report::printable(file));
  }
  return {};
}

ExitCode write_starter(const std::string& file) {
  if (file == "-") {
    put(kStarter);
    return ExitCode::AsExpected;
  }
  if (std::filesystem::path(file).extension() != ".yaml") {
    return fail(refused(file, "the name of a scenario file ends with .yaml"));
  }
  if (const base::Result<> written = write_new(file, kStarter); !written) {
    return fail(written.error());
  }
  const std::string name = shell_word(file);
  put(fmt::format("wrote {0}; play it with: procession run {0}\n", name));
  return ExitCode::AsExpected;
}

}  // namespace

void add_new_command(CLI::App& app, Command& chosen) {
  const auto file = std::make_shared<std::string>("scenario.yaml");
  CLI::App* command = app.add_subcommand("new", "Write a first scenario file, with comments");
  command->add_option("FILE", *file, "Where to (scenario.yaml); - is standard output");
  command->callback([&chosen, file] { chosen = [file] { return write_starter(*file); }; });
}

}  // namespace procession::cli
