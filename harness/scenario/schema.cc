// SPDX-License-Identifier: MIT
#include "harness/scenario/schema.h"

#include "harness/scenario/keys.h"
#include "harness/scenario/symbol.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace procession::scenario {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kNamePattern = "^[A-Za-z][A-Za-z0-9_-]*$";

Json ref(std::string_view definition) {
  return {{"$ref", fmt::format("#/definitions/{}", definition)}};
}

Json pattern(std::string_view expression) { return {{"type", "string"}, {"pattern", expression}}; }

Json list_of(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }

Json map_of(Json values) {
  return {{"type", "object"}, {"additionalProperties", std::move(values)}};
}

Json one_or_more(const Json& item) {
  return {{"anyOf", {item, {{"type", "array"}, {"items", item}, {"minItems", 1}}}}};
}

// Numbers and words can also come from the matrix, when they are still texts such as ${clients}.
Json or_fact(Json value) { return {{"anyOf", {std::move(value), ref("fact")}}}; }

Json words(const std::vector<std::string_view>& words) { return {{"enum", words}}; }

Json integer(const Key& key) {
  return or_fact({{"type", "integer"}, {"minimum", key.least}, {"maximum", key.most}});
}

// A verb's operand, an option or a key's value.
Json schema_of(const Key& key) {
  switch (key.type) {
    case Type::Text:
      return ref("text");
    case Type::Name:
    case Type::Label:
      return key.required || key.type == Type::Label ? ref("name")
                                                     : Json{{"anyOf", {ref("name"), ref("bare")}}};
    case Type::Letter:
      return or_fact(pattern("^[A-Za-z]$"));
    case Type::Flag:
      return or_fact({{"type", "boolean"}});
    case Type::Integer:
      return integer(key);
    case Type::Integers:
      return one_or_more(integer(key));
    case Type::Duration:
      return ref("duration");
    case Type::DurationOrForever:
      return {{"anyOf", {ref("duration"), {{"const", "forever"}}}}};
    case Type::Size:
      return ref("size");
    case Type::Sizes:
      return one_or_more(ref("size"));
    case Type::Rate:
      return or_fact(pattern("^[0-9]+/s$"));
    case Type::Signal:
      return ref("signal");
    case Type::Word:
      return or_fact(words(key.words));
    case Type::Process:
      return ref("process");
    case Type::Event:
      return ref("event");
    case Type::Processes:
      return one_or_more(ref("process"));
    case Type::Symbols:
      return one_or_more(ref("name"));
    case Type::TextList:
      return list_of(ref("text"));
    case Type::ProcessList:
      return list_of(ref("process"));
    case Type::EventList:
      return list_of(ref("event"));
    case Type::OrderList:
      return list_of(ref("order"));
    case Type::FigureList:
      return list_of(pattern("^[A-Za-z].* (<|<=|>|>=|==) |\\$\\{"));
    case Type::GroupList:
      return {{"anyOf", {list_of(ref("process")), list_of(list_of(ref("process")))}}};
    case Type::OutcomeList:
      return list_of(map_of(one_or_more(ref("text"))));
    case Type::Steps:
      return list_of(ref("step"));
    case Type::Matrix:
      return {{"anyOf", {map_of(list_of(ref("text"))), list_of(map_of(ref("text")))}}};
    case Type::CountMap:
      return map_of({{"anyOf",
                      {{{"type", "integer"}, {"minimum", 0}},
                       pattern("^([0-9]+(\\.\\.[0-9]+)?|.*\\$\\{.*)$")}}});
    case Type::StatusMap:
      return map_of(one_or_more(ref("status")));
    case Type::LinesMap:
      return map_of(list_of(ref("text")));
    case Type::TextMap:
      return map_of(ref("text"));
    case Type::Ready:
      return ref("ready");
    case Type::ParentMap:
      return map_of(ref("process"));
    case Type::Requires:
      return ref("requires");
    case Type::ProcessMap:
      return ref("processes");
    case Type::FigureMap:
      return ref("figures");
    case Type::Expect:
      return ref("expect");
    case Type::Verdict:
      return ref("verdict");
    case Type::Outcomes:
      return ref("outcomes");
    case Type::Nothing:
      return ref("bare");
  }
  return {};
}

Json described(const Key& key) {
  Json schema = schema_of(key);
  if (schema.contains("$ref")) {  // draft-07 ignores whatever stands beside a $ref
    schema = {{"allOf", {schema}}};
  }
  schema["description"] = key.fallback.empty()
                              ? std::string(key.about)
                              : fmt::format("{} (default: {})", key.about, key.fallback);
  return schema;
}

// A map with these keys and no others.
Json map_with(const std::vector<Key>& keys) {
  Json schema = {{"type", "object"},
                 {"properties", Json::object()},
                 {"required", Json::array()},
                 {"additionalProperties", false}};
  for (const Key& key : keys) {
    schema["properties"][std::string(key.name)] = described(key);
    if (key.required) {
      schema["required"].push_back(key.name);
    }
  }
  return schema;
}

Json step_of(const VerbRow& row) {
  Json schema = map_with(row.keys);
  if (!row.operand.required) {
    schema["required"].push_back(row.operand.name);
  }
  if (row.verb == Verb::Handle) {
    schema["oneOf"] = {{{"required", {"action"}}}, {{"required", {"steps"}}}};
  }
  schema["title"] = row.operand.name;
  schema["description"] = fmt::format("{}: `- {}`", row.operand.about, row.example);
  return schema;
}

// Every verb is one alternative; those that need no operand are words too.
Json step() {
  Json bare = Json::array();
  Json alternatives = Json::array();
  for (const VerbRow& row : verb_rows()) {
    alternatives.push_back(step_of(row));
    if (!row.operand.required) {
      bare.push_back(row.operand.name);
    }
  }
  alternatives.push_back({{"enum", bare}});
  return {{"anyOf", alternatives}};
}

// One of its keys, or the bare word.
Json ready() {
  Json probe = map_with(keys_of(Level::Ready));
  probe["minProperties"] = probe["maxProperties"] = 1;
  return {{"anyOf", {{{"const", "port"}}, probe}}};
}

Json processes() {
  Json map = map_with(keys_of(Level::Process));
  map["oneOf"] = {{{"required", {"steps"}}}, {{"required", {"exec"}}}};
  Json process = {{"anyOf", {list_of(ref("step")), map}}};
  return {{"type", "object"},
          {"properties", {{"main", process}}},
          {"required", {"main"}},
          {"additionalProperties", process},
          {"propertyNames", {{"pattern", kNamePattern}, {"not", {{"enum", reserved_names()}}}}}};
}

Json figures() {
  Json schema = map_of(map_with(keys_of(Level::Figure)));
  schema["propertyNames"] = {{"pattern", kNamePattern}};
  return schema;
}

Json verdict() {
  Json schema = {
      {"type", "object"}, {"properties", Json::object()}, {"additionalProperties", false}};
  for (const std::string_view name : verdict_names()) {
    schema["properties"][std::string(name)] =
        words({"held", "broken", "inconclusive", "invalid", "skipped"});
  }
  return schema;
}

Json definitions() {
  return {
      {"text", {{"type", {"string", "number", "boolean", "null"}}}},
      {"bare", {{"type", "null"}}},
      {"fact", pattern("\\$\\{")},
      {"name", or_fact(pattern(kNamePattern))},
      {"duration", or_fact(pattern("^[0-9]+(ns|us|ms|s|m)$"))},
      {"size", or_fact(pattern("^[0-9]+(B|KiB|MiB|GiB)$"))},
      {"signal", or_fact({{"anyOf", {words(signal_names()), pattern("^SIGRTMIN\\+[0-9]+$")}}})},
      {"status",
       {{"anyOf", {{{"type", "integer"}, {"minimum", 0}, {"maximum", 255}}, ref("signal")}}}},
      {"process", pattern("^([A-Za-z]|.*\\$\\{)")},
      {"event", pattern("\\.|\\$\\{")},
      {"order", pattern(" < |\\$\\{")},
      {"requires", map_with(keys_of(Level::Requires))},
      {"step", step()},
      {"ready", ready()},
      {"processes", processes()},
      {"figures", figures()},
      {"outcomes", map_with(keys_of(Level::Outcomes))},
      {"expect", map_with(keys_of(Level::Expect))},
      {"verdict", verdict()},
  };
}

}  // namespace

std::string json_schema() {
  Json schema = {{"$schema", "http://json-schema.org/draft-07/schema#"},
                 {"title", "Procession scenario"}};
  schema.update(map_with(keys_of(Level::File)));
  schema["definitions"] = definitions();
  return schema.dump(2) + "\n";
}

}  // namespace procession::scenario
