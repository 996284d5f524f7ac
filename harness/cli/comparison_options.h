// SPDX-License-Identifier: MIT
#pragma once
// What `compare` and `bench --vs` have in common: how to judge, and what to do with the answer. The
// files are opened before anything happens and written whole at the end; without an answer they
// stay as they are.

#include "harness/base/result.h"
#include "harness/cli/display.h"
#include "harness/cli/exit_code.h"
#include "harness/cli/result_file.h"
#include "harness/report/comparison.h"

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace procession::cli {

struct ComparisonOptions {
  double margin = 0.02;
  bool gate = false;
  std::vector<std::string> figures;  // patterns; empty: all
  std::string json;                  // files; empty: not wanted
  std::string markdown;
  bool every_round = false;
  ColourChoice colour = ColourChoice::Automatic;
};

// --margin, --gate, --figure, -v and --color; --json and --markdown unless the command has them
// already. Those but --color are returned, for `needs`.
std::vector<CLI::Option*> add_comparison_options(CLI::App& command, ComparisonOptions& options);

// "2%", "0.5%": 0.02, 0.005. From 0 to below 100 %.
[[nodiscard]] base::Result<double> read_margin(std::string_view text);

class ComparisonFiles {
 public:
  [[nodiscard]] static base::Result<ComparisonFiles> open(const ComparisonOptions& options);
  base::Result<> write(const report::ComparisonResult& result);

 private:
  std::optional<ResultFile> json_;
  std::optional<ResultFile> markdown_;
};

// Shows it, writes the files, and tells the exit code: what `gate` makes of it, else 0.
[[nodiscard]] ExitCode conclude(const report::ComparisonResult& result,
                                const ComparisonOptions& options, ComparisonFiles& files);

}  // namespace procession::cli
