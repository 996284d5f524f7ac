// SPDX-License-Identifier: MIT
#include "harness/report/series_json.h"

#include "harness/report/json_values.h"

#include <utility>

namespace procession::report {

namespace {

Json point_to_json(const Series::Point& point) {
  return {{"started", point.started},         {"value", number_to_json(point.value)},
          {"low", number_to_json(point.low)}, {"high", number_to_json(point.high)},
          {"at_least", point.at_least},       {"n", point.n},
          {"version", point.version},         {"class", point.machine_class}};
}

}  // namespace

Json series_values(std::span<const Series> series) {
  Json all = Json::array();
  for (const Series& one : series) {
    Json points = Json::array();
    for (const Series::Point& point : one.points) {
      points.push_back(point_to_json(point));
    }
    all.push_back({{"scenario", one.scenario},
                   {"figure", one.figure},
                   {"unit", one.unit},
                   {"points", std::move(points)}});
  }
  return all;
}

std::string series_to_json(std::span<const Series> series) {
  const Json document = {
      {"format", "procession-history"}, {"version", 1}, {"series", series_values(series)}};
  return dumped(document, 2) + "\n";
}

}  // namespace procession::report
