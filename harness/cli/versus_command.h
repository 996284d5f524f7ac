// SPDX-License-Identifier: MIT
#pragma once
// bench --vs OTHER: two arms side by side (versus.h). The options, and what is done with them.

#include "harness/base/time.h"
#include "harness/cli/comparison_options.h"
#include "harness/cli/exit_code.h"
#include "harness/cli/select.h"
#include "harness/run/play.h"

#include <cstdint>
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace procession::cli {

struct VersusCommand {
  std::string other;  // empty: no comparison is wanted
  std::optional<base::Duration> budget;
  std::uint32_t rounds = 500;
  ComparisonOptions comparison;
};

// --vs, and what only means something with it.
void add_versus(CLI::App& command, VersusCommand& options);

struct VersusCircumstances {
  std::string command_line;
  std::optional<std::uint32_t> seed;
  std::optional<std::uint32_t> runs;
  std::optional<base::Duration> timeout;
  run::Containment containment = run::Containment::Automatic;
};

[[nodiscard]] ExitCode run_versus(const Selector& selector, const VersusCommand& options,
                                  const VersusCircumstances& circumstances);

}  // namespace procession::cli
