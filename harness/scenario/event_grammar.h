// SPDX-License-Identifier: MIT
#pragma once
// The grammar of event patterns, for the reader of files: like event_pattern.h, but a text that
// does not fit says at which of its bytes.

#include "harness/scenario/event_pattern.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace procession::scenario {

struct GrammarError {
  std::size_t offset = 0;
  std::string message;
};

template <class T>
using Parsed = std::variant<T, GrammarError>;

[[nodiscard]] Parsed<ProcessPattern> parse_process(std::string_view text);
[[nodiscard]] Parsed<EventPattern> parse_event(std::string_view text, Position at);
[[nodiscard]] Parsed<OrderPattern> parse_order(std::string_view text, Position at);

// Words that follow the dot and are neither verb nor label: `begin`, `error`, `call` …
[[nodiscard]] bool is_event_word(std::string_view word);
[[nodiscard]] std::vector<std::string_view> event_words();

}  // namespace procession::scenario
