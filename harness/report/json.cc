// SPDX-License-Identifier: MIT
#include "harness/report/json.h"

#include "harness/measure/figure.h"
#include "harness/report/json_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace procession::report {

namespace {

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

Json bounds_to_json(const measure::Bounds& bounds) {
  return {number_to_json(bounds.low), number_to_json(bounds.high)};
}

Json finite(const std::vector<double>& numbers) {
  Json array = Json::array();
  for (const double number : numbers) {
    array.push_back(number_to_json(number));
  }
  return array;
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
  object["histogram"] = figure.histogram.empty() ? Json(nullptr) : Json(figure.histogram);
  object["by_run"] = {{"p50", finite(figure.by_run.p50)}, {"p99", finite(figure.by_run.p99)}};
  return object;
}

Json numbers_to_json(const std::vector<measure::Number>& numbers) {
  Json array = Json::array();
  for (const measure::Number& number : numbers) {
    array.push_back({{"name", number.name},
                     {"unit", number.unit},
                     {"value", number_to_json(number.value)},
                     {"invalid", number.invalid},
                     {"by_run", finite(number.by_run)}});
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

Json durations_to_json(const std::vector<base::Duration>& durations) {
  Json array = Json::array();
  for (const base::Duration duration : durations) {
    array.push_back(duration.count());
  }
  return array;
}

Json graph_to_json(const verify::Graph& graph) {
  Json object = {{"nodes", Json::array()}, {"processes", Json::array()}, {"edges", Json::array()}};
  for (const verify::GraphNode& node : graph.nodes) {
    object["nodes"].push_back(
        {{"kind", json_name(node.kind)}, {"text", node.text}, {"line", node.line}});
  }
  for (const verify::GraphProcess& process : graph.processes) {
    object["processes"].push_back(
        {{"path", process.path}, {"about", process.about}, {"lines", process.lines}});
  }
  for (const verify::GraphEdge& edge : graph.edges) {
    object["edges"].push_back({{"from", edge.from},
                               {"to", edge.to},
                               {"kind", json_name(edge.kind)},
                               {"label", edge.label}});
  }
  return object;
}

// One member of all elements: a column takes a third of the room that objects would.
template <class Elements, class Member>
Json column(const Elements& elements, Member member) {
  Json array = Json::array();
  for (const auto& element : elements) {
    array.push_back(element.*member);
  }
  return array;
}

Json course_to_json(const verify::Course& course) {
  using verify::Course;
  Json lanes = Json::array();
  for (const Course::Lane& lane : course.lanes) {
    lanes.push_back(
        {{"path", lane.path}, {"about", lane.about}, {"pid", lane.pid}, {"status", lane.status}});
  }
  return {{"run", course.run},
          {"wall_ns", course.wall_ns},
          {"lanes", std::move(lanes)},
          {"texts", course.texts},
          {"events",
           {{"kind", column(course.events, &Course::Event::kind)},
            {"lane", column(course.events, &Course::Event::lane)},
            {"from_ns", column(course.events, &Course::Event::from_ns)},
            {"to_ns", column(course.events, &Course::Event::to_ns)},
            {"text", column(course.events, &Course::Event::text)},
            {"error", column(course.events, &Course::Event::error)},
            {"answer", column(course.events, &Course::Event::answer)},
            {"line", column(course.events, &Course::Event::line)}}},
          {"arrows",
           {{"from", column(course.arrows, &Course::Arrow::from)},
            {"to", column(course.arrows, &Course::Arrow::to)}}},
          {"left_out", course.left_out}};
}

Json throughputs_to_json(const std::vector<verify::Throughput>& throughputs) {
  Json array = Json::array();
  for (const verify::Throughput& throughput : throughputs) {
    Json phases = Json::array();
    for (const auto& [name, at] : throughput.phases) {
      phases.push_back({{"name", name}, {"at_ns", at}});
    }
    array.push_back({{"name", throughput.name},
                     {"begin_ns", throughput.begin_ns},
                     {"window_ns", throughput.window_ns},
                     {"ended", throughput.ended},
                     {"phases", std::move(phases)}});
  }
  return array;
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

// JSON has neither NaN nor infinity, and a percentile without enough samples means nothing.
Json number_to_json(const std::optional<double>& number) {
  return number && std::isfinite(*number) ? Json(*number) : Json(nullptr);
}

Json scenario_to_json(const ScenarioResult& result) {
  return {{"id", result.id},
          {"file", result.file},
          {"title", result.title},
          {"tags", result.tags},
          {"outcome", json_key(result.outcome)},
          {"reason", result.reason},
          {"diagnostics", result.diagnostics},
          {"lines", result.lines},
          {"runs", result.runs},
          {"runs_wanted", result.runs_wanted},
          {"wall_ns", result.wall.count()},
          {"run_wall_ns", durations_to_json(result.run_walls)},
          {"placement", pairs_to_json(result.placement)},
          {"verdicts", verdicts_to_json(result.judgement.verdicts)},
          {"outcomes", outcomes_to_json(result.judgement.outcomes)},
          {"figures", figures_to_json(result.judgement.figures)},
          {"numbers", numbers_to_json(result.judgement.numbers)},
          {"shown_run", result.judgement.shown_run + 1},
          {"printed", printed_to_json(result.judgement.printed)},
          {"story", result.judgement.story},
          {"throughputs", throughputs_to_json(result.judgement.throughputs)},
          {"graph", result.graph ? graph_to_json(*result.graph) : Json(nullptr)},
          {"course",
           result.judgement.course ? course_to_json(*result.judgement.course) : Json(nullptr)}};
}

// What processes printed may be any bytes: what is not UTF-8 becomes U+FFFD.
std::string dumped(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string json_key(Outcome outcome) {
  std::string key(to_string(outcome));
  std::replace(key.begin(), key.end(), ' ', '_');
  return key;
}

std::string_view json_name(verify::GraphNode::Kind kind) {
  constexpr std::string_view kNames[] = {"begin", "step", "got", "end"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view json_name(verify::GraphEdge::Kind kind) {
  constexpr std::string_view kNames[] = {"order", "cause", "alternative", "relation"};
  return kNames[static_cast<std::size_t>(kind)];
}

Json head_to_json(const SessionResult& session) {
  return {{"format", kJsonFormat},
          {"version", kJsonVersion},
          {"started", session.started},
          {"wall_ns", session.wall.count()},
          {"command", session.command},
          {"seed", session.seed},
          {"round", session.round},
          {"machine", pairs_to_json(session.machine)},
          {"summary", counts_to_json(session)}};
}

// The circumstances are for people, too; a scenario is a line.
std::string to_json(const SessionResult& session) {
  std::string text = dumped(head_to_json(session), 2);
  text.erase(text.rfind('\n'));
  text += ",\n  \"scenarios\": [";
  for (std::size_t i = 0; i < session.scenarios.size(); ++i) {
    text += (i == 0 ? "\n    " : ",\n    ") + dumped(scenario_to_json(session.scenarios[i]), -1);
  }
  return text + (session.scenarios.empty() ? "]\n}\n" : "\n  ]\n}\n");
}

}  // namespace procession::report
