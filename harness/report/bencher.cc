// SPDX-License-Identifier: MIT
#include "harness/report/bencher.h"

#include "harness/base/hash.h"
#include "harness/report/printable.h"
#include "harness/report/rows.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace procession::report {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kLongestName = 1024;  // characters
constexpr std::size_t kHash = 16;           // hexadecimal digits

std::string benchmark_name(const Row& row) {
  std::string name = curve_name(row);
  if (columns_of(name) <= kLongestName) {
    return name;
  }
  return cut_to(name, kLongestName - kHash) + fmt::format("{:016x}", base::hash_of(name));
}

std::string_view measure_of(const Row& row) {
  return row.unit == "ns" ? "latency" : row.unit == "/s" ? "throughput" : "count";
}

Json to_metric(const Row& row) {
  Json metric = {{"value", row.value}};
  if (row.bounds.low) {
    metric["lower_value"] = *row.bounds.low;
  }
  if (row.bounds.high) {
    metric["upper_value"] = *row.bounds.high;
  }
  return metric;
}

}  // namespace

std::string to_bencher(const SessionResult& session) {
  Json benchmarks = Json::object();
  for (const Row& row : charted_rows(session)) {
    benchmarks[benchmark_name(row)][std::string(measure_of(row))] = to_metric(row);
  }
  return benchmarks.dump(2) + "\n";
}

}  // namespace procession::report
