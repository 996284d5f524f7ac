// SPDX-License-Identifier: MIT
#include "harness/report/read_failed.h"

#include "harness/report/json.h"
#include "harness/report/result.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace procession::report {

namespace {

using Json = nlohmann::json;

base::Error bad(std::string why) { return {base::ErrorKind::BadInput, std::move(why)}; }

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool failed(const std::string& outcome) {
  for (std::size_t i = 0; i < kOutcomeCount; ++i) {
    const auto known = static_cast<Outcome>(i);
    if (outcome == json_key(known)) {
      return is_failure(known);
    }
  }
  return false;
}

}  // namespace

base::Result<std::vector<std::string>> read_failed(std::string_view json) {
  const Json document = Json::parse(json, nullptr, false);
  if (document.is_discarded()) {
    return bad("is no JSON");
  }
  if (!document.is_object() || text_at(document, "format") != kJsonFormat) {
    return bad("is no result of procession: it has no \"format\": \"procession-result\"");
  }
  if (document.value("version", Json()) != kJsonVersion) {
    return bad("has a version that this procession does not know: write it again");
  }
  std::vector<std::string> ids;
  for (const Json& scenario : document.value("scenarios", Json::array())) {
    const std::string id = text_at(scenario, "id");
    if (failed(text_at(scenario, "outcome")) && !id.empty()) {
      ids.push_back(id);
    }
  }
  return ids;
}

}  // namespace procession::report
