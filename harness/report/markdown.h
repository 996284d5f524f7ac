// SPDX-License-Identifier: MIT
#pragma once
// Markdown: a summary for people, as GitHub shows it for a job (GitHub Flavored Markdown). How many
// scenarios came to what; the failures with their evidence; loads with the course of their
// throughput; figures with their intervals; what else there is to know folded away. Pure.
//
// GitHub refuses a summary of more than 1,024 KiB. What would go beyond is left out, a whole
// failure or a whole row of a table at a time, and the end says how much that is.
//
// Text of scenarios and processes is shown as it is and nothing in it has an effect: no markup, no
// HTML, no link, no mention of a person.

#include "harness/report/result.h"

#include <cstddef>
#include <string>

namespace procession::report {

inline constexpr std::size_t kMarkdownLimit = std::size_t{1024} * 1024;  // bytes

[[nodiscard]] std::string to_markdown(const SessionResult& session);
// Of at most so many bytes; 4,096 or more.
[[nodiscard]] std::string to_markdown(const SessionResult& session, std::size_t limit);

}  // namespace procession::report
