// SPDX-License-Identifier: MIT
#pragma once
// Defaults from the environment. PROCESSION_OPTS holds options that every `run` is to begin with,
// as one would write them on the command line. Some options of their own have a variable of their
// own too, PROCESSION_<OPTION>; `--help` names it. What stands on the command line overrules
// PROCESSION_OPTS, and that overrules the variables of single options. An empty variable is none.

#include "harness/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace procession::cli {

// The arguments with PROCESSION_OPTS put in. BadInput, naming the variable, if that or another
// variable does not hold what its option takes.
[[nodiscard]] base::Result<std::vector<std::string>> with_environment(
    std::vector<std::string> arguments);

// Words as a shell would separate them: by blanks; '…', "…" and \ keep them together. Nothing is
// expanded. BadInput: a quote that does not end.
[[nodiscard]] base::Result<std::vector<std::string>> shell_words(std::string_view text);

}  // namespace procession::cli
