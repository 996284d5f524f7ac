// SPDX-License-Identifier: MIT
#include "harness/report/markdown.h"

#include "harness/base/text.h"
#include "harness/measure/figure.h"
#include "harness/report/console.h"
#include "harness/report/markdown_text.h"
#include "harness/report/sparkline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace procession::report {

namespace {

constexpr std::string_view kUnknown = "—";
constexpr std::size_t kSparkline = 40;  // columns

// What is left out, if there is no room, is left out an item at a time.
struct Section {
  std::string what;  // its items, for the note at the end: "failures"
  std::string begin;
  std::vector<std::string> items;
  std::string end;
};

Section table(std::string what, std::string_view title, std::string_view columns,
              std::string_view alignment) {
  return {std::move(what), fmt::format("\n### {}\n\n{}\n{}\n", title, columns, alignment), {}, {}};
}

Section folded_table(std::string what, std::string_view summary, std::string_view columns,
                     std::string_view alignment) {
  return {std::move(what),
          fmt::format("\n<details><summary>{}</summary>\n\n{}\n{}\n", summary, columns, alignment),
          {},
          "\n</details>\n"};
}

std::string counted(std::size_t count, std::string_view one, std::string_view more) {
  return fmt::format("{} {}", count, count == 1 ? one : more);
}

std::string duration_text(double ns) {
  return base::format_duration(base::Duration(static_cast<std::int64_t>(std::llround(ns))));
}

// 12,903: whole numbers with commas, small ones with three digits.
std::string number_text(double number) {
  if (std::fabs(number) < 100 && number != std::floor(number)) {
    return fmt::format("{:.3g}", number);
  }
  std::string digits = fmt::format("{:.0f}", number);
  const std::ptrdiff_t first = digits.starts_with('-') ? 1 : 0;
  for (auto at = std::ssize(digits) - 3; at > first; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return digits;
}

std::string value_text(double value, std::string_view unit) {
  if (!std::isfinite(value)) {
    return std::string(kUnknown);
  }
  return unit == "ns" ? duration_text(value) : number_text(value) + markdown_prose(unit);
}

std::string invalid_text(const std::string& why) {
  return why.empty() ? why : fmt::format(" (invalid: {})", markdown_prose(why));
}

// --- how it went -------------------------------------------------------------------------------

std::string headline(const SessionResult& session) {
  const auto failed = static_cast<std::size_t>(std::ranges::count_if(
      session.scenarios,
      [](const ScenarioResult& scenario) { return is_failure(scenario.outcome); }));
  const std::size_t total = session.scenarios.size();
  const std::string scenarios = counted(total, "scenario", "scenarios");
  return failed == 0 ? fmt::format("## ✅ {}, none failed\n", scenarios)
                     : fmt::format("## ❌ {} of {} failed\n", failed, scenarios);
}

std::string circumstances(const SessionResult& session) {
  return fmt::format("\n{} — started {}, took {}, seed {}\n", markdown_code(session.command),
                     markdown_code(session.started), base::format_duration(session.wall),
                     session.seed);
}

std::string counts_table(const SessionResult& session) {
  const Counts counts = count_outcomes(session);
  std::string rows;
  for (std::size_t i = 0; i < kOutcomeCount; ++i) {
    if (counts[i] > 0) {
      rows += fmt::format("| {} | {} |\n", to_string(static_cast<Outcome>(i)), counts[i]);
    }
  }
  return rows.empty() ? rows : "\n| outcome | scenarios |\n|---|---:|\n" + rows;
}

// --- failures ----------------------------------------------------------------------------------

std::string failure_text(const ScenarioResult& result) {
  std::string shown =
      fmt::format("\n#### {}: {}\n\n", to_string(result.outcome), markdown_code(result.id));
  if (!result.title.empty()) {
    shown += fmt::format("_{}_\n\n", markdown_prose(result.title));
  }
  for (const verify::Verdict& verdict : result.judgement.verdicts) {
    if (!verdict.as_expected()) {
      shown += fmt::format("- **{}** {}: {}\n", markdown_prose(verdict.key),
                           markdown_code(verdict.text), markdown_prose(verdict.message));
    }
  }
  return shown + "\n" + markdown_code_block(console_scenario(result, Colour::No));
}

Section failures(const SessionResult& session) {
  Section section{"failures", "\n### Failures\n", {}, {}};
  for (const ScenarioResult& scenario : session.scenarios) {
    if (is_failure(scenario.outcome)) {
      section.items.push_back(failure_text(scenario));
    }
  }
  return section;
}

// --- loads -------------------------------------------------------------------------------------

// Of "client.load.rate": "rate" and "client.load".
std::string_view last_word(std::string_view name) { return name.substr(name.rfind('.') + 1); }
std::string_view load_of(std::string_view name) { return name.substr(0, name.rfind('.')); }

std::string number_cell(std::span<const measure::Number> numbers, std::string_view name) {
  const auto found = std::ranges::find_if(
      numbers, [&](const measure::Number& number) { return last_word(number.name) == name; });
  return found == numbers.end()
             ? std::string(kUnknown)
             : value_text(found->value, found->unit) + invalid_text(found->invalid);
}

// Requests answered over time in the run that is shown.
std::string throughput_cell(const ScenarioResult& result, std::string_view load) {
  const std::vector<verify::Throughput>& all = result.judgement.throughputs;
  const auto found = std::ranges::find(all, load, &verify::Throughput::name);
  if (found == all.end() || found->ended.empty() || found->window_ns <= 0) {
    return std::string(kUnknown);
  }
  const std::vector<double> ended(found->ended.begin(), found->ended.end());
  const double most = *std::ranges::max_element(ended);
  return fmt::format("{} up to {}/s", sparkline(ended, kSparkline),
                     number_text(most * 1e9 / static_cast<double>(found->window_ns)));
}

std::string load_row(const ScenarioResult& result, std::span<const measure::Number> numbers) {
  const std::string_view load = load_of(numbers.front().name);
  return fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", markdown_code(result.id),
                     markdown_code(load), number_cell(numbers, "rate"),
                     number_cell(numbers, "requests"), number_cell(numbers, "errors"),
                     number_cell(numbers, "unfinished"), throughput_cell(result, load));
}

void add_load_rows(const ScenarioResult& result, Section& section) {
  std::span<const measure::Number> numbers = result.judgement.numbers;
  while (!numbers.empty()) {
    const std::string_view load = load_of(numbers.front().name);
    const auto end = std::ranges::find_if(
        numbers, [&](const measure::Number& number) { return load_of(number.name) != load; });
    const auto count = static_cast<std::size_t>(end - numbers.begin());
    section.items.push_back(load_row(result, numbers.first(count)));
    numbers = numbers.subspan(count);
  }
}

Section loads(const SessionResult& session) {
  Section section = table(
      "loads", "Loads", "| scenario | load | rate | requests | errors | unfinished | throughput |",
      "|---|---|---:|---:|---:|---:|---|");
  for (const ScenarioResult& scenario : session.scenarios) {
    add_load_rows(scenario, section);
  }
  return section;
}

// --- figures -----------------------------------------------------------------------------------

std::string interval_text(const measure::Bounds& bounds, std::string_view unit) {
  const auto end = [&](const std::optional<double>& bound) {
    return bound ? value_text(*bound, unit) : std::string(kUnknown);
  };
  return !bounds.low && !bounds.high
             ? std::string()
             : fmt::format(" ({} to {})", end(bounds.low), end(bounds.high));
}

std::string statistic_cell(const measure::Figure& figure, std::string_view name,
                           const std::optional<double>& value, const measure::Bounds& bounds) {
  if (!value || !std::isfinite(*value)) {
    return std::string(kUnknown);
  }
  return fmt::format("{}{}{}", figure.is_at_least(name) ? "≥ " : "",
                     value_text(*value, figure.unit), interval_text(bounds, figure.unit));
}

std::string percentile_cell(const measure::Figure& figure, double percent) {
  const auto found =
      std::ranges::find(figure.percentiles, percent, &measure::Figure::Percentile::percent);
  return found == figure.percentiles.end()
             ? std::string(kUnknown)
             : statistic_cell(figure, fmt::format("p{}", percent), found->value, found->bounds);
}

std::string figure_row(const ScenarioResult& result, const measure::Figure& figure) {
  return fmt::format("| {} | {}{} | {} | {} | {} | {} | {} |\n", markdown_code(result.id),
                     markdown_code(figure.name), invalid_text(figure.invalid),
                     number_text(static_cast<double>(figure.count)), percentile_cell(figure, 50),
                     percentile_cell(figure, 99), percentile_cell(figure, 99.9),
                     statistic_cell(figure, "max", figure.max, {}));
}

Section figures(const SessionResult& session) {
  Section section = table("figures", "Figures, with 95 % confidence intervals",
                          "| scenario | figure | n | p50 | p99 | p99.9 | max |",
                          "|---|---|---:|---:|---:|---:|---:|");
  for (const ScenarioResult& scenario : session.scenarios) {
    for (const measure::Figure& figure : scenario.judgement.figures) {
      section.items.push_back(figure_row(scenario, figure));
    }
  }
  return section;
}

// --- folded away -------------------------------------------------------------------------------

std::string outcome_row(const ScenarioResult& result, const verify::SeenOutcome& outcome) {
  std::vector<std::string> values;
  for (const auto& [name, value] : outcome.values) {
    values.push_back(fmt::format("{} = {}", name, value));
  }
  return fmt::format("| {} | {} | {} | {} |\n", markdown_code(result.id),
                     markdown_code(base::join_words(values, ", ")),
                     number_text(static_cast<double>(outcome.count)),
                     outcome.listed.empty() ? "in no list" : markdown_prose(outcome.listed));
}

Section outcomes(const SessionResult& session) {
  Section section = folded_table("outcomes", "Outcomes that were seen",
                                 "| scenario | outcome | times | listed |", "|---|---|---:|---|");
  for (const ScenarioResult& scenario : session.scenarios) {
    for (const verify::SeenOutcome& outcome : scenario.judgement.outcomes) {
      section.items.push_back(outcome_row(scenario, outcome));
    }
  }
  return section;
}

std::string scenario_row(const ScenarioResult& result) {
  const std::string runs = result.runs == result.runs_wanted
                               ? std::to_string(result.runs)
                               : fmt::format("{} of {}", result.runs, result.runs_wanted);
  return fmt::format(
      "| {}{} | {} | {} | {} |\n", to_string(result.outcome),
      result.reason.empty() ? "" : fmt::format(": {}", markdown_prose(result.reason)),
      markdown_code(result.id), runs, base::format_duration(result.wall));
}

Section scenarios(const SessionResult& session) {
  Section section = folded_table("scenarios of the list",
                                 fmt::format("All scenarios ({})", session.scenarios.size()),
                                 "| outcome | scenario | runs | time |", "|---|---|---:|---:|");
  for (const ScenarioResult& scenario : session.scenarios) {
    section.items.push_back(scenario_row(scenario));
  }
  return section;
}

Section machine(const SessionResult& session) {
  Section section = folded_table("facts of the machine", "Machine", "| | |", "|---|---|");
  for (const auto& [name, value] : session.machine) {
    section.items.push_back(
        fmt::format("| {} | {} |\n", markdown_prose(name), markdown_prose(value)));
  }
  return section;
}

// --- the whole ---------------------------------------------------------------------------------

// For the note about what was left out.
constexpr std::size_t kReserve = 1024;

// Adds what there is room for; how many items there is none for.
std::size_t add_section(const Section& section, std::size_t limit, std::string& document) {
  std::string added = section.begin;
  std::size_t left_out = 0;
  for (const std::string& item : section.items) {
    const bool fits = document.size() + added.size() + item.size() + section.end.size() <= limit;
    added += fits ? item : std::string();
    left_out += fits ? 0 : 1;
  }
  if (left_out < section.items.size()) {
    document += added + section.end;
  }
  return left_out;
}

std::string note_text(const std::vector<std::string>& left_out, std::size_t limit) {
  return left_out.empty()
             ? std::string()
             : fmt::format("\nLeft out, to stay within {} KiB: {}. `--json` has all.\n",
                           limit / 1024, base::enumerate_words(left_out));
}

}  // namespace

std::string to_markdown(const SessionResult& session) {
  return to_markdown(session, kMarkdownLimit);
}

std::string to_markdown(const SessionResult& session, std::size_t limit) {
  std::string document = headline(session) + circumstances(session) + counts_table(session);
  std::vector<std::string> left_out;
  for (const Section& section : {failures(session), loads(session), figures(session),
                                 outcomes(session), scenarios(session), machine(session)}) {
    const std::size_t count = add_section(section, limit - kReserve, document);
    if (count > 0) {
      left_out.push_back(fmt::format("{} of {} {}", count, section.items.size(), section.what));
    }
  }
  return document + note_text(left_out, limit);
}

}  // namespace procession::report
