// SPDX-License-Identifier: MIT
#include "harness/cli/rounds.h"

#include <fmt/format.h>

#include <set>

namespace procession::cli {

namespace {

using report::ComparedFigure;

void add_round(ComparedFigure& figure, const OfPlays<double>& values) {
  figure.base.push_back(measure::geometric_mean(values[kBase][0], values[kBase][1]));
  figure.changed.push_back(measure::geometric_mean(values[kChanged][0], values[kChanged][1]));
  figure.first.push_back(values[kBase][0]);
  figure.second.push_back(values[kBase][1]);
}

// In the order in which they were seen first.
std::vector<std::string> names_in(std::span<const Plays> rounds) {
  std::vector<std::string> names;
  std::set<std::string> known;
  for (const Plays& plays : rounds) {
    for (const auto& side : plays) {
      for (const auto& play : side) {
        for (const Comparable& one : play) {
          if (known.insert(one.name).second) {
            names.push_back(one.name);
          }
        }
      }
    }
  }
  return names;
}

std::string why_unfit(const Comparable* one) { return one == nullptr ? "no value" : one->unfit; }

// Empty if all four plays have it; else where it is missing first.
std::string take_values(const Plays& plays, const std::string& name, ComparedFigure& figure,
                        OfPlays<double>& values) {
  for (const Side side : {kBase, kChanged}) {
    for (std::size_t which = 0; which < 2; ++which) {
      const Comparable* const one = find(plays[side][which], name);
      if (std::string why = why_unfit(one); !why.empty()) {
        return fmt::format("{} in round {}: {}", kSideNames[side], figure.base.size() + 1, why);
      }
      figure.unit = one->unit;
      figure.better = one->better;
      values[side][which] = one->values[0];
    }
  }
  return {};
}

// Ends at the first round that lacks something.
ComparedFigure figure_of(const std::string& scenario, const std::string& name,
                         std::span<const Plays> rounds) {
  ComparedFigure figure;
  figure.scenario = scenario;
  figure.name = name;
  for (const Plays& plays : rounds) {
    OfPlays<double> values{};
    figure.not_judged = take_values(plays, name, figure, values);
    if (!figure.not_judged.empty()) {
      break;
    }
    add_round(figure, values);
  }
  return figure;
}

}  // namespace

std::vector<ComparedFigure> figures_of(const std::string& scenario, std::span<const Plays> rounds,
                                       std::span<const std::string> patterns) {
  std::vector<ComparedFigure> figures;
  for (const std::string& name : names_in(rounds)) {
    if (is_wanted(patterns, name)) {
      figures.push_back(figure_of(scenario, name, rounds));
    }
  }
  return figures;
}

ComparedFigure placebo_of(const std::string& name, std::span<const OfPlays<double>> rounds) {
  ComparedFigure figure;
  figure.name = name;
  figure.unit = "ns";
  for (const OfPlays<double>& values : rounds) {
    add_round(figure, values);
  }
  return figure;
}

}  // namespace procession::cli
