// SPDX-License-Identifier: MIT
// The documents, held against the program: the reference names every word of the language, its
// examples are scenarios without a fault, the README's exit codes are the program's, and the map of
// the code names what there is.
#include "harness/base/text.h"
#include "harness/cli/app.h"
#include "harness/cli/exit_code.h"
#include "harness/os/machine.h"
#include "harness/plan/make_plan.h"
#include "harness/scenario/keys.h"
#include "harness/scenario/reader.h"
#include "harness/scenario/schema.h"
#include "harness/scenario/symbol.h"
#include "harness/verify/review.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace procession::cli {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;

const fs::path kSource = PROCESSION_SOURCE_DIR;

std::string text_of(const std::string& file) {
  std::ifstream stream(kSource / file, std::ios::binary);
  EXPECT_TRUE(stream) << file;
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

std::string reference() { return text_of("scenarios/README.md"); }

std::string backquoted(std::string_view word) { return fmt::format("`{}`", word); }

// Of these texts, those that the page does not hold: short messages where a page would be long.
std::vector<std::string> missing(const std::vector<std::string>& texts, const std::string& page) {
  std::vector<std::string> found;
  for (const std::string& text : texts) {
    if (page.find(text) == page.npos) {
      found.push_back(text);
    }
  }
  return found;
}

template <class Words>
std::vector<std::string> all_backquoted(const Words& words) {
  std::vector<std::string> quoted;
  for (const auto& word : words) {
    quoted.push_back(backquoted(word));
  }
  return quoted;
}

// The text between this heading and the next one.
std::string section(const std::string& page, const std::string& heading) {
  const std::size_t begin = page.find("\n" + heading + "\n");
  EXPECT_NE(begin, page.npos) << heading;
  return begin == page.npos ? "" : page.substr(begin, page.find("\n## ", begin + 1) - begin);
}

struct Block {
  std::size_t line = 0;  // of the page, of its first line
  std::string text;
};

std::vector<Block> yaml_blocks(const std::string& page) {
  std::vector<Block> blocks;
  bool inside = false;
  std::size_t number = 0;
  for (const std::string_view line : base::split(page, '\n')) {
    ++number;
    if (inside && line == "```") {
      inside = false;
    } else if (inside) {
      blocks.back().text += std::string(line) + "\n";
    } else if (line == "```yaml") {
      inside = true;
      blocks.push_back({number + 1, {}});
    }
  }
  return blocks;
}

// Not only a part of one: it begins with its title, perhaps behind comments.
bool is_whole_file(const std::string& text) {
  for (const std::string_view line : base::split(text, '\n')) {
    if (!line.starts_with('#')) {
      return line.starts_with("scenario:");
    }
  }
  return false;
}

// All that `procession validate` would say of it.
std::vector<std::string> faults_of(const std::string& text) {
  std::vector<std::string> faults;
  const auto add = [&](const scenario::Diagnostics& found) {
    for (const scenario::Diagnostic& diagnostic : found.found()) {
      faults.push_back(scenario::to_string(diagnostic, "example", {}));
    }
  };
  const scenario::Reading reading = scenario::read_text(text, "example");
  add(reading.diagnostics);
  for (const scenario::Scenario& scenario : reading.scenarios) {
    const plan::Planning planning = plan::make_plan(scenario);
    add(planning.diagnostics);
    if (planning.plan) {
      add(verify::review(scenario, planning.plan.view()));
    }
  }
  return faults;
}

TEST(Reference, names_every_key_and_verb) {
  EXPECT_THAT(missing(all_backquoted(scenario::documented_words()), reference()), IsEmpty());
}

TEST(Reference, names_every_word_that_a_value_may_be) {
  const std::string page = reference();
  for (const scenario::VerbRow& row : scenario::verb_rows()) {
    for (const scenario::Key& key : row.keys) {
      for (const std::string_view word : key.words) {
        const std::vector<std::string> spellings = {backquoted(word), fmt::format(": {}`", word)};
        EXPECT_LT(missing(spellings, page).size(), spellings.size()) << key.name << ": " << word;
      }
    }
  }
}

TEST(Reference, has_a_row_with_a_step_of_every_verb) {
  std::vector<std::string> steps;
  for (const scenario::VerbRow& row : scenario::verb_rows()) {
    const std::string_view verb = row.operand.name;
    steps.push_back(row.operand.required ? fmt::format("`{}: ", verb) : backquoted(verb));
  }
  EXPECT_THAT(missing(steps, section(reference(), "## Steps")), IsEmpty());
}

TEST(Reference, names_every_error_of_the_model) {
  std::vector<std::string> errors;
  for (const std::string_view name : scenario::symbol_names()) {
    if (*scenario::symbol_named(name) >= scenario::kNotStarted) {
      errors.push_back(backquoted(name));
    }
  }
  EXPECT_THAT(missing(errors, section(reference(), "## Errors")), IsEmpty());
}

TEST(Reference, names_every_fact) {
  std::vector<std::string> facts;
  for (const std::string_view name : scenario::fact_names()) {
    facts.push_back(fmt::format("`${{{}}}`", name));
  }
  EXPECT_THAT(missing(facts, section(reference(), "## Facts")), IsEmpty());
}

TEST(Reference, names_every_reserved_name_feature_and_verdict) {
  const std::string page = reference();
  EXPECT_THAT(missing(all_backquoted(scenario::reserved_names()), page), IsEmpty());
  EXPECT_THAT(missing(all_backquoted(os::feature_names()), page), IsEmpty());
  std::vector<std::string> rows;
  using scenario::VerdictKind;
  for (const VerdictKind kind : {VerdictKind::Held, VerdictKind::Broken, VerdictKind::Inconclusive,
                                 VerdictKind::Invalid, VerdictKind::Skipped}) {
    rows.push_back(fmt::format("| `{}` |", to_string(kind)));
  }
  EXPECT_THAT(missing(rows, section(page, "## Verdicts")), IsEmpty());
}

TEST(Documents, show_only_scenarios_without_a_fault) {
  for (const std::string file : {"README.md", "scenarios/README.md"}) {
    int whole_files = 0;
    for (const Block& block : yaml_blocks(text_of(file))) {
      if (is_whole_file(block.text)) {
        ++whole_files;
        EXPECT_THAT(faults_of(block.text), IsEmpty()) << file << ":" << block.line;
      }
    }
    EXPECT_GE(whole_files, 2) << file;
  }
}

TEST(Readme, names_every_command_and_option) {
  Command chosen;
  const auto app = make_app(chosen);
  const std::string page = section(text_of("README.md"), "## Commands");
  std::vector<std::string> rows;
  std::vector<std::string> options;
  for (const CLI::App* command : app->get_subcommands({})) {
    rows.push_back("| `procession " + command->get_name());
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        options.push_back("`--" + name);
      }
      if (!option->get_envname().empty()) {
        options.push_back(backquoted(option->get_envname()));
      }
    }
  }
  EXPECT_THAT(missing(rows, page), IsEmpty());
  EXPECT_THAT(missing(options, page), IsEmpty());
}

TEST(Readme, lists_the_exit_codes_of_the_program) {
  std::set<int> listed;
  const std::string table = section(text_of("README.md"), "## Exit codes");
  const std::regex row("\n\\| `([0-9]+)` \\|");
  for (std::sregex_iterator at(table.begin(), table.end(), row), end; at != end; ++at) {
    listed.insert(std::stoi((*at)[1]));
  }

  const std::set<int> codes = {
      static_cast<int>(ExitCode::AsExpected),   static_cast<int>(ExitCode::Broken),
      static_cast<int>(ExitCode::BadInput),     static_cast<int>(ExitCode::Failed),
      static_cast<int>(ExitCode::Worse),        static_cast<int>(ExitCode::NothingSelected),
      static_cast<int>(ExitCode::Inconclusive), static_cast<int>(ExitCode::AllSkipped),
      static_cast<int>(ExitCode::Deadline),     static_cast<int>(ExitCode::Interrupted),
      static_cast<int>(ExitCode::Terminated)};
  EXPECT_EQ(listed, codes);

  std::set<int> in_help;
  const std::string help = kExitCodesHelp;
  const std::regex number("[0-9]+");
  for (std::sregex_iterator at(help.begin(), help.end(), number), end; at != end; ++at) {
    in_help.insert(std::stoi(at->str()));
  }
  EXPECT_EQ(listed, in_help);
}

// Editors read the file; the program prints the same.
TEST(Schema, in_the_tree_is_what_the_program_prints) {
  EXPECT_EQ(text_of("scenarios/procession.schema.json"), scenario::json_schema());
}

TEST(Map, names_files_that_exist) {
  const std::string page = text_of("harness/README.md");
  const std::regex path("`([a-z]+/[a-z_]+\\.(h|cc))`");
  for (std::sregex_iterator at(page.begin(), page.end(), path), end; at != end; ++at) {
    EXPECT_TRUE(fs::exists(kSource / "harness" / (*at)[1].str())) << (*at)[1];
  }
}

TEST(Map, names_every_folder_of_the_harness) {
  std::vector<std::string> rows;
  for (const fs::directory_entry& entry : fs::directory_iterator(kSource / "harness")) {
    if (entry.is_directory()) {
      rows.push_back(fmt::format("\n| `{}` |", entry.path().filename().string()));
    }
  }
  EXPECT_THAT(missing(rows, text_of("harness/README.md")), IsEmpty());
}

}  // namespace
}  // namespace procession::cli
