// SPDX-License-Identifier: MIT
#include "harness/scenario/schema.h"

#include "harness/scenario/keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <set>

namespace procession::scenario {
namespace {

using nlohmann::json;

// Calls `visit` with every value of a document.
void walk(const json& value, const std::function<void(const json&)>& visit) {
  visit(value);
  if (value.is_structured()) {
    for (const json& part : value) {
      walk(part, visit);
    }
  }
}

TEST(Schema, MentionsEveryKeyAndVerb) {
  std::set<std::string> mentioned;
  walk(json::parse(json_schema()), [&](const json& value) {
    if (value.is_object() && value.contains("properties")) {
      for (const auto& [key, schema] : value["properties"].items()) {
        mentioned.insert(key);
      }
    }
  });
  mentioned.erase("main");
  EXPECT_THAT(mentioned, testing::ElementsAreArray(documented_words()));
}

TEST(Schema, RefersOnlyToWhatItDefines) {
  const json schema = json::parse(json_schema());
  walk(schema, [&](const json& value) {
    if (value.is_object() && value.contains("$ref")) {
      const std::string target = value["$ref"].get<std::string>().substr(1);
      EXPECT_TRUE(schema.contains(json::json_pointer(target))) << target;
    }
  });
}

TEST(Schema, ClosesEveryMapThatHasKeys) {
  walk(json::parse(json_schema()), [](const json& value) {
    if (value.is_object() && value.contains("properties") && !value.contains("propertyNames")) {
      EXPECT_EQ(value["additionalProperties"], false);
    }
  });
}

TEST(DocumentedWords, AreAllVerbsAndKeys) {
  const std::vector<std::string> words = documented_words();
  for (const std::string_view verb : kVerbNames) {
    EXPECT_EQ(std::ranges::count(words, verb), verb == "talk" ? 0 : 1) << verb;
  }
  for (const char* key : {"scenario", "matrix", "cpus", "args", "outcomes", "forbidden", "left",
                          "as", "fails", "backlog"}) {
    EXPECT_EQ(std::ranges::count(words, key), 1) << key;
  }
}

// An independent judge: does it call these documents right or wrong, as the reader would?
TEST(Schema, IsUnderstoodByAValidator) {
  constexpr int kMissing = 77;
  constexpr std::string_view kScript = R"(
import json, sys
try:
    import jsonschema
except ImportError:
    sys.exit(77)
schema = json.load(open(sys.argv[1]))
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
def document(step, **more):
    return {"scenario": "x", "processes": {"main": [step]}, **more}
good = [
    document({"start": "child"}),
    document({"start": ["child", "worker[2]"], "order": "reverse"}),
    document({"join": "child", "timeout": "50ms", "as": "polled", "fails": ["not_started", "ok"]}),
    document("disconnect"),
    document({"active_children": None, "as": "x"}),
    document({"repeat": "${n}", "steps": [{"print": 5}]}, matrix={"n": [1, 2]}),
    document({"handle": "SIGTERM", "action": "ignore"}, expect={"exit": {"main": [0, "SIGTERM"]}}),
    document({"sleep": "forever"}, expect={"order": ["a.end < b.end"], "count": {"a.end": "1..4"}}),
]
bad = [
    {"scenario": "x", "processes": {"child": []}},
    document({"start": "child"}, tiemout="5s"),
    document({"jion": "child"}),
    document("exit"),
    document({"join": "child", "timeout": 50}),
    document({"start": "child", "timeout": "5s"}),
    document({"start": "a", "join": "a"}),
    document({"signal": "child"}),
    document({"handle": "SIGTERM"}),
    document({"exit": 256}),
    document({"start": "child"}, expect={"order": ["a.end<b.end"]}),
    document({"start": "child"}, verdict={"order": "brokn"}),
    {"scenario": "x", "processes": {"main": [], "talker": []}},
    {"scenario": "x", "processes": {"main": [], "a": {"steps": [], "start_method": "thread"}}},
]
wrong = [d for d in good if not validator.is_valid(d)] + [d for d in bad if validator.is_valid(d)]
for d in wrong:
    print(d, [e.message for e in validator.iter_errors(d)])
sys.exit(len(wrong) > 0)
)";
  const std::string folder = testing::TempDir();
  const std::string script = folder + "/procession_schema_test.py";
  const std::string schema = folder + "/procession_schema_test.json";
  std::ofstream(script) << kScript;
  std::ofstream(schema) << json_schema();
  const int status = std::system(("python3 '" + script + "' '" + schema + "'").c_str());
  std::remove(script.c_str());
  std::remove(schema.c_str());
  if (!WIFEXITED(status) || WEXITSTATUS(status) == kMissing || WEXITSTATUS(status) == 127) {
    GTEST_SKIP() << "python3 with jsonschema is not installed";
  }
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace procession::scenario
