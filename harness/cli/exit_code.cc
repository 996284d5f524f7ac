// SPDX-License-Identifier: MIT
#include "harness/cli/exit_code.h"

#include <csignal>

namespace procession::cli {

ExitCode exit_code_of(const base::Error& error) {
  switch (error.kind) {
    case base::ErrorKind::BadInput:
      return ExitCode::BadInput;
    case base::ErrorKind::Interrupted:
      return error.number == SIGTERM ? ExitCode::Terminated : ExitCode::Interrupted;
    case base::ErrorKind::Unsupported:
    case base::ErrorKind::NotPermitted:
    case base::ErrorKind::Exhausted:
    case base::ErrorKind::Io:
      break;
  }
  return ExitCode::Failed;
}

ExitCode exit_code_of(const report::SessionResult& session) {
  using report::Outcome;
  const report::Counts counts = report::count_outcomes(session);
  const auto count = [&](Outcome outcome) { return counts[static_cast<std::size_t>(outcome)]; };
  if (count(Outcome::Unreadable) > 0) {
    return ExitCode::BadInput;
  }
  if (count(Outcome::Failed) > 0) {
    return ExitCode::Failed;
  }
  if (count(Outcome::Broken) > 0) {
    return ExitCode::Broken;
  }
  if (count(Outcome::Invalid) + count(Outcome::Inconclusive) > 0) {
    return ExitCode::Inconclusive;
  }
  if (session.scenarios.empty()) {
    return ExitCode::NothingSelected;
  }
  return count(Outcome::Skipped) == session.scenarios.size() ? ExitCode::AllSkipped
                                                             : ExitCode::AsExpected;
}

}  // namespace procession::cli
