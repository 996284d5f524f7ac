// SPDX-License-Identifier: MIT
#pragma once
// Fields: a map of the file seen through the rows of the key table. Making one reports every key
// that no row names and every required key that is missing; then the decoders ask for the values by
// name. A key that is absent has no value; one whose value is wrong has none either, and a problem.
//
// A decoder that asks for another type than the table says has a bug, and is stopped by a check: so
// what the schema tells an editor is what the reader does.

#include "harness/scenario/keys.h"
#include "harness/scenario/values.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace procession::scenario {

class Field {
 public:
  Field() = default;
  Field(const Node& node, const Key& key, Diagnostics& problems)
      : node_(&node), key_(&key), problems_(&problems) {}

  explicit operator bool() const { return node_ != nullptr; }
  [[nodiscard]] const Node& node() const;

  [[nodiscard]] std::optional<Text> text() const;
  [[nodiscard]] std::optional<Text> name() const;
  [[nodiscard]] std::optional<Text> label() const;
  [[nodiscard]] std::optional<Text> letter() const;
  [[nodiscard]] std::optional<bool> flag() const;
  [[nodiscard]] std::optional<std::int64_t> integer() const;
  [[nodiscard]] std::vector<std::int64_t> integers() const;
  [[nodiscard]] std::optional<base::Duration> duration() const;
  [[nodiscard]] std::optional<base::Duration> duration_or_forever() const;  // forever: none
  [[nodiscard]] std::optional<std::int64_t> size() const;
  [[nodiscard]] std::vector<std::int64_t> sizes() const;
  [[nodiscard]] std::optional<std::int64_t> rate() const;
  [[nodiscard]] std::optional<int> signal() const;
  [[nodiscard]] std::optional<std::string_view> word() const;
  [[nodiscard]] std::optional<ProcessAt> process() const;
  [[nodiscard]] std::optional<EventPattern> event() const;
  [[nodiscard]] std::vector<ProcessAt> processes() const;
  [[nodiscard]] std::vector<ProcessAt> process_list() const;
  [[nodiscard]] std::vector<Text> symbols() const;
  [[nodiscard]] std::vector<Text> texts() const;
  [[nodiscard]] std::vector<std::pair<Text, Text>> named_texts() const;
  [[nodiscard]] std::vector<EventPattern> events() const;
  [[nodiscard]] std::vector<OrderPattern> orders() const;
  [[nodiscard]] std::vector<FigurePattern> figures() const;

 private:
  // What `read` makes of the node, or nothing if the field is absent.
  template <class Read>
  [[nodiscard]] auto read_as(Type type, Read read) const;
  [[nodiscard]] Site site() const { return {key_->name, *problems_}; }
  [[nodiscard]] std::optional<std::int64_t> integer_in(const Node& node, const Site& site) const;

  const Node* node_ = nullptr;
  const Key* key_ = nullptr;
  Diagnostics* problems_ = nullptr;
};

class Fields {
 public:
  // `owner`: whose keys these are, for messages: "a process", "`join`". `node`, `keys` and
  // `problems` must outlive it. A node that is no map is a problem and has no fields.
  Fields(const Node& node, const std::vector<Key>& keys, std::string_view owner,
         Diagnostics& problems);
  Fields(const Node&, std::vector<Key>&&, std::string_view, Diagnostics&) = delete;

  // An absent field is false and has no value of any type.
  [[nodiscard]] Field operator[](std::string_view key) const;

 private:
  std::map<std::string_view, Field> fields_;
};

}  // namespace procession::scenario
