// SPDX-License-Identifier: MIT
#pragma once
// Event patterns: the text `last(worker[i].join(leaf).call)` taken apart, not yet looked up. Made
// by `read_event` and `read_order` from scalars of a file or from the command line; looked up
// against a Plan by plan/events.h, which knows which events there are. Grammar:
// scenarios/README.md, "Events".

#include "harness/base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace procession::scenario {

struct Position {
  int line = 0;  // from 1; 0 = not from a file
  int column = 0;
};

// What stands in `[…]`: a number, a free letter with an offset, or `index` (the reader's own one).
struct Index {
  enum class Kind { Number, Letter, Own };
  Kind kind = Kind::Number;
  char letter = 0;
  long offset = 0;  // the number itself, or what is added to the letter
};

struct PathPart {
  std::string name;
  std::optional<Index> index;
};

// `main/worker[2]/leaf`, possibly shortened from the left. At least one part.
struct ProcessPattern {
  std::vector<PathPart> parts;
};

struct EventPattern {
  enum class Pick { Each, First, Last };
  Pick pick = Pick::Each;
  bool if_it_happens = false;  // `?`
  ProcessPattern process;
  std::string what;     // begin, end, ready, error, …, a verb or a label
  std::string operand;  // the text in `( )`, empty if none
  std::optional<ProcessPattern> process_operand;  // set when that text reads as a process
  std::optional<Index> occurrence;
  bool call = false;  // `.call`
  std::string text;   // as written, for messages
  Position at;
};

// `a < b < c`: two events or more.
struct OrderPattern {
  std::vector<EventPattern> events;
  std::string text;
  Position at;
};

// Errors are BadInput; their message says which part is wrong and what could stand there. `at` is
// where the text begins; positions of the parts follow from it.
[[nodiscard]] base::Result<ProcessPattern> read_process(std::string_view text);
[[nodiscard]] base::Result<EventPattern> read_event(std::string_view text, Position at = {});
[[nodiscard]] base::Result<OrderPattern> read_order(std::string_view text, Position at = {});

}  // namespace procession::scenario
