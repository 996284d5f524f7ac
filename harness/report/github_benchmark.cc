// SPDX-License-Identifier: MIT
#include "harness/report/github_benchmark.h"

#include "harness/report/rows.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace procession::report {

namespace {

using Json = nlohmann::ordered_json;

bool is_bounded(const Row& row) { return row.bounds.low && row.bounds.high; }

// How far the farther end of the interval is, in percent of the value.
double reach_of(const Row& row) {
  return 100 * std::max(row.value - *row.bounds.low, *row.bounds.high - row.value) /
         std::fabs(row.value);
}

Json to_entry(const Row& row) {
  Json entry = {
      {"name", curve_name(row)}, {"unit", row.unit.empty() ? "1" : row.unit}, {"value", row.value}};
  std::string extra = fmt::format("n = {}", row.n);
  if (is_bounded(row)) {
    if (const double reach = reach_of(row); std::isfinite(reach)) {  // not of 0
      entry["range"] = fmt::format("± {:.1f} %", reach);
    }
    extra += fmt::format("\n95 % confidence: {} to {}", *row.bounds.low, *row.bounds.high);
  }
  entry["extra"] = extra;
  return entry;
}

std::string to_array(const SessionResult& session, Better better) {
  Json array = Json::array();
  for (const Row& row : charted_rows(session)) {
    if (better_of(row) == better) {
      array.push_back(to_entry(row));
    }
  }
  return array.dump(2) + "\n";
}

}  // namespace

std::string to_smaller_is_better(const SessionResult& session) {
  return to_array(session, Better::Smaller);
}

std::string to_bigger_is_better(const SessionResult& session) {
  return to_array(session, Better::Bigger);
}

}  // namespace procession::report
