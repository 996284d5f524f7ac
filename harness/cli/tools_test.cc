// SPDX-License-Identifier: MIT
// The commands round about playing: new, doctor, completion; repeating, shards, and what the
// environment says.

#include "harness/cli/app.h"
#include "harness/cli/doctor.h"
#include "harness/cli/program_test.h"
#include "harness/os/machine.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <cstdlib>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace procession::cli {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;
using ::testing::UnorderedElementsAreArray;

constexpr const char* kHeld = R"(scenario: prints
tags: [quick]
processes:
  main:
    - print: here
)";

constexpr const char* kBroken = R"(scenario: prints something else
tags: [slow]
processes:
  main:
    - print: here
expect:
  printed: [there]
)";

constexpr const char* kShuffled = R"(scenario: starts its workers in a random order
processes:
  main:
    - {start: worker, order: random}
    - join: worker
  worker:
    count: 6
    steps: [{print: here}]
)";

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

// new

TEST(New, writes_a_file_that_runs_and_holds) {
  const Folder folder;
  const std::string file = folder.path("first one.yaml");
  const Ending wrote = call({"new", file});
  EXPECT_EQ(wrote.status, 0) << wrote.err;
  EXPECT_EQ(wrote.out, fmt::format("wrote '{0}'; play it with: procession run '{0}'\n", file));
  const Ending played = call({"run", file});
  EXPECT_EQ(played.status, 0) << played.out << played.err;
  EXPECT_EQ(call({"new", "-"}).out, folder.read("first one.yaml"));
}

TEST(New, leaves_what_is_there) {
  const Folder folder;
  const std::string file = folder.write("mine.yaml", "mine");
  const Ending ending = call({"new", file});
  EXPECT_EQ(ending.status, 2);
  EXPECT_THAT(ending.err, HasSubstr("exists, and is left as it is"));
  EXPECT_EQ(folder.read("mine.yaml"), "mine");
}

TEST(New, wants_a_name_that_folders_are_searched_for) {
  const Folder folder;
  const Ending ending = call({"new", folder.path("mine")});
  EXPECT_EQ(ending.status, 2);
  EXPECT_THAT(ending.err, HasSubstr("ends with .yaml"));
  EXPECT_THAT(folder.names(), IsEmpty());
  EXPECT_EQ(call({"new", folder.path("no/such/folder/a.yaml")}).status, 3);
}

// doctor

TEST(Doctor, has_advice_for_every_feature) {
  std::vector<std::string_view> advised;
  for (const Advice& about : advice()) {
    advised.push_back(about.feature);
  }
  const auto features = os::feature_names();
  EXPECT_THAT(advised, UnorderedElementsAreArray(features.begin(), features.end()));
}

TEST(Doctor, finds_this_machine_usable) {
  const Ending ending = call({"doctor"});
  EXPECT_EQ(ending.status, 0) << ending.out << ending.err;
  EXPECT_THAT(ending.out, AllOf(StartsWith("procession "), HasSubstr("\nusable; ")));

  const Ending json = call({"doctor", "--json"});
  EXPECT_EQ(json.status, 0);
  const auto document = nlohmann::json::parse(json.out);
  EXPECT_EQ(document["format"], "procession-machine");
  EXPECT_EQ(document["usable"], true);
  for (const auto& finding : document["findings"]) {
    EXPECT_THAT(ending.out, HasSubstr(finding["name"].get<std::string>()));
    if (finding["state"] != "good") {
      EXPECT_NE(finding["without"], "") << finding["name"];
      EXPECT_NE(finding["remedy"], "") << finding["name"];
    }
  }
}

// descriptors

// What `procession run` says and returns, under such a limit of open descriptors.
Ending run_with_descriptors(const std::string& limit, const std::string& file) {
  const Folder folder;
  const std::string command =
      fmt::format("ulimit {} && exec '{}/bin/procession' run '{}' >'{}' 2>&1", limit,
                  PROCESSION_BINARY_DIR, file, folder.path("said"));
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, folder.read("said"), ""};
}

TEST(Descriptors, few_are_made_more_and_too_few_are_named) {
  const Folder folder;
  const std::string file =
      folder.write("a.yaml", "scenario: a\nprocesses: {main: [{print: hello}]}\n");
  EXPECT_EQ(run_with_descriptors("-Sn 64", file).status, 0);
  const Ending ending = run_with_descriptors("-n 64", file);
  EXPECT_EQ(ending.status, 3);
  EXPECT_THAT(ending.out, AllOf(HasSubstr("a process may have 64 open descriptors, too few"),
                                HasSubstr("ulimit -Hn 1024")));
}

// completion

// What bash would offer at the end of these words.
std::vector<std::string> offered(const std::vector<std::string>& words, const Folder& folder) {
  folder.write("completion", call({"completion", "bash"}).out);
  std::string script = "cd \"$(dirname \"$1\")\" && source ./completion && COMP_WORDS=(";
  for (const std::string& word : words) {
    script += "'" + word + "' ";
  }
  script += fmt::format(") COMP_CWORD={} && _procession && printf '%s\\n' \"${{COMPREPLY[@]}}\"",
                        words.size() - 1);
  const std::string command = fmt::format("bash --norc -eu -c '{}' bash '{}' >'{}'",
                                          std::regex_replace(script, std::regex("'"), "'\\''"),
                                          folder.path("completion"), folder.path("offered"));
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  std::vector<std::string> lines;
  std::istringstream text(folder.read("offered"));
  for (std::string line; std::getline(text, line);) {
    if (!line.empty()) {
      lines.push_back(line);
    }
  }
  return lines;
}

TEST(BashCompletion, offers_every_command) {
  const Folder folder;
  Command chosen;
  const auto app = make_app(chosen);
  const std::vector<std::string> all = offered({"procession", ""}, folder);
  for (const CLI::App* command : app->get_subcommands({})) {
    EXPECT_THAT(all, Contains(command->get_name()));
  }
  EXPECT_THAT(offered({"procession", "va"}, folder), ElementsAre("validate"));
}

TEST(BashCompletion, offers_options_choices_and_files) {
  const Folder folder;
  folder.write("a file.yaml", "");
  folder.write("sub/b.yaml", "");
  EXPECT_THAT(offered({"procession", "run", "--exc"}, folder), ElementsAre("--exclude-label"));
  EXPECT_THAT(offered({"procession", "run", "--color", "a"}, folder),
              UnorderedElementsAre("auto", "always"));
  EXPECT_THAT(offered({"procession", "completion", "z"}, folder), ElementsAre("zsh"));
  EXPECT_THAT(offered({"procession", "run", "a"}, folder), ElementsAre("a file.yaml"));
  EXPECT_THAT(offered({"procession", "run", "--json", "s"}, folder), ElementsAre("sub"));
  EXPECT_THAT(offered({"procession", "run", "--jobs", ""}, folder), IsEmpty());
  EXPECT_THAT(offered({"procession", "nonsense", ""}, folder), IsEmpty());
}

TEST(ZshCompletion, is_read_by_zsh) {
  const Folder folder;
  folder.write("_procession", call({"completion", "zsh"}).out);
  EXPECT_THAT(folder.read("_procession"), StartsWith("#compdef procession\n"));
  if (os::find_program("zsh").empty()) {
    GTEST_SKIP() << "zsh is not installed";
  }
  const std::string check = fmt::format(
      "zsh -f -c 'autoload -Uz compinit && compinit -u -D && source \"$1\" && "
      "[[ $_comps[procession] == _procession ]]' zsh '{}'",
      folder.path("_procession"));
  EXPECT_EQ(std::system(check.c_str()), 0);
}

TEST(Completion, is_for_shells_that_it_knows) { EXPECT_EQ(call({"completion", "sh"}).status, 2); }

// graph

TEST(Graph, is_the_same_each_time_in_both_languages) {
  const Folder folder;
  const std::string file = folder.write("shuffled.yaml", kShuffled);
  const Ending dot = call({"graph", file});
  EXPECT_EQ(dot.status, 0) << dot.err;
  EXPECT_THAT(dot.out, AllOf(HasSubstr("digraph procession {"), HasSubstr("worker[5]")));
  EXPECT_EQ(call({"graph", file, "--format", "dot"}).out, dot.out);
  const Ending mermaid = call({"graph", file, "--format", "mermaid"});
  EXPECT_THAT(mermaid.out, HasSubstr("flowchart TB"));
  EXPECT_EQ(call({"graph", file, "--format", "png"}).status, 2);
}

TEST(Graph, is_of_one_instance) {
  const Folder folder;
  const std::string file = folder.write("two.yaml", std::string(kHeld) + "matrix: {way: [a, b]}\n");
  const Ending both = call({"graph", file});
  EXPECT_EQ(both.status, 2);
  EXPECT_THAT(both.err, AllOf(HasSubstr("2 instances"), HasSubstr("two.yaml[way=b]")));
  EXPECT_EQ(call({"graph", file + "[way=b]"}).status, 0);
}

TEST(Graph, of_every_bundled_scenario_is_drawn_by_graphviz) {
  if (os::find_program("dot").empty()) {
    GTEST_SKIP() << "graphviz is not installed";
  }
  const Folder folder;
  std::istringstream ids(call({"list", PROCESSION_SOURCE_DIR "/scenarios/tutorial"}).out);
  int drawn = 0;
  for (std::string id; std::getline(ids, id); ++drawn) {
    folder.write("graph.dot", call({"graph", id}).out);
    const std::string command = fmt::format("dot -Tsvg -o '{}' '{}' 2>'{}'", folder.path("svg"),
                                            folder.path("graph.dot"), folder.path("said"));
    EXPECT_EQ(std::system(command.c_str()), 0) << id << folder.read("said");
    EXPECT_THAT(folder.read("svg"), HasSubstr("</svg>"));
  }
  EXPECT_GT(drawn, 10);
}

// Selecting

TEST(Shards, together_play_everything_once) {
  const Folder folder;
  std::vector<std::string> all;
  for (int i = 0; i < 6; ++i) {
    all.push_back(folder.write(fmt::format("{}.yaml", i), kHeld) + "\n");
  }
  std::vector<std::string> played;
  for (int i = 1; i <= 3; ++i) {
    const Ending ending = call({"list", folder.path(""), "--shard", fmt::format("{}/3", i)});
    EXPECT_EQ(ending.status, 0) << ending.err;
    std::istringstream text(ending.out);
    for (std::string line; std::getline(text, line);) {
      played.push_back(line + "\n");
    }
  }
  EXPECT_THAT(played, UnorderedElementsAreArray(all));
}

// So that CI may divide a small suite.
TEST(Shards, without_a_scenario_are_no_failure) {
  const Folder folder;
  folder.write("a.yaml", kHeld);
  int empty = 0;
  for (const char* const shard : {"1/2", "2/2"}) {
    const Ending ending =
        call({"run", folder.path(""), "--shard", shard, "--json", folder.path("r.json")});
    EXPECT_EQ(ending.status, 0) << ending.err;
    const auto document = nlohmann::json::parse(folder.read("r.json"));
    if (document["summary"]["scenarios"] == 0) {
      ++empty;
      EXPECT_THAT(ending.err, HasSubstr(fmt::format("shard {} has none of 1 scenarios", shard)));
    }
  }
  EXPECT_EQ(empty, 1);
  EXPECT_EQ(call({"run", folder.path(""), "--shard", "1/2", "-L", "no-such-tag"}).status, 5);
  EXPECT_EQ(call({"run", folder.path(""), "--shard", "3/2"}).status, 2);
}

TEST(Labels, can_be_excluded) {
  const Folder folder;
  const std::string held = folder.write("held.yaml", kHeld);
  folder.write("broken.yaml", kBroken);
  EXPECT_EQ(call({"list", folder.path(""), "-E", "slow"}).out, held + "\n");
  EXPECT_EQ(call({"list", folder.path(""), "--exclude-label", "slow", "-E", "quick"}).status, 5);
}

TEST(RerunFailed, plays_what_failed_and_needs_no_paths) {
  const Folder folder;
  folder.write("held.yaml", kHeld);
  const std::string broken = folder.write("broken.yaml", kBroken);
  const std::string result = folder.path("r.json");
  EXPECT_EQ(call({"run", folder.path(""), "--json", result}).status, 1);

  const Ending again = call({"run", "--rerun-failed", result, "--json", result});
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.out, AllOf(HasSubstr("1 scenario in "), HasSubstr(broken)));
  EXPECT_EQ(call({"run", folder.path("held.yaml"), "--rerun-failed", result}).status, 5);

  folder.write("broken.yaml", kHeld);
  EXPECT_EQ(call({"run", "--rerun-failed", result, "--json", result}).status, 0);
  const Ending nothing = call({"run", "--rerun-failed", result});
  EXPECT_EQ(nothing.status, 0);
  EXPECT_THAT(nothing.out, HasSubstr("nothing failed in "));
}

TEST(RerunFailed, takes_results_only) {
  const Folder folder;
  const auto told = [&](const std::string& text) {
    const Ending ending = call({"run", "--rerun-failed", folder.write("r.json", text)});
    EXPECT_EQ(ending.status, 2);
    return ending.err;
  };
  EXPECT_THAT(told("scenario: no\n"), HasSubstr("is no JSON"));
  EXPECT_THAT(told("[]"), HasSubstr("is no result of procession"));
  EXPECT_THAT(told(R"({"format": "procession-result", "version": 99})"), HasSubstr("version"));
  EXPECT_EQ(call({"run", "--rerun-failed", folder.path("none.json")}).status, 2);
}

// Seeds and rounds

TEST(Seed, is_told_and_makes_it_the_same_again) {
  const Folder folder;
  for (const char* const name : {"a", "b", "c", "d", "e", "f", "g", "h"}) {
    folder.write(fmt::format("{}.yaml", name), kHeld);
  }
  const auto order = [&](const std::vector<std::string>& options) {
    std::vector<std::string> arguments = {"run", folder.path(""), "--json", folder.path("r.json")};
    arguments.insert(arguments.end(), options.begin(), options.end());
    EXPECT_EQ(call(arguments).status, 0);
    const auto document = nlohmann::json::parse(folder.read("r.json"));
    std::vector<std::string> ids;
    for (const auto& scenario : document["scenarios"]) {
      ids.push_back(scenario["id"]);
    }
    return std::pair(ids, document["seed"].get<std::uint32_t>());
  };
  const auto [sorted, zero] = order({});
  EXPECT_EQ(zero, 0u);
  const auto [shuffled, drawn] = order({"--shuffle", "--seed", "7"});
  EXPECT_EQ(drawn, 7u);
  EXPECT_NE(sorted, shuffled);
  EXPECT_THAT(shuffled, UnorderedElementsAreArray(sorted));
  const auto [once, seed] = order({"--shuffle"});
  EXPECT_EQ(order({"--shuffle", "--seed", std::to_string(seed)}).first, once);
}

TEST(Seed, is_of_random_orders_in_files_too) {
  const Folder folder;
  const std::string file = folder.write("shuffled.yaml", kShuffled);
  const auto starts = [&](const std::string& seed) {
    return call({"explain", file, "main.start(worker[0]) < main.start(worker[1])", "--seed", seed})
        .status;
  };
  std::set<int> answers;
  for (int seed = 0; seed < 20; ++seed) {
    const int answer = starts(std::to_string(seed));
    EXPECT_EQ(starts(std::to_string(seed)), answer);
    answers.insert(answer);
  }
  EXPECT_THAT(answers, ElementsAre(0, 1)) << "some seeds start worker 0 first, some worker 1";
}

TEST(Repeat, plays_all_of_it_again) {
  const Folder folder;
  const std::string file = folder.write("held.yaml", kHeld);
  const Ending ending = call({"run", file, "--repeat", "3", "--json", folder.path("r.json")});
  EXPECT_EQ(ending.status, 0);
  EXPECT_THAT(ending.out, AllOf(HasSubstr("round 3, seed 0"), HasSubstr("3 rounds: none failed")));
  EXPECT_EQ(nlohmann::json::parse(folder.read("r.json"))["round"], 3);
}

TEST(Repeat, reports_the_first_round_that_failed) {
  const Folder folder;
  const std::string file = folder.write("broken.yaml", kBroken);
  const std::string result = folder.path("r.json");
  const Ending twice = call({"run", file, "--repeat", "2", "--json", result});
  EXPECT_EQ(twice.status, 1);
  EXPECT_THAT(twice.out, HasSubstr("2 rounds: 2 failed, first round 1 (seed 0)"));
  EXPECT_EQ(nlohmann::json::parse(folder.read("r.json"))["round"], 1);
  for (const char* const rounds : {"until-fail", "until-fail:5"}) {
    const Ending ending = call({"run", file, "--repeat", rounds});
    EXPECT_EQ(ending.status, 1);
    EXPECT_EQ(times(ending.out, "round 1, "), 1u);
    EXPECT_EQ(times(ending.out, "round 2, "), 0u);
  }
  const Ending fast = call({"run", file, "--repeat", "5", "--fail-fast"});
  EXPECT_THAT(fast.out, HasSubstr("1 round: 1 failed"));
}

TEST(Repeat, ends_in_order_when_the_user_asks) {
  const Folder folder;
  const std::string file = folder.write("held.yaml", kHeld);
  Call running({"run", file, "--repeat", "until-fail", "--json", folder.path("r.json")});
  ASSERT_TRUE(running.wait_for_output("round 3, "));
  running.send(SIGINT);
  const Ending ending = running.finish();
  EXPECT_EQ(ending.status, 130) << ending.out << ending.err;
  EXPECT_THAT(folder.names(), UnorderedElementsAre("held.yaml", "r.json"));
  EXPECT_GE(nlohmann::json::parse(folder.read("r.json"))["round"], 3);
}

TEST(Repeat, has_one_deadline_for_all_rounds) {
  const Folder folder;
  const std::string file = folder.write("held.yaml", kHeld);
  const Ending ending = call({"run", file, "--repeat", "until-fail", "--deadline", "300ms"});
  EXPECT_EQ(ending.status, 124) << ending.out << ending.err;
}

// The environment

TEST(Environment, has_defaults_that_the_command_line_overrules) {
  const Folder folder;
  const std::string file = folder.write("held.yaml", kHeld);
  const auto seed = [&](const std::vector<std::string>& options,
                        const std::vector<std::string>& environment) {
    std::vector<std::string> arguments = {"run", file};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Ending ending = call(arguments, environment);
    EXPECT_EQ(ending.status, 0) << ending.err;
    return ending.out.substr(ending.out.find("(seed"));
  };
  EXPECT_EQ(seed({}, {"PROCESSION_SEED=4"}), "(seed 4)\n");
  EXPECT_EQ(seed({}, {"PROCESSION_SEED="}), "(seed 0)\n");
  EXPECT_EQ(seed({}, {"PROCESSION_SEED=4", "PROCESSION_OPTS=--seed 5 --jobs 2"}), "(seed 5)\n");
  EXPECT_EQ(seed({"--seed", "6"}, {"PROCESSION_SEED=4", "PROCESSION_OPTS=--seed 5"}), "(seed 6)\n");
}

TEST(Environment, is_named_when_it_is_wrong) {
  const Folder folder;
  const std::string file = folder.write("held.yaml", kHeld);
  const auto told = [&](const std::string& variable) {
    const Ending ending = call({"run", file}, {variable});
    EXPECT_EQ(ending.status, 2) << variable;
    EXPECT_EQ(ending.out, "");
    return ending.err;
  };
  for (const char* const variable :
       {"PROCESSION_JOBS=many", "PROCESSION_COLOR=blue", "PROCESSION_SEED=-1",
        "PROCESSION_TIMEOUT=10", "PROCESSION_SHARD=2/1", "PROCESSION_CONTAINMENT=magic"}) {
    EXPECT_THAT(told(variable), HasSubstr(fmt::format("the environment's {}: ", variable)));
  }
  EXPECT_THAT(told("PROCESSION_OPTS=--frobnicate"),
              AllOf(HasSubstr("PROCESSION_OPTS"), HasSubstr("--frobnicate")));
  EXPECT_THAT(told("PROCESSION_OPTS=other.yaml"), HasSubstr("options, no paths"));
  EXPECT_THAT(told("PROCESSION_OPTS=--filter '"), HasSubstr("has no end"));
}

TEST(Environment, of_run_is_not_the_other_commands) {
  EXPECT_EQ(call({"schema"}, {"PROCESSION_OPTS=--frobnicate"}).status, 0);
}

}  // namespace
}  // namespace procession::cli
