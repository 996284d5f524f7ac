// SPDX-License-Identifier: MIT
#pragma once
// Values: from a node of the tree to a typed value, or to a problem with its position. Used by
// Fields for the value of a key and by the decoders for items of lists and maps.

#include "harness/base/result.h"
#include "harness/scenario/model.h"
#include "harness/scenario/tree.h"

#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace procession::scenario {

// Whose value is being read, for messages, and where the problems go.
struct Site {
  std::string_view key;
  Diagnostics& problems;
};

using ProcessAt = std::pair<ProcessPattern, Position>;

// The node's text; a list, a map or nothing is a problem.
[[nodiscard]] std::optional<Text> text_value(const Node& node, const Site& site);
[[nodiscard]] std::optional<Text> name_value(const Node& node, const Site& site);
[[nodiscard]] std::optional<Text> label_value(const Node& node, const Site& site);
[[nodiscard]] std::optional<Text> status_value(const Node& node, const Site& site);
[[nodiscard]] std::optional<std::string_view> word_value(const Node& node, const Site& site,
                                                         std::span<const std::string_view> words);
[[nodiscard]] std::optional<ProcessAt> process_value(const Node& node, const Site& site);
[[nodiscard]] std::optional<EventPattern> event_value(const Node& node, const Site& site);
[[nodiscard]] std::optional<OrderPattern> order_value(const Node& node, const Site& site);
[[nodiscard]] std::optional<FigurePattern> figure_value(const Node& node, const Site& site);

// The items of a list, none if the node is something else; that is a problem.
[[nodiscard]] std::span<const Node> list_items(const Node& node, const Site& site);
// Likewise, but a single value stands for a list of one.
[[nodiscard]] std::span<const Node> one_or_more(const Node& node, const Site& site);
[[nodiscard]] std::span<const Entry> map_entries(const Node& node, const Site& site);

// Reads each node with `read`; what cannot be read is left out, its problem being reported.
template <class T>
[[nodiscard]] std::vector<T> read_each(std::span<const Node> nodes, const Site& site,
                                       std::optional<T> (*read)(const Node&, const Site&)) {
  std::vector<T> values;
  for (const Node& node : nodes) {
    if (std::optional<T> value = read(node, site)) {
      values.push_back(std::move(*value));
    }
  }
  return values;
}

// A scalar through one of the pure readers of scalar.h.
template <class T, class Read>
[[nodiscard]] std::optional<T> typed_value(const Node& node, const Site& site, Read read) {
  const std::optional<Text> text = text_value(node, site);
  if (!text) {
    return std::nullopt;
  }
  base::Result<T> value = read(text->value);
  if (!value) {
    site.problems.add(node.at, "`" + std::string(site.key) + "`: " + value.error().message);
    return std::nullopt;
  }
  return std::move(value).value();
}

// "did you mean `join`?", or else the words that there are.
[[nodiscard]] std::string suggest(std::string_view word, std::span<const std::string_view> known);

}  // namespace procession::scenario
