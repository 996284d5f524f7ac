// SPDX-License-Identifier: MIT
#pragma once
// Completion for shells, made from the command line itself: its commands, their options, and what
// each option takes by the name of its type: "a|b" are choices, FILE, PATHS … are files. Pure.

#include <string>

namespace CLI {
class App;
}

namespace procession::cli {

// Scripts to be sourced by bash 4 or later; to lie in zsh's fpath as _procession, or be sourced.
[[nodiscard]] std::string bash_completion(const CLI::App& app);
[[nodiscard]] std::string zsh_completion(const CLI::App& app);

}  // namespace procession::cli
