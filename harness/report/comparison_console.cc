// SPDX-License-Identifier: MIT
#include "harness/base/text.h"
#include "harness/report/comparison.h"
#include "harness/report/printable.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace procession::report {

namespace {

using measure::Change;

// figure, base, new, ratio, what the base arm differs from itself, verdict
using Row = std::array<std::string, 6>;

constexpr std::string_view kGreen = "32";
constexpr std::string_view kRed = "31";
constexpr std::string_view kYellow = "33";

std::string paint(std::string_view text, std::string_view sgr, Colour colour) {
  return colour == Colour::Yes ? fmt::format("\x1b[{}m{}\x1b[0m", sgr, text) : std::string(text);
}

std::string_view colour_of(std::string_view verdict) {
  if (verdict == "worse" || verdict == "moved" || verdict == "invalid") {
    return kRed;
  }
  return verdict == "cannot tell" || verdict == "not judged" ? kYellow : kGreen;
}

std::string median_text(const std::vector<double>& values, std::string_view unit) {
  return values.empty() ? "-" : value_text(median_over_rounds(values), unit);
}

std::string ratio_of(const ComparedFigure& figure) {
  if (figure.comparison) {
    return ratio_text(*figure.comparison);
  }
  return figure.base.empty() || figure.changed.empty()
             ? "-"
             : fmt::format("{:.3f}",
                           median_over_rounds(figure.changed) / median_over_rounds(figure.base));
}

std::string noise_text(const ComparedFigure& figure) {
  const std::optional<double> noise = measure::noise_of(figure.same);
  return noise ? "±" + percent_text(*noise) : "";
}

Row row_of(const ComparedFigure& figure, const Said& said, Colour colour) {
  return {"  " + printable(figure.name),
          median_text(figure.base, figure.unit),
          median_text(figure.changed, figure.unit),
          ratio_of(figure),
          noise_text(figure),
          paint(said.verdict, colour_of(said.verdict), colour) +
              (said.why.empty() ? "" : ": " + printable(said.why))};
}

class Table {
 public:
  explicit Table(bool every_round) : every_round_(every_round) {}

  void add(Row row) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      widths_[i] = std::max(widths_[i], columns_of(row[i]));
    }
    lines_.push_back({std::move(row), {}});
  }
  void add_title(std::string text) { lines_.push_back({{}, std::move(text)}); }
  void add_rounds(const ComparedFigure& figure) {
    if (!every_round_ || figure.changed.size() != figure.base.size() || figure.base.empty()) {
      return;
    }
    std::string text = "    rounds:";
    for (std::size_t i = 0; i < figure.base.size(); ++i) {
      text += fmt::format(" {:.3f}", figure.changed[i] / figure.base[i]);
    }
    add_title(std::move(text));
  }

  [[nodiscard]] std::string text() const {
    std::string text;
    for (const auto& [row, title] : lines_) {
      std::string line = title;
      for (std::size_t i = 0; title.empty() && i < row.size(); ++i) {
        line += row[i];
        const bool last = i + 1 == row.size();
        line += last ? "" : std::string(widths_[i] - columns_of(row[i]) + 2, ' ');
      }
      line.erase(line.find_last_not_of(' ') + 1);
      text += line + "\n";
    }
    return text;
  }

 private:
  bool every_round_;
  std::vector<std::pair<Row, std::string>> lines_;  // a title instead of a row
  std::array<std::size_t, 6> widths_{};
};

std::string head_of(const ComparisonResult& result) {
  std::string head =
      fmt::format("base  {}\nnew   {}\n", printable(result.base), printable(result.changed));
  if (result.seed) {
    const std::uint64_t rounds = result.looks.empty() ? 0 : result.looks.back();
    head += fmt::format("{} {} in {}, seed {}; {}\n", rounds, rounds == 1 ? "round" : "rounds",
                        base::format_duration(result.wall), *result.seed, printable(result.ended));
  }
  for (const std::string& note : result.notes) {
    head += "note: " + printable(note) + "\n";
  }
  return head;
}

std::string count_text(const ComparisonResult& result) {
  std::array<std::size_t, 5> counts{};
  for (const ComparedFigure& figure : result.figures) {
    ++counts[figure.comparison ? static_cast<std::size_t>(figure.comparison->change) : 4];
  }
  constexpr std::array kNames = {"worse", "not worse", "better", "cannot tell", "not judged"};
  std::vector<std::string> words;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) {
      words.push_back(fmt::format("{} {}", counts[i], kNames[i]));
    }
  }
  return base::join_words(words, ", ");
}

std::string foot_of(const ComparisonResult& result, Colour colour) {
  const std::string conclusion(to_string(conclusion_of(result)));
  const std::string invalid = invalid_because(result);
  const std::size_t count = result.figures.size();
  return fmt::format(
      "\n{}: {}\n", paint(conclusion, colour_of(conclusion), colour),
      !invalid.empty() ? invalid
      : count == 0     ? "there is no figure to compare"
                   : fmt::format("{} {}, margin {}: {}", count, count == 1 ? "figure" : "figures",
                                 percent_text(result.margin), count_text(result)));
}

}  // namespace

std::string console_comparison(const ComparisonResult& result, bool every_round, Colour colour) {
  Table table(every_round);
  const bool twice = std::any_of(result.figures.begin(), result.figures.end(),
                                 [](const ComparedFigure& f) { return !f.first.empty(); });
  table.add({"", "base", "new", "new/base", twice ? "same arm" : "", ""});
  std::string_view scenario;
  for (const ComparedFigure& figure : result.figures) {
    if (figure.scenario != scenario) {
      scenario = figure.scenario;
      table.add_title(printable(scenario));
    }
    table.add(row_of(figure, said_of(figure), colour));
    table.add_rounds(figure);
  }
  if (!result.placebos.empty()) {
    table.add_title("what no change can touch");
  }
  for (const ComparedFigure& placebo : result.placebos) {
    table.add(row_of(placebo, said_of_placebo(placebo), colour));
    table.add_rounds(placebo);
  }
  return head_of(result) + "\n" + table.text() + foot_of(result, colour);
}

}  // namespace procession::report
