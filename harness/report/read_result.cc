// SPDX-License-Identifier: MIT
#include "harness/report/read_result.h"

#include "harness/measure/statistics.h"
#include "harness/report/json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <concepts>
#include <limits>
#include <utility>

namespace procession::report {

namespace {

using Json = nlohmann::ordered_json;

// Where in the document a value stands, for messages: "scenarios[3].verdicts[0]".
class Place {
 public:
  Place() = default;
  [[nodiscard]] Place at(std::string_view key) const {
    return Place(text_.empty() ? std::string(key) : fmt::format("{}.{}", text_, key));
  }
  [[nodiscard]] Place at(std::size_t index) const {
    return Place(fmt::format("{}[{}]", text_, index));
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  explicit Place(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// Null where there is none.
const Json& member(const Json& object, const char* key) {
  static const Json kNull;
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() ? *found : kNull;
}

// Keeps the first thing that is wrong; what is read after that does not matter any more.
class Reader {
 public:
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

  // A member of an object that must be there.
  template <class T>
  void take(const Json& object, const char* key, const Place& where, T& into) {
    if (!object.is_object() || !object.contains(key)) {
      wrong(where.at(key), "is missing");
      return;
    }
    read(object.at(key), where.at(key), into);
  }
  // One that older results do not have.
  template <class T>
  void take_if_there(const Json& object, const char* key, const Place& where, T& into) {
    if (object.is_object() && object.contains(key)) {
      take(object, key, where, into);
    }
  }

  void wrong(const Place& where, std::string_view why) {
    if (trouble_.empty()) {
      trouble_ = fmt::format("{} {}", where.text(), why);
    }
  }

  void read(const Json& value, const Place& where, std::string& into) {
    if (!value.is_string()) {
      return wrong(where, "must be a text");
    }
    into = value.get<std::string>();
  }
  void read(const Json& value, const Place& where, bool& into) {
    if (!value.is_boolean()) {
      return wrong(where, "must be true or false");
    }
    into = value.get<bool>();
  }
  template <std::integral T>
  void read(const Json& value, const Place& where, T& into) {
    const bool fits = value.is_number_unsigned() ? std::in_range<T>(value.get<std::uint64_t>())
                                                 : value.is_number_integer() &&
                                                       std::in_range<T>(value.get<std::int64_t>());
    if (!fits) {
      return wrong(where, "must be a whole number that is not too large");
    }
    into = static_cast<T>(value.is_number_unsigned()
                              ? static_cast<std::int64_t>(value.get<std::uint64_t>())
                              : value.get<std::int64_t>());
  }
  void read(const Json& value, const Place& where, double& into) {
    if (!value.is_number()) {
      return wrong(where, "must be a number");
    }
    into = value.get<double>();
  }
  void read(const Json& value, const Place& where, base::Duration& into) {
    std::int64_t ns = 0;
    read(value, where, ns);
    into = base::Duration(ns);
  }
  template <class T>
  void read(const Json& value, const Place& where, std::optional<T>& into) {
    if (!value.is_null()) {
      read(value, where, into.emplace());
    }
  }
  template <class T>
  void read(const Json& value, const Place& where, std::vector<T>& into) {
    if (!value.is_array()) {
      return wrong(where, "must be an array");
    }
    into.reserve(value.size());
    for (std::size_t i = 0; i < value.size() && trouble_.empty(); ++i) {
      read(value[i], where.at(i), into.emplace_back());
    }
  }
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  void read(const Json& value, const Place& where, Pairs& into) {
    if (!value.is_object()) {
      return wrong(where, "must be an object");
    }
    for (const auto& [key, text] : value.items()) {
      read(text, where.at(key), into.emplace_back(key, "").second);
    }
  }
  // One of several words.
  template <class Word, class Name>
  void read_word(const Json& object, const char* key, const Place& where, Word& into,
                 std::size_t count, Name name) {
    std::string text;
    take(object, key, where, text);
    for (std::size_t i = 0; i < count; ++i) {
      if (text == name(static_cast<Word>(i))) {
        into = static_cast<Word>(i);
        return;
      }
    }
    wrong(where.at(key), fmt::format("must not be \"{}\"", text));
  }

  void read(const Json& value, const Place& where, measure::Bounds& into) {
    std::vector<std::optional<double>> ends;
    read(value, where, ends);
    if (ends.size() != 2) {
      return wrong(where, "must have two numbers");
    }
    into.low = ends[0];
    into.high = ends[1];
  }
  void read(const Json& value, const Place& where, measure::ByRun& into) {
    take(value, "p50", where, into.p50);
    take(value, "p99", where, into.p99);
  }
  void read(const Json& value, const Place& where, measure::Figure& into);
  void read(const Json& value, const Place& where, measure::Number& into);
  void read(const Json& value, const Place& where, verify::Verdict& into);
  void read(const Json& value, const Place& where, verify::SeenOutcome& into);
  void read(const Json& value, const Place& where, verify::PrintedLine& into);
  void read(const Json& value, const Place& where, verify::GraphNode& into);
  void read(const Json& value, const Place& where, verify::GraphProcess& into);
  void read(const Json& value, const Place& where, verify::GraphEdge& into);
  void read(const Json& value, const Place& where, verify::Graph& into);
  void read(const Json& value, const Place& where, verify::Course::Lane& into);
  void read(const Json& value, const Place& where, verify::Course& into);
  void read(const Json& value, const Place& where, verify::Throughput& into);
  void read(const Json& value, const Place& where, ScenarioResult& into);

 private:
  template <class Element, class T>
  void read_column(const Json& columns, const char* key, const Place& where,
                   std::vector<Element>& into, T Element::*member);
  void check_graph(const verify::Graph& graph, const Place& where);
  void check_course(const verify::Course& course, const Place& where);

  std::string trouble_;
};

void Reader::read(const Json& value, const Place& where, measure::Figure& into) {
  take(value, "name", where, into.name);
  take(value, "unit", where, into.unit);
  take(value, "n", where, into.count);
  take(value, "min", where, into.min);
  take(value, "mean", where, into.mean);
  take(value, "deviation", where, into.deviation);
  take(value, "max", where, into.max);
  take(value, "at_least", where, into.at_least);
  take(value, "invalid", where, into.invalid);
  const Json& intervals = member(value, "ci95");
  take(intervals, "mean", where.at("ci95"), into.mean_bounds);
  for (const double percent : {50.0, 90.0, 99.0, 99.9}) {
    const std::string key = fmt::format("p{}", percent);
    measure::Figure::Percentile percentile{
        percent, measure::percentile_needs(percent / 100), {}, {}};
    take(value, key.c_str(), where, percentile.value);
    take(intervals, key.c_str(), where.at("ci95"), percentile.bounds);
    into.percentiles.push_back(percentile);
  }
  std::optional<std::string> histogram;
  take_if_there(value, "histogram", where, histogram);
  into.histogram = std::move(histogram).value_or("");
  take_if_there(value, "by_run", where, into.by_run);
}

void Reader::read(const Json& value, const Place& where, measure::Number& into) {
  take(value, "name", where, into.name);
  take(value, "unit", where, into.unit);
  std::optional<double> number;
  take(value, "value", where, number);
  into.value = number.value_or(std::numeric_limits<double>::quiet_NaN());
  take(value, "invalid", where, into.invalid);
  take_if_there(value, "by_run", where, into.by_run);
}

void Reader::read(const Json& value, const Place& where, verify::Verdict& into) {
  const auto word = [](scenario::VerdictKind kind) { return scenario::to_string(kind); };
  take(value, "key", where, into.key);
  take(value, "text", where, into.text);
  take(value, "line", where, into.at.line);
  take(value, "column", where, into.at.column);
  read_word(value, "verdict", where, into.kind, scenario::kVerdictKindCount, word);
  read_word(value, "wanted", where, into.wanted, scenario::kVerdictKindCount, word);
  take(value, "message", where, into.message);
  take(value, "evidence", where, into.evidence);
}

void Reader::read(const Json& value, const Place& where, verify::SeenOutcome& into) {
  take(value, "values", where, into.values);
  take(value, "count", where, into.count);
  take(value, "listed", where, into.listed);
}

void Reader::read(const Json& value, const Place& where, verify::PrintedLine& into) {
  take(value, "process", where, into.process);
  take(value, "text", where, into.text);
  take(value, "at_ns", where, into.at);
}

void Reader::read(const Json& value, const Place& where, verify::GraphNode& into) {
  read_word(value, "kind", where, into.kind, 4,
            [](verify::GraphNode::Kind kind) { return json_name(kind); });
  take(value, "text", where, into.text);
  take(value, "line", where, into.line);
}

void Reader::read(const Json& value, const Place& where, verify::GraphProcess& into) {
  take(value, "path", where, into.path);
  take(value, "about", where, into.about);
  take(value, "lines", where, into.lines);
}

void Reader::read(const Json& value, const Place& where, verify::GraphEdge& into) {
  take(value, "from", where, into.from);
  take(value, "to", where, into.to);
  read_word(value, "kind", where, into.kind, 4,
            [](verify::GraphEdge::Kind kind) { return json_name(kind); });
  take(value, "label", where, into.label);
}

void Reader::read(const Json& value, const Place& where, verify::Graph& into) {
  take(value, "nodes", where, into.nodes);
  take(value, "processes", where, into.processes);
  take(value, "edges", where, into.edges);
  check_graph(into, where);
}

void Reader::check_graph(const verify::Graph& graph, const Place& where) {
  const auto is_node = [&](std::size_t node) { return node < graph.nodes.size(); };
  for (const verify::GraphProcess& process : graph.processes) {
    for (const auto& line : process.lines) {
      if (!std::ranges::all_of(line, is_node)) {
        wrong(where.at("processes"), "name a node that is not there");
      }
    }
  }
  for (const verify::GraphEdge& edge : graph.edges) {
    if (!is_node(edge.from) || !is_node(edge.to)) {
      wrong(where.at("edges"), "name a node that is not there");
    }
  }
}

void Reader::read(const Json& value, const Place& where, verify::Course::Lane& into) {
  take(value, "path", where, into.path);
  take(value, "about", where, into.about);
  take(value, "pid", where, into.pid);
  take(value, "status", where, into.status);
}

template <class Element, class T>
void Reader::read_column(const Json& columns, const char* key, const Place& where,
                         std::vector<Element>& into, T Element::*member) {
  std::vector<T> column;
  take(columns, key, where, column);
  if (column.size() != into.size()) {
    return wrong(where.at(key), "must be as long as the other columns");
  }
  for (std::size_t i = 0; i < column.size(); ++i) {
    into[i].*member = column[i];
  }
}

std::size_t length_of(const Json& columns, const char* key) {
  const Json& column = member(columns, key);
  return column.is_array() ? column.size() : 0;
}

void Reader::read(const Json& value, const Place& where, verify::Course& into) {
  using verify::Course;
  take(value, "run", where, into.run);
  take(value, "wall_ns", where, into.wall_ns);
  take(value, "lanes", where, into.lanes);
  into.texts.clear();
  take(value, "texts", where, into.texts);
  const Json& events = member(value, "events");
  into.events.resize(length_of(events, "kind"));
  std::vector<std::uint8_t> kinds;
  take(events, "kind", where.at("events"), kinds);
  for (std::size_t i = 0; i < kinds.size() && i < into.events.size(); ++i) {
    if (kinds[i] >= Course::kKinds) {
      wrong(where.at("events").at("kind"), fmt::format("must be less than {}", Course::kKinds));
    }
    into.events[i].kind = static_cast<Course::Kind>(kinds[i]);
  }
  const Place columns = where.at("events");
  read_column(events, "lane", columns, into.events, &Course::Event::lane);
  read_column(events, "from_ns", columns, into.events, &Course::Event::from_ns);
  read_column(events, "to_ns", columns, into.events, &Course::Event::to_ns);
  read_column(events, "text", columns, into.events, &Course::Event::text);
  read_column(events, "error", columns, into.events, &Course::Event::error);
  read_column(events, "answer", columns, into.events, &Course::Event::answer);
  read_column(events, "line", columns, into.events, &Course::Event::line);
  const Json& arrows = member(value, "arrows");
  into.arrows.resize(length_of(arrows, "from"));
  read_column(arrows, "from", where.at("arrows"), into.arrows, &Course::Arrow::from);
  read_column(arrows, "to", where.at("arrows"), into.arrows, &Course::Arrow::to);
  take(value, "left_out", where, into.left_out);
  check_course(into, where);
}

void Reader::check_course(const verify::Course& course, const Place& where) {
  const auto is_text = [&](std::uint32_t text) { return text < course.texts.size(); };
  for (const verify::Course::Event& event : course.events) {
    if (event.lane >= course.lanes.size()) {
      wrong(where.at("events").at("lane"), "names a lane that is not there");
    }
    if (!is_text(event.text) || !is_text(event.error) || !is_text(event.answer)) {
      wrong(where.at("events"), "name a text that is not there");
    }
  }
  for (const verify::Course::Arrow& arrow : course.arrows) {
    if (arrow.from >= course.events.size() || arrow.to >= course.events.size()) {
      wrong(where.at("arrows"), "name an event that is not there");
    }
  }
}

void Reader::read(const Json& value, const Place& where, verify::Throughput& into) {
  take(value, "name", where, into.name);
  take(value, "begin_ns", where, into.begin_ns);
  take(value, "window_ns", where, into.window_ns);
  take(value, "ended", where, into.ended);
  const Json& phases = member(value, "phases");
  for (std::size_t i = 0; phases.is_array() && i < phases.size(); ++i) {
    auto& [name, at] = into.phases.emplace_back();
    take(phases[i], "name", where.at("phases").at(i), name);
    take(phases[i], "at_ns", where.at("phases").at(i), at);
  }
}

void Reader::read(const Json& value, const Place& where, ScenarioResult& into) {
  take(value, "id", where, into.id);
  take(value, "file", where, into.file);
  take(value, "title", where, into.title);
  take(value, "tags", where, into.tags);
  read_word(value, "outcome", where, into.outcome, kOutcomeCount,
            [](Outcome outcome) { return json_key(outcome); });
  take(value, "reason", where, into.reason);
  take(value, "diagnostics", where, into.diagnostics);
  take_if_there(value, "lines", where, into.lines);
  take(value, "runs", where, into.runs);
  take(value, "runs_wanted", where, into.runs_wanted);
  take(value, "wall_ns", where, into.wall);
  take_if_there(value, "run_wall_ns", where, into.run_walls);
  take(value, "placement", where, into.placement);
  take(value, "verdicts", where, into.judgement.verdicts);
  take(value, "outcomes", where, into.judgement.outcomes);
  take(value, "figures", where, into.judgement.figures);
  take(value, "numbers", where, into.judgement.numbers);
  take(value, "shown_run", where, into.judgement.shown_run);
  into.judgement.shown_run -= into.judgement.shown_run > 0 ? 1 : 0;
  take(value, "printed", where, into.judgement.printed);
  take(value, "story", where, into.judgement.story);
  take_if_there(value, "throughputs", where, into.judgement.throughputs);
  take_if_there(value, "graph", where, into.graph);
  take_if_there(value, "course", where, into.judgement.course);
  if (into.graph) {
    into.graph->title = into.title;
    into.graph->id = into.id;
  }
}

base::Error bad(std::string why) { return {base::ErrorKind::BadInput, std::move(why)}; }

// What was counted must be what is there: a file that was edited by hand may say otherwise.
std::string miscounted(const Json& document, const SessionResult& session) {
  const Json& summary = member(document, "summary");
  const Counts counts = count_outcomes(session);
  bool agrees = member(summary, "scenarios") == session.scenarios.size();
  for (std::size_t i = 0; i < kOutcomeCount; ++i) {
    agrees = agrees && member(summary, json_key(static_cast<Outcome>(i)).c_str()) == counts[i];
  }
  return agrees ? "" : "summary does not agree with scenarios";
}

}  // namespace

base::Result<SessionResult> read_result(std::string_view json) {
  const Json document = Json::parse(json, nullptr, false);
  if (document.is_discarded()) {
    return bad("is no JSON, or was cut off");
  }
  if (member(document, "format") != kJsonFormat) {
    return bad("is no result of procession: it has no \"format\": \"procession-result\"");
  }
  if (member(document, "version") != kJsonVersion) {
    return bad(fmt::format("has version {}, and this procession knows {}: write it again",
                           member(document, "version").dump(), kJsonVersion));
  }
  SessionResult session;
  Reader reader;
  const Place top;
  reader.take(document, "started", top, session.started);
  reader.take(document, "wall_ns", top, session.wall);
  reader.take(document, "command", top, session.command);
  reader.take(document, "seed", top, session.seed);
  reader.take(document, "round", top, session.round);
  reader.take(document, "machine", top, session.machine);
  reader.take(document, "scenarios", top, session.scenarios);
  const std::string trouble =
      reader.trouble().empty() ? miscounted(document, session) : reader.trouble();
  if (!trouble.empty()) {
    return bad("was changed or damaged: " + trouble);
  }
  return session;
}

}  // namespace procession::report
