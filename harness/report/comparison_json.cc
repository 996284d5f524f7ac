// SPDX-License-Identifier: MIT
#include "harness/report/comparison.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace procession::report {

namespace {

using Json = nlohmann::ordered_json;

// JSON has neither NaN nor infinity; what is not known is null.
Json number_to_json(const std::optional<double>& number) {
  return number && std::isfinite(*number) ? Json(*number) : Json(nullptr);
}

Json bounds_to_json(const measure::Bounds& bounds) {
  return {number_to_json(bounds.low), number_to_json(bounds.high)};
}

Json median_to_json(const std::vector<double>& values) {
  return values.empty() ? Json(nullptr) : number_to_json(median_over_rounds(values));
}

std::string key_of(std::string_view words) {
  std::string key(words);
  std::replace(key.begin(), key.end(), ' ', '_');
  return key;
}

Json rounds_to_json(const ComparedFigure& figure) {
  Json rounds = {{"base", figure.base}, {"new", figure.changed}};
  if (!figure.first.empty()) {
    rounds["base_first"] = figure.first;
    rounds["base_second"] = figure.second;
  }
  return rounds;
}

Json figure_to_json(const ComparedFigure& figure, const Said& said) {
  Json object = {{"scenario", figure.scenario},
                 {"name", figure.name},
                 {"unit", figure.unit},
                 {"better", figure.better == measure::Better::Lower ? "lower" : "higher"},
                 {"base", median_to_json(figure.base)},
                 {"new", median_to_json(figure.changed)}};
  const auto& comparison = figure.comparison;
  const auto member = [&](double measure::Comparison::*value) {
    return comparison ? number_to_json((*comparison).*value) : Json(nullptr);
  };
  object["ratio"] = member(&measure::Comparison::ratio);
  object["hodges_lehmann"] = member(&measure::Comparison::hodges_lehmann);
  object["interval"] = bounds_to_json(comparison ? comparison->interval : measure::Bounds{});
  object["margin"] = member(&measure::Comparison::margin);
  object["same_arm"] = bounds_to_json(figure.same);
  object["verdict"] = key_of(said.verdict);
  object["reason"] = said.why;
  object["rounds"] = rounds_to_json(figure);
  return object;
}

Json figures_to_json(const std::vector<ComparedFigure>& figures,
                     Said (*said)(const ComparedFigure&)) {
  Json array = Json::array();
  for (const ComparedFigure& figure : figures) {
    array.push_back(figure_to_json(figure, said(figure)));
  }
  return array;
}

Json machine_to_json(const ComparisonResult& result) {
  Json object = Json::object();
  for (const auto& [name, value] : result.machine) {
    object[name] = value;
  }
  return object;
}

}  // namespace

std::string comparison_to_json(const ComparisonResult& result) {
  const Json document = {{"format", "procession-comparison"},
                         {"version", 1},
                         {"started", result.started},
                         {"wall_ns", result.wall.count()},
                         {"command", result.command},
                         {"kind", result.seed ? "interleaved" : "stored"},
                         {"base", result.base},
                         {"new", result.changed},
                         {"seed", result.seed ? Json(*result.seed) : Json(nullptr)},
                         {"margin", number_to_json(result.margin)},
                         {"looks", result.looks},
                         {"ended", result.ended},
                         {"machine", machine_to_json(result)},
                         {"verdict", key_of(to_string(conclusion_of(result)))},
                         {"invalid", invalid_because(result)},
                         {"notes", result.notes},
                         {"figures", figures_to_json(result.figures, said_of)},
                         {"placebos", figures_to_json(result.placebos, said_of_placebo)}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace procession::report
