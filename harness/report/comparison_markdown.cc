// SPDX-License-Identifier: MIT
#include "harness/base/text.h"
#include "harness/report/comparison.h"
#include "harness/report/markdown_text.h"

#include <fmt/format.h>

namespace procession::report {

namespace {

std::string median_text(const std::vector<double>& values, std::string_view unit) {
  return values.empty() ? "–" : value_text(median_over_rounds(values), unit);
}

std::string row_of(const ComparedFigure& figure, const Said& said) {
  const std::optional<double> noise = measure::noise_of(figure.same);
  const bool loud = said.verdict == "worse" || said.verdict == "moved";
  return fmt::format("| {} | {} | {} | {} | {} | {} | {}{} |\n", markdown_code(figure.scenario),
                     markdown_code(figure.name), median_text(figure.base, figure.unit),
                     median_text(figure.changed, figure.unit),
                     figure.comparison ? ratio_text(*figure.comparison) : "–",
                     noise ? "±" + percent_text(*noise) : "–",
                     loud ? "**" + said.verdict + "**" : said.verdict,
                     said.why.empty() ? "" : ": " + markdown_prose(said.why));
}

// A job's summary has room for a MiB: beyond so many rows it is of no use to a reader either.
constexpr std::size_t kMostRows = 500;

std::string rows_of(const std::vector<ComparedFigure>& figures,
                    Said (*said)(const ComparedFigure&)) {
  std::string rows;
  for (std::size_t i = 0; i < figures.size() && i < kMostRows; ++i) {
    rows += row_of(figures[i], said(figures[i]));
  }
  if (figures.size() > kMostRows) {
    rows += fmt::format("| … and {} more | | | | | | |\n", figures.size() - kMostRows);
  }
  return rows;
}

std::string head_of(const ComparisonResult& result) {
  const std::string invalid = invalid_because(result);
  std::string head = fmt::format("### Comparison: {}\n\n", to_string(conclusion_of(result)));
  head += invalid.empty() ? "" : markdown_prose(invalid) + ".\n\n";
  head += fmt::format("Base: {}  \nNew: {}  \nMargin: {}", markdown_code(result.base),
                      markdown_code(result.changed), percent_text(result.margin));
  if (result.seed) {
    head += fmt::format(
        "  \n{} rounds in {}, seed {}; {}", result.looks.empty() ? 0 : result.looks.back(),
        base::format_duration(result.wall), *result.seed, markdown_prose(result.ended));
  }
  head += "\n\n";
  for (const std::string& note : result.notes) {
    head += "> " + markdown_prose(note) + "\n\n";
  }
  return head;
}

}  // namespace

std::string comparison_to_markdown(const ComparisonResult& result) {
  return head_of(result) +
         "| scenario | figure | base | new | new/base | same arm | verdict |\n"
         "|---|---|---:|---:|---:|---:|---|\n" +
         rows_of(result.figures, said_of) + rows_of(result.placebos, said_of_placebo);
}

}  // namespace procession::report
