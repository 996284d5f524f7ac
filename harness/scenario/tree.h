// SPDX-License-Identifier: MIT
#pragma once
// The tree of a file: what its YAML says before any key has a meaning. Scalars are text and nothing
// else: `yes`, `null` and `010` are the letters that stand there. Made by `read_tree` for the
// reader; nothing outside this folder sees it.
//
// Strict: duplicate keys, tags, anchors, aliases, directives, a second document and a comment after
// unquoted text are refused, as are more than 64 levels or 10,000 items. Built from yaml-cpp's
// events rather than from its nodes, which accept all of these in silence. Every level announces
// itself by an event before yaml-cpp descends into it, so refusing there bounds its recursion too.

#include "harness/scenario/diagnostics.h"
#include "harness/scenario/source_text.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace procession::scenario {

struct Entry;

struct Node {
  enum class Kind { Empty, Scalar, List, Map };
  Kind kind = Kind::Empty;
  Position at;       // of its first character; an empty value's is that of its key
  Position text_at;  // where a scalar's text begins: behind the quote, if there is one
  bool quoted = false;
  bool flow = false;  // a list in [ ], a map in { }
  std::string text;
  std::vector<Node> items;
  std::vector<Entry> entries;  // in the file's order

  [[nodiscard]] bool is_scalar() const { return kind == Kind::Scalar; }
  [[nodiscard]] bool is_list() const { return kind == Kind::List; }
  [[nodiscard]] bool is_map() const { return kind == Kind::Map; }
  [[nodiscard]] bool is_empty() const { return kind == Kind::Empty; }
};

struct Entry {
  Node key;  // a scalar
  Node value;
};

inline constexpr std::size_t kMaxLevels = 64;
inline constexpr std::size_t kMaxItems = 10'000;

// "a list", "a map", "nothing", "`the text`".
[[nodiscard]] std::string describe(const Node& node);
// A text for a message: in backquotes, cut when it is long, without control characters.
[[nodiscard]] std::string quote(std::string_view text);

// None when the file has no tree: the problems then say why. With a tree there may be problems too;
// it is then what would be left after mending them. `source` must have passed its check.
[[nodiscard]] std::optional<Node> read_tree(const SourceText& source, Diagnostics& problems);

}  // namespace procession::scenario
