// SPDX-License-Identifier: MIT
#include "harness/scenario/fields.h"

#include "harness/base/check.h"
#include "harness/scenario/scalar.h"

#include <fmt/format.h>

#include <algorithm>

namespace procession::scenario {

namespace {

base::Result<std::string> read_letter(std::string_view text) {
  if (text.size() == 1 && is_name(text)) {
    return std::string(text);
  }
  return base::Error{base::ErrorKind::BadInput,
                     quote(text) + " is no letter; write one, such as i"};
}

void report_unknown(const Entry& entry, bool in_brackets, const std::vector<Key>& keys,
                    std::string_view owner, Diagnostics& problems) {
  std::vector<std::string_view> names;
  for (const Key& key : keys) {
    names.push_back(key.name);
  }
  const bool torn_text = in_brackets && entry.value.is_empty();
  problems.add(
      entry.key.at, fmt::format("unknown key {} in {}", quote(entry.key.text), owner),
      torn_text ? "inside { } quote a text that holds a comma" : suggest(entry.key.text, names));
}

}  // namespace

template <class Read>
auto Field::read_as(Type type, Read read) const {
  using Value = decltype(read(*node_, site()));
  if (node_ == nullptr) {
    return Value();
  }
  base::check(key_->type == type, "the field is read as the type that the key table says");
  return read(*node_, site());
}

const Node& Field::node() const {
  base::check(node_ != nullptr, "the field is there");
  return *node_;
}

std::optional<Text> Field::text() const { return read_as(Type::Text, text_value); }
std::optional<Text> Field::name() const { return read_as(Type::Name, name_value); }
std::optional<Text> Field::label() const { return read_as(Type::Label, label_value); }

std::optional<Text> Field::letter() const {
  return read_as(Type::Letter, [](const Node& node, const Site& site) {
    auto letter = typed_value<std::string>(node, site, read_letter);
    return letter ? std::optional(Text{std::move(*letter), node.text_at}) : std::nullopt;
  });
}

std::optional<bool> Field::flag() const {
  return read_as(Type::Flag, [](const Node& node, const Site& site) {
    return typed_value<bool>(node, site, read_flag);
  });
}

std::optional<std::int64_t> Field::integer_in(const Node& node, const Site& site) const {
  return typed_value<std::int64_t>(node, site, [this](std::string_view text) {
    return read_integer(text, key_->least, key_->most);
  });
}

std::optional<std::int64_t> Field::integer() const {
  return read_as(Type::Integer,
                 [this](const Node& node, const Site& site) { return integer_in(node, site); });
}

std::vector<std::int64_t> Field::integers() const {
  return read_as(Type::Integers, [this](const Node& node, const Site& site) {
    std::vector<std::int64_t> numbers;
    for (const Node& item : one_or_more(node, site)) {
      if (const auto number = integer_in(item, site)) {
        numbers.push_back(*number);
      }
    }
    return numbers;
  });
}

std::optional<base::Duration> Field::duration() const {
  return read_as(Type::Duration, [](const Node& node, const Site& site) {
    return typed_value<base::Duration>(node, site, read_duration);
  });
}

std::optional<base::Duration> Field::duration_or_forever() const {
  return read_as(Type::DurationOrForever, [](const Node& node, const Site& site) {
    return node.is_scalar() && node.text == "forever"
               ? std::nullopt
               : typed_value<base::Duration>(node, site, read_duration);
  });
}

std::optional<std::int64_t> Field::size() const {
  return read_as(Type::Size, [](const Node& node, const Site& site) {
    return typed_value<std::int64_t>(node, site, read_size);
  });
}

std::vector<std::int64_t> Field::sizes() const {
  return read_as(Type::Sizes, [](const Node& node, const Site& site) {
    std::vector<std::int64_t> sizes;
    for (const Node& item : one_or_more(node, site)) {
      if (const auto size = typed_value<std::int64_t>(item, site, read_size)) {
        sizes.push_back(*size);
      }
    }
    return sizes;
  });
}

std::optional<std::int64_t> Field::rate() const {
  return read_as(Type::Rate, [](const Node& node, const Site& site) {
    return typed_value<std::int64_t>(node, site, read_rate);
  });
}

std::optional<int> Field::signal() const {
  return read_as(Type::Signal, [](const Node& node, const Site& site) {
    return typed_value<int>(node, site, read_signal);
  });
}

std::optional<std::string_view> Field::word() const {
  return read_as(Type::Word, [this](const Node& node, const Site& site) {
    return word_value(node, site, key_->words);
  });
}

std::optional<ProcessAt> Field::process() const { return read_as(Type::Process, process_value); }
std::optional<EventPattern> Field::event() const { return read_as(Type::Event, event_value); }

std::vector<ProcessAt> Field::processes() const {
  return read_as(Type::Processes, [](const Node& node, const Site& site) {
    return read_each(one_or_more(node, site), site, process_value);
  });
}

std::vector<ProcessAt> Field::process_list() const {
  return read_as(Type::ProcessList, [](const Node& node, const Site& site) {
    return read_each(list_items(node, site), site, process_value);
  });
}

std::vector<Text> Field::symbols() const {
  return read_as(Type::Symbols, [](const Node& node, const Site& site) {
    return read_each(one_or_more(node, site), site, name_value);
  });
}

std::vector<Text> Field::texts() const {
  return read_as(Type::TextList, [](const Node& node, const Site& site) {
    return read_each(list_items(node, site), site, text_value);
  });
}

std::vector<std::pair<Text, Text>> Field::named_texts() const {
  return read_as(Type::TextMap, [](const Node& node, const Site& site) {
    std::vector<std::pair<Text, Text>> texts;
    for (const Entry& entry : map_entries(node, site)) {
      if (auto text = text_value(entry.value, {entry.key.text, site.problems})) {
        texts.emplace_back(Text{entry.key.text, entry.key.at}, std::move(*text));
      }
    }
    return texts;
  });
}

std::vector<EventPattern> Field::events() const {
  return read_as(Type::EventList, [](const Node& node, const Site& site) {
    return read_each(list_items(node, site), site, event_value);
  });
}

std::vector<OrderPattern> Field::orders() const {
  return read_as(Type::OrderList, [](const Node& node, const Site& site) {
    return read_each(list_items(node, site), site, order_value);
  });
}

std::vector<FigurePattern> Field::figures() const {
  return read_as(Type::FigureList, [](const Node& node, const Site& site) {
    return read_each(list_items(node, site), site, figure_value);
  });
}

Fields::Fields(const Node& node, const std::vector<Key>& keys, std::string_view owner,
               Diagnostics& problems) {
  if (!node.is_map()) {
    problems.add(node.at, fmt::format("{} must be a map, not {}", owner, describe(node)),
                 "write `key: value`, with a space behind the colon");
    return;
  }
  for (const Entry& entry : node.entries) {
    const auto key = std::ranges::find(keys, entry.key.text, &Key::name);
    if (key == keys.end()) {
      report_unknown(entry, node.flow, keys, owner, problems);
    } else {
      fields_.emplace(key->name, Field(entry.value, *key, problems));
    }
  }
  for (const Key& key : keys) {
    if (key.required && !fields_.contains(key.name)) {
      problems.add(node.at, fmt::format("{} lacks `{}` ({})", owner, key.name, key.about));
    }
  }
}

Field Fields::operator[](std::string_view key) const {
  const auto found = fields_.find(key);
  return found == fields_.end() ? Field() : found->second;
}

}  // namespace procession::scenario
