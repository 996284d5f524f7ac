// SPDX-License-Identifier: MIT
#include "harness/report/series_json.h"

#include <nlohmann/json.hpp>

#include <cmath>

namespace procession::report {

namespace {

using Json = nlohmann::ordered_json;

Json number(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

Json point_to_json(const Series::Point& point) {
  return {{"started", point.started},   {"value", number(point.value)}, {"low", number(point.low)},
          {"high", number(point.high)}, {"at_least", point.at_least},   {"n", point.n},
          {"version", point.version},   {"class", point.machine_class}};
}

}  // namespace

std::string series_to_json(std::span<const Series> series) {
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
  const Json document = {
      {"format", "procession-history"}, {"version", 1}, {"series", std::move(all)}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace procession::report
