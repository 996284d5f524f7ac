// SPDX-License-Identifier: MIT
#include "harness/report/result.h"

namespace procession::report {

namespace {

Outcome outcome_of_unexpected(scenario::VerdictKind kind) {
  using scenario::VerdictKind;
  switch (kind) {
    case VerdictKind::Held:
    case VerdictKind::Broken:
      return Outcome::Broken;
    case VerdictKind::Invalid:
      return Outcome::Invalid;
    case VerdictKind::Inconclusive:
    case VerdictKind::Skipped:
      break;
  }
  return Outcome::Inconclusive;
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  constexpr std::array<std::string_view, kOutcomeCount> kNames = {
      "as expected", "broken",     "invalid", "inconclusive",
      "skipped",     "unreadable", "failed",  "stopped"};
  return kNames[static_cast<std::size_t>(outcome)];
}

Outcome outcome_of(const verify::Judgement& judgement) {
  // Broken, Invalid and Inconclusive are in falling order of weight, as in the enumeration.
  Outcome worst = Outcome::AsExpected;
  for (const verify::Verdict& verdict : judgement.verdicts) {
    if (verdict.as_expected()) {
      continue;
    }
    const Outcome outcome = outcome_of_unexpected(verdict.kind);
    if (worst == Outcome::AsExpected || outcome < worst) {
      worst = outcome;
    }
  }
  return worst;
}

std::string first_unexpected(const verify::Judgement& judgement) {
  for (const verify::Verdict& verdict : judgement.verdicts) {
    if (!verdict.as_expected()) {
      return verdict.text + ": " + verdict.message;
    }
  }
  return {};
}

bool is_failure(Outcome outcome) {
  switch (outcome) {
    case Outcome::AsExpected:
    case Outcome::Skipped:
    case Outcome::Stopped:
      return false;
    case Outcome::Broken:
    case Outcome::Invalid:
    case Outcome::Inconclusive:
    case Outcome::Unreadable:
    case Outcome::Failed:
      break;
  }
  return true;
}

Counts count_outcomes(const SessionResult& session) {
  Counts counts{};
  for (const ScenarioResult& scenario : session.scenarios) {
    ++counts[static_cast<std::size_t>(scenario.outcome)];
  }
  return counts;
}

}  // namespace procession::report
