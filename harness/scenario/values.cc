// SPDX-License-Identifier: MIT
#include "harness/scenario/values.h"

#include "harness/base/text.h"
#include "harness/scenario/event_grammar.h"
#include "harness/scenario/figure_pattern.h"
#include "harness/scenario/scalar.h"

#include <fmt/format.h>

#include <algorithm>

namespace procession::scenario {

namespace {

void expected(std::string_view what, const Node& node, const Site& site, std::string help = {}) {
  if (node.is_empty()) {
    site.problems.add(node.at, fmt::format("`{}` has no value", site.key), std::move(help));
  } else {
    site.problems.add(node.at,
                      fmt::format("`{}` must be {}, not {}", site.key, what, describe(node)),
                      std::move(help));
  }
}

template <class T>
std::optional<T> accept(Parsed<T> parsed, const Node& node, const Site& site) {
  auto* error = std::get_if<GrammarError>(&parsed);
  if (error == nullptr) {
    return std::get<T>(std::move(parsed));
  }
  Position at = node.text_at;
  at.column += static_cast<int>(characters_before(node.text, error->offset));
  site.problems.add(at, std::move(error->message));
  return std::nullopt;
}

}  // namespace

std::optional<Text> text_value(const Node& node, const Site& site) {
  if (!node.is_scalar()) {
    expected("one value", node, site,
             node.flow ? "quote a text that begins with [ or {" : std::string());
    return std::nullopt;
  }
  return Text{node.text, node.text_at};
}

std::optional<Text> name_value(const Node& node, const Site& site) {
  auto name = typed_value<std::string>(node, site, read_name);
  return name ? std::optional(Text{std::move(*name), node.text_at}) : std::nullopt;
}

std::optional<Text> label_value(const Node& node, const Site& site) {
  std::optional<Text> label = name_value(node, site);
  if (label && (is_event_word(label->value) || verb_named(label->value))) {
    site.problems.add(node.at,
                      fmt::format("`{}`: {} already means an event", site.key, quote(label->value)),
                      "choose another label");
    return std::nullopt;
  }
  return label;
}

std::optional<Text> status_value(const Node& node, const Site& site) {
  auto status = typed_value<std::string>(node, site, read_status);
  return status ? std::optional(Text{std::move(*status), node.text_at}) : std::nullopt;
}

std::optional<std::string_view> word_value(const Node& node, const Site& site,
                                           std::span<const std::string_view> words) {
  const std::optional<Text> text = text_value(node, site);
  if (!text) {
    return std::nullopt;
  }
  const auto found = std::ranges::find(words, text->value);
  if (found == words.end()) {
    site.problems.add(node.at, fmt::format("`{}` cannot be {}", site.key, quote(text->value)),
                      suggest(text->value, words));
    return std::nullopt;
  }
  return *found;
}

std::optional<ProcessAt> process_value(const Node& node, const Site& site) {
  const std::optional<Text> text = text_value(node, site);
  if (!text) {
    return std::nullopt;
  }
  std::optional<ProcessPattern> process = accept(parse_process(text->value), node, site);
  return process ? std::optional(ProcessAt(std::move(*process), node.text_at)) : std::nullopt;
}

std::optional<EventPattern> event_value(const Node& node, const Site& site) {
  const std::optional<Text> text = text_value(node, site);
  if (!text) {
    return std::nullopt;
  }
  std::optional<EventPattern> event = accept(parse_event(text->value, node.text_at), node, site);
  if (event && event->if_it_happens) {
    site.problems.add(node.at, "`?` means \"if it happens\" and stands left of a `<` only");
    return std::nullopt;
  }
  return event;
}

std::optional<OrderPattern> order_value(const Node& node, const Site& site) {
  const std::optional<Text> text = text_value(node, site);
  return text ? accept(parse_order(text->value, node.text_at), node, site) : std::nullopt;
}

std::optional<FigurePattern> figure_value(const Node& node, const Site& site) {
  const std::optional<Text> text = text_value(node, site);
  return text ? accept(parse_figure(text->value, node.text_at), node, site) : std::nullopt;
}

std::span<const Node> list_items(const Node& node, const Site& site) {
  if (!node.is_list()) {
    expected("a list", node, site, "write each item on its own line, after `- `");
    return {};
  }
  return node.items;
}

std::span<const Node> one_or_more(const Node& node, const Site& site) {
  if (node.is_scalar()) {
    return {&node, 1};
  }
  if (!node.is_list()) {
    expected("one value or a list of values", node, site);
  } else if (node.items.empty()) {
    site.problems.add(node.at, fmt::format("`{}` is an empty list", site.key));
  }
  return node.items;
}

std::span<const Entry> map_entries(const Node& node, const Site& site) {
  if (!node.is_map()) {
    expected("a map", node, site, "write `key: value`, with a space behind the colon");
    return {};
  }
  return node.entries;
}

std::string suggest(std::string_view word, std::span<const std::string_view> known) {
  if (const auto nearest = base::nearest_word(word, known)) {
    return fmt::format("did you mean `{}`?", *nearest);
  }
  std::vector<std::string> words;
  for (const std::string_view name : known) {
    words.push_back("`" + std::string(name) + "`");
  }
  return "it can be " + base::enumerate_words(words, "or");
}

}  // namespace procession::scenario
