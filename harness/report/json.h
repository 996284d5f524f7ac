// SPDX-License-Identifier: MIT
#pragma once
// JSON: the whole result of a session for programs. Format "procession-result", version 1: keys may
// be added within a version; none is removed and none changes its meaning. Durations are integers
// of nanoseconds (`…_ns`); runs, lines and columns count from 1; text is valid UTF-8. Pure.

#include "harness/report/result.h"

#include <string>
#include <string_view>

namespace procession::report {

inline constexpr std::string_view kJsonFormat = "procession-result";
inline constexpr int kJsonVersion = 1;

// "as expected" → "as_expected": a key that every language can write.
[[nodiscard]] std::string json_key(Outcome outcome);
[[nodiscard]] std::string_view json_name(verify::GraphNode::Kind kind);  // "begin", "step", …
[[nodiscard]] std::string_view json_name(verify::GraphEdge::Kind kind);  // "order", "cause", …

[[nodiscard]] std::string to_json(const SessionResult& session);

}  // namespace procession::report
