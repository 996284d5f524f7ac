// SPDX-License-Identifier: MIT
// Every word of the language is used: each key, verb, option, choice, fact, error and event that
// the tables know stands in a bundled scenario, or in a scenario of some test; and each expectation
// is seen broken by a file of scenarios/must_fail. The words come from the tables, so a new one
// fails here until something uses it.
#include "harness/base/text.h"
#include "harness/scenario/event_grammar.h"
#include "harness/scenario/keys.h"
#include "harness/scenario/reader.h"
#include "harness/scenario/symbol.h"
#include "harness/scenario/tree.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace procession::scenario {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

const fs::path kSource = PROCESSION_SOURCE_DIR;

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  EXPECT_TRUE(stream) << file;
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

std::vector<fs::path> files_below(const std::string& folder, const std::string& ending) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(kSource / folder)) {
    if (entry.path().string().ends_with(ending)) {
      files.push_back(entry.path());
    }
  }
  return files;
}

// Where a word stands is a part of it: the `timeout` of a file is not that of a `join`.
std::string word_of(std::string_view level, std::string_view key) {
  return fmt::format("{} key {}", level, key);
}
std::string choice_of(std::string_view key, std::string_view word) {
  return fmt::format("{}: {}", key, word);
}
std::string event_of(std::string_view what) { return fmt::format("event {}", what); }
std::string fact_of(std::string_view name) { return fmt::format("fact ${{{}}}", name); }
std::string error_of(std::string_view name) { return fmt::format("error {}", name); }

constexpr std::pair<Level, std::string_view> kLevels[] = {
    {Level::File, "file"},     {Level::Requires, "requires"}, {Level::Process, "process"},
    {Level::Expect, "expect"}, {Level::Outcomes, "outcomes"}, {Level::Step, "step"},
};

// Collects the words of files that are right.
class Words {
 public:
  std::set<std::string> seen;

  void add_file(std::string_view text) {
    const SourceText source(text);
    Diagnostics problems;
    const auto tree = read_tree(source, problems);
    if (!tree || !tree->is_map()) {
      return;
    }
    for (const Entry& entry : tree->entries) {
      const std::string& key = entry.key.text;
      seen.insert(word_of("file", key));
      if (key == "module") {
        add_steps(entry.value);
      } else if (key == "processes") {
        add_processes(entry.value);
      } else if (key == "requires") {
        add_map("requires", Level::Requires, entry.value);
      } else if (key == "expect") {
        add_map("expect", Level::Expect, entry.value);
      } else if (key == "matrix" || key == "figures") {
        add_scalars(entry.value);
      }
    }
  }

 private:
  void add_processes(const Node& processes) {
    for (const Entry& process : processes.entries) {
      if (process.value.is_map()) {
        add_map("process", Level::Process, process.value);
      } else {
        add_steps(process.value);
      }
    }
  }

  void add_map(std::string_view level, Level keys, const Node& map) {
    for (const Entry& entry : map.entries) {
      seen.insert(word_of(level, entry.key.text));
      if (entry.key.text == "outcomes") {
        add_map("outcomes", Level::Outcomes, entry.value);
      } else if (entry.key.text == "steps") {
        add_steps(entry.value);
      } else {
        add_choice(keys_of(keys), entry);
        add_scalars(entry.value);
      }
    }
  }

  void add_steps(const Node& steps) {
    for (const Node& step : steps.items) {
      if (step.is_scalar()) {
        seen.insert(word_of("verb", step.text));
      }
      const VerbRow* row = nullptr;
      for (const Entry& entry : step.entries) {
        row = row == nullptr ? verb_row(entry.key.text) : row;
      }
      for (const Entry& entry : step.entries) {
        add_step_key(*row, entry);
      }
    }
  }

  void add_step_key(const VerbRow& row, const Entry& entry) {
    const std::string& key = entry.key.text;
    const bool is_verb = key == row.operand.name;
    const bool is_common = key == "as" || key == "fails";
    seen.insert(word_of(is_verb ? "verb" : is_common ? "step" : row.operand.name, key));
    add_choice(row.keys, entry);
    if (entry.value.is_list() && key == "steps") {
      add_steps(entry.value);
    } else {
      add_scalars(entry.value);
    }
  }

  void add_choice(const std::vector<Key>& keys, const Entry& entry) {
    const auto key = std::ranges::find(keys, entry.key.text, &Key::name);
    if (key != keys.end() && !key->words.empty()) {
      seen.insert(choice_of(key->name, entry.value.text));
    }
  }

  // Values, and keys that are processes or events: what they say in the small languages of events,
  // errors and facts.
  void add_scalars(const Node& node) {
    if (node.is_scalar()) {
      add_scalar(node.text);
    }
    for (const Node& item : node.items) {
      add_scalars(item);
    }
    for (const Entry& entry : node.entries) {
      add_scalar(entry.key.text);
      add_scalars(entry.value);
    }
  }

  void add_scalar(const std::string& text) {
    static const std::regex kFact(R"(\$\{(?:[^}]*\.)?([a-z]+)\})");
    for (std::sregex_iterator at(text.begin(), text.end(), kFact), end; at != end; ++at) {
      seen.insert(fact_of((*at)[1].str()));
    }
    seen.insert(error_of(text));
    auto order = read_order(text);
    if (auto event = read_event(text)) {
      add_event(event.value());
    } else if (order) {
      std::ranges::for_each(order.value().events, [&](const auto& one) { add_event(one); });
    }
  }

  void add_event(const EventPattern& event) {
    seen.insert(event_of(event.what));
    if (event.what == "error") {
      seen.insert(error_of(event.operand));
    }
    if (event.call) {
      seen.insert(event_of("call"));
    }
    if (event.if_it_happens) {
      seen.insert(event_of("?"));
    }
    seen.insert(event_of(event.pick == EventPattern::Pick::First  ? "first()"
                         : event.pick == EventPattern::Pick::Last ? "last()"
                                                                  : "each"));
  }
};

// The raw strings of a test that read as scenarios without a fault; `planned` gives them a title.
void add_texts_of_test(const std::string& source, Words& words) {
  constexpr std::string_view kBegin = "R\"(";
  constexpr std::string_view kEnd = ")\"";
  for (std::size_t at = source.find(kBegin); at != source.npos; at = source.find(kBegin, at)) {
    at += kBegin.size();
    const std::size_t end = source.find(kEnd, at);
    std::string text = source.substr(at, end - at);
    if (text.find("processes:") == text.npos) {
      continue;
    }
    text = text.find("scenario:") == text.npos ? "scenario: test" + text : text;
    if (read_text(text, "test").diagnostics.empty()) {
      words.add_file(text);
    }
  }
}

Words all_words() {
  Words words;
  for (const fs::path& file : files_below("scenarios", ".yaml")) {
    words.add_file(text_of(file));
  }
  for (const fs::path& file : files_below("harness", "_test.cc")) {
    add_texts_of_test(text_of(file), words);
  }
  return words;
}

std::vector<std::string> unused(const std::vector<std::string>& words) {
  static const std::set<std::string> kSeen = all_words().seen;
  std::vector<std::string> found;
  std::ranges::copy_if(words, std::back_inserter(found),
                       [&](const std::string& word) { return !kSeen.contains(word); });
  return found;
}

TEST(Language, uses_every_key) {
  std::vector<std::string> words;
  for (const auto& [level, name] : kLevels) {
    for (const Key& key : keys_of(level)) {
      words.push_back(word_of(name, key.name));
      for (const std::string_view word : key.words) {
        words.push_back(choice_of(key.name, word));
      }
    }
  }
  EXPECT_THAT(unused(words), IsEmpty());
}

TEST(Language, uses_every_verb_with_every_option) {
  std::vector<std::string> words;
  for (const VerbRow& row : verb_rows()) {
    words.push_back(word_of("verb", row.operand.name));
    for (const Key& option : row.options) {
      words.push_back(word_of(row.operand.name, option.name));
    }
    for (const Key& key : row.keys) {
      for (const std::string_view word : key.words) {
        words.push_back(choice_of(key.name, word));
      }
    }
  }
  EXPECT_THAT(unused(words), IsEmpty());
}

TEST(Language, uses_every_fact) {
  std::vector<std::string> words;
  std::ranges::transform(fact_names(), std::back_inserter(words), fact_of);
  EXPECT_THAT(unused(words), IsEmpty());
}

// The errors of the model, and of the kernel's those that the reference names.
TEST(Language, uses_every_error) {
  const std::string reference = text_of(kSource / "scenarios/README.md");
  std::vector<std::string> words;
  for (const std::string_view name : symbol_names()) {
    if (*symbol_named(name) >= kNotStarted ||
        reference.find(fmt::format("`{}`", name)) != reference.npos) {
      words.push_back(error_of(name));
    }
  }
  EXPECT_THAT(unused(words), IsEmpty());
}

TEST(Language, uses_every_word_of_events) {
  std::vector<std::string> words = {event_of("first()"), event_of("last()"), event_of("each"),
                                    event_of("?")};
  for (const std::string_view word : event_words()) {
    if (word != "phase") {  // of a step to come
      words.push_back(event_of(word));
    }
  }
  EXPECT_THAT(unused(words), IsEmpty());
}

// What the scenario tests prove by playing them: such a file passes only if that verdict comes out.
TEST(MustFail, has_a_file_in_which_each_expectation_is_broken) {
  std::set<std::string> broken;
  for (const fs::path& file : files_below("scenarios/must_fail", ".yaml")) {
    const Reading reading = read_text(text_of(file), file.string());
    ASSERT_THAT(reading.diagnostics.found(), IsEmpty()) << file;
    for (const Scenario& scenario : reading.scenarios) {
      for (const auto& [key, kind] : scenario.verdict) {
        if (kind == VerdictKind::Broken) {
          broken.insert(key);
        }
      }
    }
  }
  std::vector<std::string> missing;
  for (const std::string_view key : verdict_names()) {
    if (!broken.contains(std::string(key))) {
      missing.emplace_back(key);
    }
  }
  EXPECT_THAT(missing, IsEmpty());
}

}  // namespace
}  // namespace procession::scenario
