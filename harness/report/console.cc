// SPDX-License-Identifier: MIT
#include "harness/report/console.h"

#include "harness/base/text.h"
#include "harness/measure/figure.h"
#include "harness/report/printable.h"
#include "harness/scenario/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
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
  return base::format_duration(base::Duration(static_cast<std::int64_t>(std::llround(ns))));
}

// "p50 1.2 ms (1.1 ms to 1.3 ms)": with the interval that holds it with 95 % confidence.
// ">=": it is of what was given up after so long.
std::string percentile_text(const measure::Figure& figure,
                            const measure::Figure::Percentile& percentile) {
  const auto end = [](const std::optional<double>& bound) {
    return bound ? duration_text(*bound) : std::string("unknown");
  };
  return fmt::format(", p{} {}{} ({} to {})", percentile.percent,
                     figure.is_at_least(*percentile.value) ? ">= " : "",
                     duration_text(*percentile.value), end(percentile.bounds.low),
                     end(percentile.bounds.high));
}

std::string numbers_text(const std::vector<measure::Number>& numbers) {
  std::string shown;
  std::string_view owner;
  for (const measure::Number& number : numbers) {
    const std::size_t dot = number.name.rfind('.');
    const std::string_view of = std::string_view(number.name).substr(0, dot);
    shown += of == owner ? ", " : fmt::format("{}  {}: ", shown.empty() ? "" : "\n", printable(of));
    owner = of;
    shown += number.unit.empty()
                 ? fmt::format("{:.0f} {}", number.value, number.name.substr(dot + 1))
                 : fmt::format("{:.0f}{}", number.value, number.unit);
  }
  return shown.empty() ? shown : shown + "\n";
}

// A line for each figure; percentiles as far as there are samples for them.
std::string figures_text(const std::vector<measure::Figure>& figures) {
  std::string shown;
  for (const measure::Figure& figure : figures) {
    shown += fmt::format("  {}: n {}", printable(figure.name), figure.count);
    if (figure.min) {
      shown += ", min " + duration_text(*figure.min);
    }
    for (const measure::Figure::Percentile& percentile : figure.percentiles) {
      shown += percentile.value ? percentile_text(figure, percentile) : "";
    }
    if (figure.max) {
      shown += fmt::format(", max {}{}", figure.is_at_least(*figure.max) ? ">= " : "",
                           duration_text(*figure.max));
    }
    shown += "\n";
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
  shown += numbers_text(result.judgement.numbers);
  shown += figures_text(result.judgement.figures);
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
