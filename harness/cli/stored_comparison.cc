// SPDX-License-Identifier: MIT
#include "harness/cli/stored_comparison.h"

#include "harness/cli/baseline.h"
#include "harness/cli/circumstances.h"
#include "harness/cli/comparable.h"
#include "harness/cli/reports.h"
#include "harness/cli/stored_results.h"
#include "harness/measure/looks.h"
#include "harness/report/printable.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace procession::cli {

namespace {

namespace fs = std::filesystem;
using report::ComparedFigure;
using report::ComparisonResult;
using report::ScenarioResult;
using report::SessionResult;

base::Error bad(std::string message) { return {base::ErrorKind::BadInput, std::move(message)}; }

// Empty: it tells none.
std::string machine_class(const SessionResult& session) {
  return fact_of(session.machine, "class");
}

// Of a folder that holds one for each class of machines.
base::Result<std::string> baseline_in(const std::string& folder, const std::string& wanted) {
  if (wanted.empty()) {
    return bad(
        fmt::format("{}: which baseline is meant? NEW does not tell the class of its machine",
                    report::printable(folder)));
  }
  const base::Result<Baselines> baselines = find_baseline(folder, wanted);
  if (!baselines) {
    return baselines.error();
  }
  return baselines->path ? base::Result<std::string>(*baselines->path)
                         : bad(fmt::format("{}; nor does it hold {}", why_no_baseline(*baselines),
                                           kResultName));
}

bool may_hold_baselines(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored) && !fs::exists(fs::path(path) / kResultName, ignored);
}

const ScenarioResult* find(const SessionResult& session, const std::string& id) {
  const auto found = std::find_if(session.scenarios.begin(), session.scenarios.end(),
                                  [&](const ScenarioResult& result) { return result.id == id; });
  return found == session.scenarios.end() ? nullptr : &*found;
}

std::string unexpected(const ScenarioResult& result, const char* side) {
  return result.outcome == report::Outcome::AsExpected
             ? ""
             : fmt::format("{} in {}", report::to_string(result.outcome), side);
}

class StoredComparison {
 public:
  StoredComparison(const StoredPair& pair, std::span<const std::string> wanted)
      : pair_(pair), wanted_(wanted) {
    const std::string base = machine_class(pair.base_result);
    const std::string changed = machine_class(pair.changed_result);
    if (!base.empty() && !changed.empty() && base != changed) {
      other_machine_ = fmt::format("other machines: {} and {}", base, changed);
    }
  }

  std::vector<ComparedFigure> figures() {
    for (const ScenarioResult& base : pair_.base_result.scenarios) {
      add_scenario(base.id, &base, find(pair_.changed_result, base.id));
    }
    for (const ScenarioResult& changed : pair_.changed_result.scenarios) {
      if (find(pair_.base_result, changed.id) == nullptr) {
        add_scenario(changed.id, nullptr, &changed);
      }
    }
    return std::move(figures_);
  }

 private:
  void add_scenario(const std::string& id, const ScenarioResult* base,
                    const ScenarioResult* changed) {
    std::string not_judged = other_machine_;
    for (const std::string& reason : {base != nullptr ? unexpected(*base, "base") : "",
                                      changed != nullptr ? unexpected(*changed, "new") : ""}) {
      not_judged = not_judged.empty() ? reason : not_judged;
    }
    const auto values_of = [](const ScenarioResult* result) {
      return result != nullptr ? comparable_by_run(*result) : std::vector<Comparable>();
    };
    const std::vector<Comparable> before = values_of(base);
    const std::vector<Comparable> after = values_of(changed);
    for (const Comparable& one : before) {
      add(compared(id, &one, cli::find(after, one.name)), not_judged);
    }
    for (const Comparable& one : after) {
      if (cli::find(before, one.name) == nullptr) {
        add(compared(id, nullptr, &one), not_judged);
      }
    }
  }

  void add(ComparedFigure figure, const std::string& not_judged) {
    if (is_wanted(wanted_, figure.name)) {
      figure.not_judged = not_judged.empty() ? figure.not_judged : not_judged;
      figures_.push_back(std::move(figure));
    }
  }

  const StoredPair& pair_;
  std::span<const std::string> wanted_;
  std::string other_machine_;
  std::vector<ComparedFigure> figures_;
};

// What would help those that had too few runs.
std::string too_few_runs(const ComparisonResult& result) {
  std::uint64_t needed = 0;
  for (const ComparedFigure& figure : result.figures) {
    if (figure.needs_rounds > figure.base.size()) {
      needed = std::max(needed, figure.needs_rounds);
    }
  }
  return needed == 0
             ? ""
             : fmt::format("some figures have too few runs: `--runs {}` or more, for both", needed);
}

}  // namespace

base::Result<StoredPair> read_pair(const std::string& base, const std::string& changed) {
  base::Result<SessionResult> changed_result = read_stored_result(changed);
  if (!changed_result) {
    return changed_result.error();
  }
  const base::Result<std::string> base_path =
      may_hold_baselines(base) ? baseline_in(base, machine_class(*changed_result))
                               : base::Result<std::string>(base);
  if (!base_path) {
    return base_path.error();
  }
  base::Result<SessionResult> base_result = read_stored_result(*base_path);
  if (!base_result) {
    return base_result.error();
  }
  return StoredPair{*base_path, changed, *std::move(base_result), *std::move(changed_result)};
}

ComparisonResult compare_stored(const StoredPair& pair, double margin,
                                std::span<const std::string> figures) {
  ComparisonResult result;
  result.base = pair.base;
  result.changed = pair.changed;
  result.margin = margin;
  result.machine = pair.changed_result.machine;
  result.figures = StoredComparison(pair, figures).figures();
  report::judge(result, [](std::uint64_t rounds, std::size_t share) {
    return measure::sign_test_needs(rounds, report::kTail / static_cast<double>(share));
  });
  result.notes = {
      "these were not measured side by side: what else was different, as the load of the machine, "
      "looks like a change; `procession bench --vs` excludes that"};
  if (std::string few = too_few_runs(result); !few.empty()) {
    result.notes.push_back(std::move(few));
  }
  return result;
}

}  // namespace procession::cli
