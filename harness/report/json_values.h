// SPDX-License-Identifier: MIT
#pragma once
// The values that a JSON result (json.h) is put together from, for what else carries them: html.cc.

#include "harness/report/result.h"
#include "harness/report/series.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <span>
#include <string>

namespace procession::report {

using Json = nlohmann::ordered_json;

// The session without its `scenarios`.
[[nodiscard]] Json head_to_json(const SessionResult& session);
[[nodiscard]] Json scenario_to_json(const ScenarioResult& result);
[[nodiscard]] Json series_values(std::span<const Series> series);  // a list (series_json.h)
// Null if it is not known or not finite.
[[nodiscard]] Json number_to_json(const std::optional<double>& number);

// Valid UTF-8, whatever bytes the texts are: others become U+FFFD. `indent` −1: one line.
[[nodiscard]] std::string dumped(const Json& value, int indent);

}  // namespace procession::report
