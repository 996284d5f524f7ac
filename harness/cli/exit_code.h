// SPDX-License-Identifier: MIT
#pragma once
// Exit codes: the whole answer of the program in one number, for scripts. 77 is what CTest and
// Automake take for "skipped"; 128 + N is what shells report for signal N.

#include "harness/base/result.h"
#include "harness/report/result.h"

namespace procession::cli {

enum class ExitCode : int {
  AsExpected = 0,
  Broken = 1,
  BadInput = 2,
  Failed = 3,
  Worse = 4,
  NothingSelected = 5,
  Inconclusive = 6,
  AllSkipped = 77,
  Deadline = 124,
  Interrupted = 130,
  Terminated = 143,
};

inline constexpr const char* kExitCodesHelp =
    "Exit codes:\n"
    "  0    all as expected\n"
    "  1    something is broken\n"
    "  2    usage, or a file is wrong: nothing was started\n"
    "  3    the machine or the harness could not\n"
    "  4    --gate: a figure got worse\n"
    "  5    nothing selected\n"
    "  6    nothing broken, but something inconclusive or invalid; --gate: it cannot be told\n"
    "  77   all skipped\n"
    "  124  --deadline passed\n"
    "  130  ended by SIGINT; 143 by SIGTERM\n";

inline constexpr const char* kEnvironmentHelp =
    "Options in PROCESSION_OPTS stand in front of those of the command line, which overrule them.\n"
    "Where an option has a variable of its own (Env:), that is its default.\n";

[[nodiscard]] ExitCode exit_code_of(const base::Error& error);

// Of the scenarios' outcomes alone; the first that applies of 2, 3, 1, 6, 5, 77, 0.
[[nodiscard]] ExitCode exit_code_of(const report::SessionResult& session);

}  // namespace procession::cli
