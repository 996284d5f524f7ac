// SPDX-License-Identifier: MIT
#include "harness/report/console.h"

#include "harness/base/text.h"
#include "harness/measure/figure.h"
#include "harness/report/printable.h"
#include "harness/scenario/figure_pattern.h"
#include "harness/scenario/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <span>
#include <string_view>

namespace procession::report {

namespace {

using scenario::VerdictKind;

constexpr std::string_view kGreen = "32";
constexpr std::string_view kRed = "31";
constexpr std::string_view kYellow = "33";
constexpr std::string_view kBold = "1";
constexpr std::string_view kFaint = "2";

std::string paint(std::string_view text, std::string_view sgr, Colour colour) {
  return colour == Colour::Yes ? fmt::format("\x1b[{}m{}\x1b[0m", sgr, text) : std::string(text);
}

std::string_view colour_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::AsExpected:
      return kGreen;
    case Outcome::Broken:
    case Outcome::Unreadable:
    case Outcome::Failed:
      return kRed;
    case Outcome::Invalid:
    case Outcome::Inconclusive:
    case Outcome::Skipped:
    case Outcome::Stopped:
      break;
  }
  return kYellow;
}

// As wide as the longest, so that ids stand in one column.
std::string outcome_column(Outcome outcome, Colour colour) {
  return paint(fmt::format("{:<12}", to_string(outcome)), colour_of(outcome), colour);
}

std::string how_much(const ScenarioResult& result) {
  const std::string runs =
      result.runs == result.runs_wanted
          ? fmt::format("{} {}", result.runs, result.runs == 1 ? "run" : "runs")
          : fmt::format("{} of {} runs", result.runs, result.runs_wanted);
  return fmt::format("({}, {})", runs, base::format_duration(result.wall));
}

std::string head_line(const ScenarioResult& result, Colour colour) {
  std::string line = outcome_column(result.outcome, colour) + " " + printable(result.id);
  if (result.runs_wanted > 0) {
    line += " " + paint(how_much(result), kFaint, colour);
  }
  if (!result.reason.empty()) {
    line += ": " + printable(result.reason);
  }
  return line + "\n";
}

// The line of the file with a caret under the column, as compilers show it.
std::string source_line(const ScenarioResult& result, scenario::Position at, Colour colour) {
  if (at.line < 1 || static_cast<std::size_t>(at.line) > result.lines.size()) {
    return {};
  }
  const std::string number = fmt::format("{:>5}", at.line);
  const std::string_view text = result.lines[static_cast<std::size_t>(at.line) - 1];
  const std::size_t before = at.column > 0 ? static_cast<std::size_t>(at.column) - 1 : 0;
  std::string shown = fmt::format("    {} {}:{}:{}\n", paint("-->", kFaint, colour),
                                  printable(result.file), at.line, at.column);
  shown += fmt::format("    {} | {}\n", number, printable(text));
  if (at.column > 0) {
    shown +=
        fmt::format("    {:>5} | {}{}\n", "", std::string(before, ' '), paint("^", kBold, colour));
  }
  return shown;
}

std::string_view colour_of(const verify::Verdict& verdict) {
  return verdict.kind == VerdictKind::Inconclusive || verdict.kind == VerdictKind::Invalid ? kYellow
                                                                                           : kRed;
}

std::string verdict_text(const ScenarioResult& result, const verify::Verdict& verdict,
                         Colour colour) {
  std::string shown =
      fmt::format("  {}: {}\n", verdict.key, paint(printable(verdict.text), kBold, colour));
  shown += fmt::format("    {}: {}\n",
                       paint(scenario::to_string(verdict.kind), colour_of(verdict), colour),
                       printable(verdict.message));
  if (verdict.wanted != VerdictKind::Held) {
    shown += fmt::format("    but the file's `verdict` wants it {}\n",
                         scenario::to_string(verdict.wanted));
  }
  shown += source_line(result, verdict.at, colour);
  for (const std::string& line : verdict.evidence) {
    shown += fmt::format("      {}\n", printable(line));
  }
  return shown;
}

std::string outcomes_text(const std::vector<verify::SeenOutcome>& outcomes) {
  if (outcomes.empty()) {
    return {};
  }
  std::string shown = "  outcomes seen:\n";
  for (const verify::SeenOutcome& outcome : outcomes) {
    std::vector<std::string> values;
    for (const auto& [name, value] : outcome.values) {
      values.push_back(fmt::format("{} = {}", name, value));
    }
    shown += fmt::format("    {:>8} × {} ({})\n", outcome.count,
                         printable(base::join_words(values, ", ")),
                         outcome.listed.empty() ? "in no list" : outcome.listed);
  }
  return shown;
}

std::string duration_text(double ns) {
  return std::isfinite(ns)
             ? base::format_duration(base::Duration(static_cast<std::int64_t>(std::llround(ns))))
             : "unknown";
}

std::string number_text(double number) {
  return std::isfinite(number) ? fmt::format("{:.0f}", number) : "unknown";
}

// Of "client.load.rate": "rate" and "client.load".
std::string_view last_word(std::string_view name) { return name.substr(name.rfind('.') + 1); }
std::string_view load_of(std::string_view name) { return name.substr(0, name.rfind('.')); }

// The numbers of single kinds of errors, which follow the number of all of them.
std::span<const measure::Number> kinds_of(std::span<const measure::Number> numbers) {
  const auto end = std::ranges::find_if(numbers, [](const measure::Number& number) {
    const std::string_view name = last_word(number.name);
    return name != "dropped" && std::ranges::count(scenario::kFailureNames, name) == 0;
  });
  return numbers.first(static_cast<std::size_t>(end - numbers.begin()));
}

// ">= 1.2 ms": it depends on what was not over.
std::string statistic_text(const measure::Figure& figure, std::string_view name, double value) {
  return fmt::format("{} {}{}", name, figure.is_at_least(name) ? ">= " : "", duration_text(value));
}

// "p50 1.2 ms (1.1 ms to 1.3 ms)": with the interval that holds it with 95 % confidence.
std::string percentile_text(const measure::Figure& figure,
                            const measure::Figure::Percentile& percentile) {
  const auto end = [](const std::optional<double>& bound) {
    return bound ? duration_text(*bound) : std::string("unknown");
  };
  return fmt::format(
      "{} ({} to {})",
      statistic_text(figure, fmt::format("p{}", percentile.percent), *percentile.value),
      end(percentile.bounds.low), end(percentile.bounds.high));
}

// What follows a figure that does not tell of what it should: why, if it has not been said yet.
using Told = std::set<std::string>;
std::string invalid_text(const std::string& why, Told& told) {
  if (why.empty()) {
    return why;
  }
  return told.insert(why).second ? fmt::format(" (invalid: {})", printable(why)) : " (invalid)";
}

// "11 errors (9 reset, 2 refused)"
std::string kinds_text(std::span<const measure::Number> kinds) {
  std::vector<std::string> words;
  for (const measure::Number& kind : kinds) {
    words.push_back(fmt::format("{} {}", number_text(kind.value), last_word(kind.name)));
  }
  return words.empty() ? std::string() : fmt::format(" ({})", base::join_words(words, ", "));
}

// Of one load: "load: 20000/s, 60 requests, 0 errors, 0 unfinished". The kinds of errors stand
// behind them all.
std::string load_text(std::span<const measure::Number> numbers, Told& told) {
  std::vector<std::string> words;
  while (!numbers.empty()) {
    const measure::Number& number = numbers.front();
    const std::string_view name = last_word(number.name);
    const auto kinds = name == "errors" ? kinds_of(numbers.subspan(1)) : numbers.subspan(0, 0);
    words.push_back(number_text(number.value) +
                    (number.unit.empty() ? fmt::format(" {}", name) : number.unit));
    words.back() += kinds_text(kinds) + invalid_text(number.invalid, told);
    numbers = numbers.subspan(1 + kinds.size());
  }
  return base::join_words(words, ", ");
}

std::string numbers_text(std::span<const measure::Number> numbers, Told& told) {
  std::string shown;
  while (!numbers.empty()) {
    const std::string_view load = load_of(numbers.front().name);
    const auto end = std::ranges::find_if(
        numbers, [&](const measure::Number& number) { return load_of(number.name) != load; });
    const auto count = static_cast<std::size_t>(end - numbers.begin());
    shown += fmt::format("  {}: {}\n", printable(load), load_text(numbers.first(count), told));
    numbers = numbers.subspan(count);
  }
  return shown;
}

// A line for each figure; percentiles as far as there are samples for them.
std::string figures_text(const std::vector<measure::Figure>& figures, Told& told) {
  std::string shown;
  for (const measure::Figure& figure : figures) {
    std::vector<std::string> words = {fmt::format("n {}", figure.count)};
    if (figure.min) {
      words.push_back(statistic_text(figure, "min", *figure.min));
    }
    for (const measure::Figure::Percentile& percentile : figure.percentiles) {
      if (percentile.value) {
        words.push_back(percentile_text(figure, percentile));
      }
    }
    if (figure.max) {
      words.push_back(statistic_text(figure, "max", *figure.max));
    }
    shown += fmt::format("  {}: {}{}\n", printable(figure.name), base::join_words(words, ", "),
                         invalid_text(figure.invalid, told));
  }
  return shown;
}

// As the verdicts' messages count runs.
std::uint32_t people_count(std::uint32_t run) { return run + 1; }

std::string printed_text(const verify::Judgement& judgement) {
  if (judgement.printed.empty()) {
    return {};
  }
  std::size_t widest = 0;
  for (const verify::PrintedLine& line : judgement.printed) {
    widest = std::max(widest, columns_of(printable(line.process)));
  }
  std::string shown = fmt::format("  printed in run {}:\n", people_count(judgement.shown_run));
  for (const verify::PrintedLine& line : judgement.printed) {
    const std::string process = printable(line.process);
    shown += fmt::format("    {}{} | {}\n", process, std::string(widest - columns_of(process), ' '),
                         printable(line.text));
  }
  return shown;
}

// A verdict about the timeout has the story as its evidence.
bool is_told(const verify::Judgement& judgement) {
  return std::any_of(judgement.verdicts.begin(), judgement.verdicts.end(),
                     [&](const verify::Verdict& verdict) {
                       return !verdict.as_expected() && verdict.evidence == judgement.story;
                     });
}

std::string story_text(const verify::Judgement& judgement) {
  if (judgement.story.empty() || is_told(judgement)) {
    return {};
  }
  std::string shown =
      fmt::format("  when the time was up in run {}:\n", people_count(judgement.shown_run));
  for (const std::string& line : judgement.story) {
    shown += fmt::format("    {}\n", printable(line));
  }
  return shown;
}

std::string details(const ScenarioResult& result, Colour colour) {
  std::string shown;
  if (!result.title.empty()) {
    shown += fmt::format("  {}\n", printable(result.title));
  }
  for (const verify::Verdict& verdict : result.judgement.verdicts) {
    if (!verdict.as_expected()) {
      shown += verdict_text(result, verdict, colour);
    }
  }
  shown += outcomes_text(result.judgement.outcomes);
  shown += printed_text(result.judgement);
  shown += story_text(result.judgement);
  return shown;
}

bool is_verdict(Outcome outcome) {
  return outcome == Outcome::Broken || outcome == Outcome::Invalid ||
         outcome == Outcome::Inconclusive;
}

std::string counts_text(const SessionResult& session, Colour colour) {
  const Counts counts = count_outcomes(session);
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < kOutcomeCount; ++i) {
    if (counts[i] > 0) {
      const auto outcome = static_cast<Outcome>(i);
      parts.push_back(
          paint(fmt::format("{} {}", counts[i], to_string(outcome)), colour_of(outcome), colour));
    }
  }
  return base::join_words(parts, ", ");
}

}  // namespace

std::string console_scenario(const ScenarioResult& result, Colour colour) {
  std::string shown = head_line(result, colour);
  if (is_verdict(result.outcome)) {
    shown += details(result, colour);
  }
  Told told;
  shown += numbers_text(result.judgement.numbers, told);
  shown += figures_text(result.judgement.figures, told);
  for (const std::string& diagnostic : result.diagnostics) {
    shown += diagnostic + (diagnostic.ends_with('\n') ? "" : "\n");
  }
  return shown;
}

std::string console_summary(const SessionResult& session, Colour colour) {
  const std::size_t total = session.scenarios.size();
  std::string shown;
  for (const ScenarioResult& scenario : session.scenarios) {
    if (is_failure(scenario.outcome) && total > 1) {
      shown += (shown.empty() ? "\nNot as expected:\n" : "") + std::string("  ") +
               outcome_column(scenario.outcome, colour) + " " + printable(scenario.id) + "\n";
    }
  }
  return shown + fmt::format("\n{} {} in {}: {} (seed {})\n", total,
                             total == 1 ? "scenario" : "scenarios",
                             base::format_duration(session.wall), counts_text(session, colour),
                             session.seed);
}

}  // namespace procession::report
