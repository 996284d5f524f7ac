// SPDX-License-Identifier: MIT
#pragma once
// The key table: every key of the language, at each of its levels, with the type of its value. The
// one place where the language's vocabulary is written down: the reader asks it what may stand
// where, the JSON Schema is built from it, and the reference page is compared with it.

#include "harness/scenario/verb.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace procession::scenario {

enum class Type : std::uint8_t {
  // one scalar
  Text,
  Name,      // a letter, then letters, digits, `_`, `-`
  Label,     // a name that is no verb and no word of events
  Letter,    // one letter
  Flag,      // true or false
  Integer,   // from `least` to `most`
  Duration,  // 50ms
  DurationOrForever,
  Size,       // 64KiB
  Sizes,      // a size or a list of them
  Rate,       // 20000/s
  Signal,     // SIGTERM
  Word,       // one of `words`
  Process,    // a process pattern
  Event,      // an event pattern
  Integers,   // an integer or a list of them
  Processes,  // a process pattern or a list of them
  Symbols,    // an error symbol or a list of them
  // lists
  TextList,
  ProcessList,
  EventList,
  OrderList,
  FigureList,  // what figures are compared with
  GroupList,   // of processes, or of lists of processes
  OutcomeList,
  Steps,
  // maps
  Matrix,
  Requires,
  ProcessMap,
  FigureMap,  // name: a map of from and to
  Expect,
  Verdict,
  CountMap,   // event: number or range
  StatusMap,  // process: status or a list of them
  LinesMap,   // process: list of texts
  TextMap,    // text: text
  Ready,      // `port`, or a map of one of line, file, fd
  ParentMap,  // process: process
  Outcomes,
  // a verb without operand
  Nothing,
};

struct Key {
  std::string_view name;
  Type type = Type::Text;
  std::vector<std::string_view> words = {};
  std::int64_t least = 0;
  std::int64_t most = 0;
  bool required = false;
  std::string_view fallback = {};  // what holds without the key, as a file would write it
  std::string_view about = {};     // one line
};

// A verb is the key of its operand; the options stand beside it.
struct VerbRow {
  Verb verb = Verb::Mark;
  Key operand;  // not required: the verb may stand alone, as a bare word
  std::vector<Key> options;
  std::string_view example;    // a step, as a file would write it
  std::vector<Key> keys = {};  // operand, options and what every verb takes
};

enum class Level : std::uint8_t { File, Requires, Process, Ready, Figure, Step, Expect, Outcomes };

// The keys of a level in the order of the reference; of Step: those that every verb takes.
[[nodiscard]] const std::vector<Key>& keys_of(Level level);
// Every verb that a file can write.
[[nodiscard]] const std::vector<VerbRow>& verb_rows();
[[nodiscard]] const VerbRow* verb_row(std::string_view verb);  // null if there is no such verb
// What `verdict` can speak of: the keys of `expect`, and `left`.
[[nodiscard]] std::vector<std::string_view> verdict_names();

// Names that no process may have, and facts that no matrix key may be named like.
[[nodiscard]] const std::vector<std::string_view>& reserved_names();
[[nodiscard]] const std::vector<std::string_view>& fact_names();

// All keys and verbs, sorted: what a reference page must mention.
[[nodiscard]] std::vector<std::string> documented_words();

}  // namespace procession::scenario
