// SPDX-License-Identifier: MIT
#include "harness/cli/comparison_options.h"

#include "harness/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <charconv>
#include <unistd.h>
#include <utility>

namespace procession::cli {

namespace {

base::Result<std::optional<ResultFile>> open_if_wanted(const std::string& path) {
  if (path.empty()) {
    return std::optional<ResultFile>();
  }
  base::Result<ResultFile> file = ResultFile::open(path);
  return file ? base::Result<std::optional<ResultFile>>(std::optional(*std::move(file)))
              : file.error();
}

base::Result<> write_if_wanted(std::optional<ResultFile>& file, const std::string& text) {
  if (!file) {
    return {};
  }
  base::Result<> written = file->append(text);
  return written ? file->commit() : written;
}

void add_file(CLI::App& command, const std::string& name, std::string& path,
              const std::string& description, std::vector<CLI::Option*>& all) {
  if (command.get_option_no_throw(name) == nullptr) {
    all.push_back(command.add_option(name, path, description)->type_name("FILE"));
  }
}

ExitCode gate_code(report::Conclusion conclusion) {
  switch (conclusion) {
    case report::Conclusion::Worse:
      return ExitCode::Worse;
    case report::Conclusion::Invalid:
    case report::Conclusion::CannotTell:
      return ExitCode::Inconclusive;
    case report::Conclusion::NotWorse:
      break;
  }
  return ExitCode::AsExpected;
}

}  // namespace

base::Result<double> read_margin(std::string_view text) {
  const auto wrong = [&] {
    return base::Error{base::ErrorKind::BadInput,
                       fmt::format("`{}` is no share below 100 %, as 2% or 0.5%", text)};
  };
  if (!text.ends_with('%')) {
    return wrong();
  }
  const std::string_view number = text.substr(0, text.size() - 1);
  double percent = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), percent,
                                            std::chars_format::fixed);
  const bool whole = error == std::errc() && end == number.data() + number.size();
  return whole && percent >= 0 && percent < 100 ? base::Result<double>(percent / 100) : wrong();
}

std::vector<CLI::Option*> add_comparison_options(CLI::App& command, ComparisonOptions& options) {
  std::vector<CLI::Option*> all;
  all.push_back(add_read_option(command, "--margin", read_margin, options.margin,
                                "How much worse is still not worse (2%)")
                    ->type_name("SHARE"));
  all.push_back(command.add_flag(
      "--gate", options.gate,
      "Exit code 4 if a figure is worse, 6 if that cannot be told; otherwise 0 whatever is seen"));
  all.push_back(command
                    .add_option("--figure", options.figures,
                                "Only figures that match, as run.wall, load.rate or *.p50; may be "
                                "repeated: any of them")
                    ->type_name("GLOB")
                    ->allow_extra_args(false));
  add_file(command, "--json", options.json, "Write the comparison there, with every round", all);
  add_file(command, "--markdown", options.markdown, "Write it there as a table for CI", all);
  all.push_back(
      command.add_flag("-v,--verbose", options.every_round, "Show the ratio of every round"));
  add_colour(command, options.colour);
  return all;
}

base::Result<ComparisonFiles> ComparisonFiles::open(const ComparisonOptions& options) {
  ComparisonFiles files;
  for (const auto& [path, member] : {std::pair(&options.json, &ComparisonFiles::json_),
                                     std::pair(&options.markdown, &ComparisonFiles::markdown_)}) {
    base::Result<std::optional<ResultFile>> file = open_if_wanted(*path);
    if (!file) {
      return file.error();
    }
    if (*file) {
      (files.*member).emplace(**std::move(file));
    }
  }
  return files;
}

base::Result<> ComparisonFiles::write(const report::ComparisonResult& result) {
  const base::Result<> json =
      write_if_wanted(json_, json_ ? report::comparison_to_json(result) : "");
  const base::Result<> markdown =
      write_if_wanted(markdown_, markdown_ ? report::comparison_to_markdown(result) : "");
  return json ? markdown : json;
}

ExitCode conclude(const report::ComparisonResult& result, const ComparisonOptions& options,
                  ComparisonFiles& files) {
  put(report::console_comparison(result, options.every_round,
                                 colour_for(options.colour, STDOUT_FILENO)));
  if (const base::Result<> written = files.write(result); !written) {
    return fail(written.error());
  }
  return options.gate ? gate_code(report::conclusion_of(result)) : ExitCode::AsExpected;
}

}  // namespace procession::cli
