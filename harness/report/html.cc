// SPDX-License-Identifier: MIT
#include "harness/report/html.h"

#include "harness/measure/hdr_encoding.h"
#include "harness/measure/percentile_table.h"
#include "harness/report/html_page.h"
#include "harness/report/json_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string_view>
#include <utility>

namespace procession::report {

namespace {

// JSON inside a script element: "<" could end the element, and U+2028 and U+2029 end lines in older
// readers. In JSON all three occur in strings only, where they can be written as \u….
void append_escaped(std::string& page, std::string_view json) {
  constexpr std::string_view kLineEnds = "\xE2\x80";  // …\xA8, …\xA9
  for (std::size_t at = 0; at < json.size();) {
    const std::size_t next = std::min(json.find_first_of("<\xE2", at), json.size());
    page += json.substr(at, next - at);
    at = next;
    if (at == json.size()) {
      break;
    }
    const std::string_view three = json.substr(at, 3);
    if (json[at] == '<') {
      page += "\\u003c";
      ++at;
    } else if (three.starts_with(kLineEnds) && (three[2] == '\xA8' || three[2] == '\xA9')) {
      page += three[2] == '\xA8' ? "\\u2028" : "\\u2029";
      at += three.size();
    } else {
      page += json[at++];
    }
  }
}

void append_element(std::string& page, std::string_view id, const Json& json) {
  page += fmt::format(R"(<script type="application/json" id="{}">)", id);
  append_escaped(page, dumped(json, -1));
  page += "</script>\n";
}

// The points of a percentile curve, five for each halving of what is left (percentile_table.h).
Json curve_to_json(const measure::Figure& figure) {
  Json value = Json::array();
  Json fraction = Json::array();
  Json count = Json::array();
  const auto histogram = std::make_unique<measure::Histogram>();  // large
  if (measure::hdr_decode(figure.histogram, *histogram)) {
    for (const auto& row : measure::percentile_table(*histogram).rows) {
      constexpr double kNsPerMs = 1e6;
      const double ns =
          row.value * kNsPerMs;  // of its cell the greatest value, so perhaps too much
      value.push_back(std::llround(figure.max ? std::min(ns, *figure.max) : ns));
      fraction.push_back(row.fraction);
      count.push_back(row.count);
    }
  }
  return {{"value", value}, {"fraction", fraction}, {"count", count}};
}

// What is told of a scenario in the list of all.
Json short_of(const Json& details) {
  Json object = Json::object();
  for (const char* key :
       {"id", "title", "tags", "outcome", "reason", "runs", "runs_wanted", "wall_ns"}) {
    object[key] = details.at(key);
  }
  return object;
}

Json row_to_json(const ComparedFigure& figure, const Said& said) {
  const auto median = [](const std::vector<double>& values) {
    return values.empty() ? Json(nullptr) : number_to_json(median_over_rounds(values));
  };
  const bool is_compared = figure.comparison.has_value();
  return {{"scenario", figure.scenario},
          {"figure", figure.name},
          {"unit", figure.unit},
          {"base", median(figure.base)},
          {"new", median(figure.changed)},
          {"ratio", is_compared ? number_to_json(figure.comparison->ratio) : Json(nullptr)},
          {"low", is_compared ? number_to_json(figure.comparison->interval.low) : Json(nullptr)},
          {"high", is_compared ? number_to_json(figure.comparison->interval.high) : Json(nullptr)},
          {"verdict", said.verdict},
          {"judged", figure.not_judged.empty()},
          {"why", said.why}};
}

Json beside_to_json(const std::optional<ComparisonResult>& comparison) {
  Json rows = Json::array();
  if (comparison) {
    for (const ComparedFigure& figure : comparison->figures) {
      rows.push_back(row_to_json(figure, said_of(figure)));
    }
    for (const ComparedFigure& placebo : comparison->placebos) {
      rows.push_back(row_to_json(placebo, said_of_placebo(placebo)));
    }
  }
  return {{"base", comparison ? comparison->base : std::string()}, {"rows", rows}};
}

// A scenario without what the page cannot use, and with what it cannot compute.
Json details_of(const ScenarioResult& result) {
  Json details = scenario_to_json(result);
  for (std::size_t i = 0; i < result.judgement.figures.size(); ++i) {
    Json& figure = details["figures"][i];
    figure.erase("histogram");
    figure.erase("by_run");
    figure["curve"] = curve_to_json(result.judgement.figures[i]);
  }
  return details;
}

}  // namespace

std::string to_html(const SessionResult& session, const HtmlOptions& options) {
  Json head = head_to_json(session);
  head["title"] = options.title;
  head["comparison"] = beside_to_json(options.comparison);
  head["history"] = series_values(options.history);
  Json& list = head["scenarios"] = Json::array();
  std::string elements;
  for (std::size_t i = 0; i < session.scenarios.size(); ++i) {
    Json details = details_of(session.scenarios[i]);
    list.push_back(short_of(details));
    if (const Json course = std::exchange(details["course"], nullptr); !course.is_null()) {
      append_element(elements, fmt::format("course-{}", i), course);
    }
    append_element(elements, fmt::format("scenario-{}", i), details);
  }
  std::string page(kHtmlHead);
  append_element(page, "session", head);
  return page.append(elements).append(kHtmlTail);
}

}  // namespace procession::report
