// SPDX-License-Identifier: MIT
#include "harness/report/json.h"

#include "harness/measure/figure.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace procession::report {

namespace {

using Json = nlohmann::ordered_json;

Json pairs_to_json(const std::vector<std::pair<std::string, std::string>>& pairs) {
  Json object = Json::object();
  for (const auto& [key, value] : pairs) {
    object[key] = value;
  }
  return object;
}

Json verdict_to_json(const verify::Verdict& verdict) {
  return {{"key", verdict.key},
          {"text", verdict.text},
          {"line", verdict.at.line},
          {"column", verdict.at.column},
          {"verdict", scenario::to_string(verdict.kind)},
          {"wanted", scenario::to_string(verdict.wanted)},
          {"as_expected", verdict.as_expected()},
          {"message", verdict.message},
          {"evidence", verdict.evidence}};
}

Json verdicts_to_json(const std::vector<verify::Verdict>& verdicts) {
  Json array = Json::array();
  for (const verify::Verdict& verdict : verdicts) {
    array.push_back(verdict_to_json(verdict));
  }
  return array;
}

Json outcomes_to_json(const std::vector<verify::SeenOutcome>& outcomes) {
  Json array = Json::array();
  for (const verify::SeenOutcome& outcome : outcomes) {
    array.push_back({{"values", pairs_to_json(outcome.values)},
                     {"count", outcome.count},
                     {"listed", outcome.listed}});
  }
  return array;
}

// A number that is not known is null: JSON has neither NaN nor infinity, and a percentile without
// enough samples means nothing.
Json number_to_json(const std::optional<double>& number) {
  return number && std::isfinite(*number) ? Json(*number) : Json(nullptr);
}

Json bounds_to_json(const measure::Bounds& bounds) {
  return {number_to_json(bounds.low), number_to_json(bounds.high)};
}

Json figure_to_json(const measure::Figure& figure) {
  Json object = {{"name", figure.name},
                 {"unit", figure.unit},
                 {"n", figure.count},
                 {"min", number_to_json(figure.min)},
                 {"mean", number_to_json(figure.mean)},
                 {"deviation", number_to_json(figure.deviation)}};
  Json intervals = {{"mean", bounds_to_json(figure.mean_bounds)}};
  for (const measure::Figure::Percentile& percentile : figure.percentiles) {
    const std::string key = fmt::format("p{}", percentile.percent);
    object[key] = number_to_json(percentile.value);
    intervals[key] = bounds_to_json(percentile.bounds);
  }
  object["max"] = number_to_json(figure.max);
  object["ci95"] = std::move(intervals);
  object["at_least"] = figure.at_least;
  object["invalid"] = figure.invalid;
  return object;
}

Json numbers_to_json(const std::vector<measure::Number>& numbers) {
  Json array = Json::array();
  for (const measure::Number& number : numbers) {
    array.push_back({{"name", number.name},
                     {"unit", number.unit},
                     {"value", number_to_json(number.value)},
                     {"invalid", number.invalid}});
  }
  return array;
}

Json figures_to_json(const std::vector<measure::Figure>& figures) {
  Json array = Json::array();
  for (const measure::Figure& figure : figures) {
    array.push_back(figure_to_json(figure));
  }
  return array;
}

Json printed_to_json(const std::vector<verify::PrintedLine>& printed) {
  Json array = Json::array();
  for (const verify::PrintedLine& line : printed) {
    array.push_back({{"process", line.process}, {"text", line.text}, {"at_ns", line.at.count()}});
  }
  return array;
}

Json scenario_to_json(const ScenarioResult& result) {
  return {{"id", result.id},
          {"file", result.file},
          {"title", result.title},
          {"tags", result.tags},
          {"outcome", json_key(result.outcome)},
          {"reason", result.reason},
          {"diagnostics", result.diagnostics},
          {"runs", result.runs},
          {"runs_wanted", result.runs_wanted},
          {"wall_ns", result.wall.count()},
          {"placement", pairs_to_json(result.placement)},
          {"verdicts", verdicts_to_json(result.judgement.verdicts)},
          {"outcomes", outcomes_to_json(result.judgement.outcomes)},
          {"figures", figures_to_json(result.judgement.figures)},
          {"numbers", numbers_to_json(result.judgement.numbers)},
          {"shown_run", result.judgement.shown_run + 1},
          {"printed", printed_to_json(result.judgement.printed)},
          {"story", result.judgement.story}};
}

Json counts_to_json(const SessionResult& session) {
  const Counts counts = count_outcomes(session);
  Json object = {{"scenarios", session.scenarios.size()}};
  for (std::size_t i = 0; i < kOutcomeCount; ++i) {
    object[json_key(static_cast<Outcome>(i))] = counts[i];
  }
  return object;
}

}  // namespace

std::string json_key(Outcome outcome) {
  std::string key(to_string(outcome));
  std::replace(key.begin(), key.end(), ' ', '_');
  return key;
}

std::string to_json(const SessionResult& session) {
  Json document = {{"format", kJsonFormat},
                   {"version", kJsonVersion},
                   {"started", session.started},
                   {"wall_ns", session.wall.count()},
                   {"command", session.command},
                   {"seed", session.seed},
                   {"round", session.round},
                   {"machine", pairs_to_json(session.machine)},
                   {"summary", counts_to_json(session)},
                   {"scenarios", Json::array()}};
  for (const ScenarioResult& scenario : session.scenarios) {
    document["scenarios"].push_back(scenario_to_json(scenario));
  }
  // What processes printed may be any bytes: what is not UTF-8 becomes U+FFFD.
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace procession::report
