// SPDX-License-Identifier: MIT
// The program from end to end: files in, exit codes and text out.

#include "harness/cli/program_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>

namespace procession::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kHeld = R"(scenario: a joined child ends first
tags: [quick]
processes:
  main:
    - start: child
    - join: child
    - print: the parent goes on
  child:
    - print: the child works
expect:
  order:
    - child.end < main.print
)";

// The same without its `join`.
constexpr const char* kBroken = R"(scenario: nobody joins
processes:
  main:
    - start: child
    - print: the parent goes on
  child:
    - print: the child works
expect:
  order:
    - child.end < main.print
)";

constexpr const char* kTooLong = R"(scenario: takes too long
timeout: 60s
processes:
  main:
    - sleep: 50s
)";

constexpr const char* kUnplayable = R"(scenario: needs what no machine has
requires: {cpus: 65536}
processes:
  main:
    - print: here
)";

constexpr const char* kMisspelt = R"(scenario: a typo
processes:
  main:
    - prnt: here
)";

constexpr const char* kMatrix = R"(scenario: one file, two instances
tags: [matrix, slow]
runs: 3
timeout: 2s
matrix: {word: [one, two]}
processes:
  main:
    - print: ${word}
)";

// Usage

TEST(Usage, is_told_with_exit_code_2) {
  const Ending nothing = call({});
  EXPECT_EQ(nothing.status, 2);
  EXPECT_THAT(nothing.err, HasSubstr("subcommand"));
  EXPECT_EQ(call({"run"}).status, 2);
  const Ending unknown = call({"rnu", "."});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.err, HasSubstr("there is no command `rnu`; did you mean `run`?"));
  const Ending option = call({"run", "--frobnicate", "."});
  EXPECT_EQ(option.status, 2);
  EXPECT_THAT(option.err, HasSubstr("--frobnicate"));
}

TEST(Usage, of_a_duration_needs_its_unit) {
  const Ending ending = call({"run", "--timeout", "10", "."});
  EXPECT_EQ(ending.status, 2);
  EXPECT_THAT(ending.err, HasSubstr("--timeout"));
  const Ending none = call({"run", "--timeout", "0s", "."});
  EXPECT_EQ(none.status, 2);
  EXPECT_THAT(none.err, HasSubstr("is no time at all"));
}

TEST(Usage, of_a_number_names_what_is_allowed) {
  for (const auto& [option, number, range] : {std::tuple{"--runs", "0", "from 1 to 1000000000"},
                                              {"--runs", "many", "from 1"},
                                              {"--seed", "-1", "from 0 to 4294967295"},
                                              {"-j", "-1", "from 0 to 1024"}}) {
    const Ending ending = call({"run", option, number, "."});
    EXPECT_EQ(ending.status, 2) << option;
    EXPECT_THAT(ending.err, AllOf(HasSubstr(number), HasSubstr(range))) << option;
  }
}

TEST(Usage, of_a_choice_names_them_all) {
  const Folder folder;
  const Ending ending = call({"graph", folder.write("held.yaml", kHeld), "--format", "svg"});
  EXPECT_EQ(ending.status, 2);
  EXPECT_THAT(ending.err, HasSubstr("`svg` is none of dot, mermaid"));
}

TEST(Usage, names_every_exit_code_when_asked_for_help) {
  const Ending ending = call({"--help"});
  EXPECT_EQ(ending.status, 0);
  for (const char* code :
       {"  0 ", "  1 ", "  2 ", "  3 ", "  5 ", "  6 ", "  77 ", "  124 ", "  130 "}) {
    EXPECT_THAT(ending.out, HasSubstr(code));
  }
}

TEST(Usage, says_which_path_is_missing) {
  const Ending ending = call({"run", "/no/such/file.yaml"});
  EXPECT_EQ(ending.status, 2);
  EXPECT_THAT(ending.err, HasSubstr("no such file or folder: /no/such/file.yaml"));
}

TEST(Usage, of_a_wrong_environment_variable_is_wrong_too) {
  const Folder folder;
  const std::string file = folder.write("held.yaml", kHeld);
  EXPECT_EQ(call({"run", file}, {"PROCESSION_CONTAINMENT=magic"}).status, 2);
}

// What comes out

TEST(Run, is_silent_about_details_when_all_is_as_expected) {
  const Folder folder;
  const Ending ending = call({"run", folder.write("held.yaml", kHeld)});
  EXPECT_EQ(ending.status, 0) << ending.out << ending.err;
  EXPECT_THAT(ending.out, StartsWith("as expected  "));
  EXPECT_THAT(ending.out, HasSubstr("1 scenario in "));
  EXPECT_EQ(ending.err, "");
}

TEST(Run, shows_what_is_broken_with_its_line) {
  const Folder folder;
  const Ending ending = call({"run", folder.write("broken.yaml", kBroken)});
  EXPECT_EQ(ending.status, 1) << ending.out << ending.err;
  EXPECT_THAT(ending.out,
              AllOf(HasSubstr("order: child.end < main.print"), HasSubstr("broken.yaml:10:7"),
                    HasSubstr("10 |     - child.end < main.print")));
}

TEST(Run, of_a_file_that_is_wrong_starts_nothing_at_all) {
  const Folder folder;
  folder.write("held.yaml", kHeld);
  const std::string wrong = folder.write("wrong.yaml", kMisspelt);
  const Ending ending = call({"run", folder.path(""), "--json", folder.path("result.json")});
  EXPECT_EQ(ending.status, 2);
  EXPECT_THAT(ending.err, HasSubstr(wrong + ":4:"));
  EXPECT_THAT(ending.err, HasSubstr("print"));
  EXPECT_EQ(ending.out, "");
  const auto document = nlohmann::json::parse(folder.read("result.json"));
  EXPECT_EQ(document["summary"]["unreadable"], 1);
  EXPECT_EQ(document["summary"]["stopped"], 1);
  EXPECT_EQ(document["summary"]["as_expected"], 0);
}

TEST(Run, skips_what_this_machine_cannot_play) {
  const Folder folder;
  const std::string file = folder.write("unplayable.yaml", kUnplayable);
  const Ending alone = call({"run", file});
  EXPECT_EQ(alone.status, 77) << alone.out << alone.err;
  EXPECT_THAT(alone.out, HasSubstr("needs 65536 CPUs, may use "));
  EXPECT_EQ(call({"run", file, folder.write("held.yaml", kHeld)}).status, 0);
}

TEST(Run, of_nothing_is_told) {
  const Folder folder;
  const std::string file = folder.write("held.yaml", kHeld);
  EXPECT_EQ(call({"run", file, "--filter", "*broken*"}).status, 5);
  EXPECT_EQ(call({"run", file, "-L", "slow"}).status, 5);
  const Ending ending = call({"list", folder.path(""), "--label", "slow"});
  EXPECT_EQ(ending.status, 5);
  EXPECT_THAT(ending.err, HasSubstr("nothing selected"));
}

TEST(Run, ends_early_with_fail_fast) {
  const Folder folder;
  folder.write("a.yaml", kBroken);
  folder.write("b.yaml", kHeld);
  const Ending ending =
      call({"run", folder.path(""), "--fail-fast", "--json", folder.path("result.json")});
  EXPECT_EQ(ending.status, 1) << ending.out << ending.err;
  const auto document = nlohmann::json::parse(folder.read("result.json"));
  EXPECT_EQ(document["scenarios"][1]["outcome"], "stopped");
}

TEST(Run, plays_as_often_as_it_is_told) {
  const Folder folder;
  const Ending ending = call({"run", folder.write("held.yaml", kHeld), "--runs", "20"});
  EXPECT_EQ(ending.status, 0) << ending.out << ending.err;
  EXPECT_THAT(ending.out, HasSubstr("(20 runs, "));
}

TEST(Run, of_a_scenario_that_takes_too_long_ends_at_its_timeout) {
  const Folder folder;
  const Ending ending = call({"run", folder.write("long.yaml", kTooLong), "--timeout", "200ms"});
  EXPECT_EQ(ending.status, 1) << ending.out << ending.err;
  EXPECT_THAT(ending.out, HasSubstr("main was in sleep on line 5"));
}

// Signals and the deadline

TEST(Run, stopped_by_the_user_still_sums_up) {
  const Folder folder;
  folder.write("a.yaml", kHeld);
  folder.write("b.yaml", kTooLong);
  Call running({"run", folder.path(""), "--json", folder.path("result.json")});
  ASSERT_TRUE(running.wait_for_output("a.yaml"));
  running.send(SIGINT);
  const Ending ending = running.finish();
  EXPECT_EQ(ending.status, 130) << ending.out << ending.err;
  EXPECT_THAT(ending.out, HasSubstr("1 as expected, 1 stopped"));
  const auto document = nlohmann::json::parse(folder.read("result.json"));
  EXPECT_EQ(document["scenarios"][0]["outcome"], "as_expected");
  EXPECT_EQ(document["scenarios"][1]["outcome"], "stopped");
}

TEST(Run, tells_the_users_two_signals_apart) {
  const Folder folder;
  folder.write("a.yaml", kHeld);
  folder.write("b.yaml", kTooLong);
  Call running({"run", folder.path("")});
  ASSERT_TRUE(running.wait_for_output("a.yaml"));
  running.send(SIGTERM);
  EXPECT_EQ(running.finish().status, 143);
}

TEST(Run, ends_at_the_deadline_of_all_together) {
  const Folder folder;
  const Ending ending = call({"run", folder.write("long.yaml", kTooLong), "--deadline", "200ms"});
  EXPECT_EQ(ending.status, 124) << ending.out << ending.err;
  EXPECT_THAT(ending.out, HasSubstr("--deadline passed"));
}

// Reports

TEST(Reports, are_written_whole) {
  const Folder folder;
  const std::string file = folder.write("held.yaml", kHeld);
  const Ending ending = call(
      {"run", file, "--json", folder.path("result.json"), "--junit", folder.path("junit.xml")});
  EXPECT_EQ(ending.status, 0) << ending.out << ending.err;
  EXPECT_THAT(folder.names(), ElementsAre("held.yaml", "junit.xml", "result.json"));
  EXPECT_THAT(folder.read("junit.xml"), HasSubstr("name=\"held.yaml\""));

  const auto document = nlohmann::json::parse(folder.read("result.json"));
  EXPECT_EQ(document["format"], "procession-result");
  EXPECT_THAT(document["command"].get<std::string>(), HasSubstr(" run " + file + " --json "));
  const auto& scenario = document["scenarios"][0];
  EXPECT_EQ(scenario["id"], file);
  EXPECT_EQ(scenario["title"], "a joined child ends first");
  EXPECT_EQ(scenario["outcome"], "as_expected");
  EXPECT_EQ(scenario["runs"], 1);
  const auto& verdict = scenario["verdicts"][0];
  EXPECT_EQ(verdict["key"], "order");
  EXPECT_EQ(verdict["verdict"], "held");
  EXPECT_THAT(verdict["message"].get<std::string>(), StartsWith("guaranteed (posix)"));
}

TEST(Reports, that_have_no_place_are_told_before_anything_is_played) {
  const Folder folder;
  const Ending ending = call(
      {"run", folder.write("held.yaml", kHeld), "--json", folder.path("no/such/folder/r.json")});
  EXPECT_EQ(ending.status, 3);
  EXPECT_EQ(ending.out, "");
  EXPECT_THAT(ending.err, HasSubstr("r.json: No such file or directory"));
}

TEST(Reports, that_do_not_fit_leave_the_console_output) {
  const Folder folder;
  const Ending ending = call({"run", folder.write("held.yaml", kHeld), "--json", "/dev/full"});
  EXPECT_EQ(ending.status, 3);
  EXPECT_THAT(ending.out, HasSubstr("1 as expected"));
  EXPECT_THAT(ending.err, HasSubstr("/dev/full: write: No space left on device"));
}

// Colours

TEST(Colour, is_for_those_who_want_it) {
  const Folder folder;
  const std::string file = folder.write("held.yaml", kHeld);
  const auto output = [&](std::vector<std::string> options, std::vector<std::string> environment) {
    options.insert(options.begin(), {"run", file});
    return call(options, environment).out;
  };
  const auto coloured = HasSubstr("\x1b[");
  EXPECT_THAT(output({}, {}), Not(coloured)) << "a pipe is no terminal";
  EXPECT_THAT(output({}, {"CLICOLOR_FORCE=1"}), coloured);
  EXPECT_THAT(output({}, {"CLICOLOR_FORCE=0"}), Not(coloured));
  EXPECT_THAT(output({}, {"NO_COLOR=1", "CLICOLOR_FORCE=1"}), Not(coloured));
  EXPECT_THAT(output({"--color", "always"}, {"NO_COLOR=1"}), coloured);
  EXPECT_THAT(output({"--color", "never"}, {"CLICOLOR_FORCE=1"}), Not(coloured));
}

// The other commands

TEST(List, shows_ids_that_run_takes) {
  const Folder folder;
  folder.write("sub/matrix.yaml", kMatrix);
  folder.write("held.yaml", kHeld);
  folder.write("notes.txt", "not a scenario");
  const std::string matrix = folder.path("sub/matrix.yaml");
  const Ending all = call({"list", folder.path("")});
  EXPECT_EQ(all.status, 0);
  EXPECT_EQ(all.out,
            folder.path("held.yaml") + "\n" + matrix + "[word=one]\n" + matrix + "[word=two]\n");
  EXPECT_EQ(call({"list", folder.path(""), "--filter", "*[word=t*"}).out, matrix + "[word=two]\n");
  EXPECT_EQ(call({"list", folder.path(""), "-L", "quick"}).out, folder.path("held.yaml") + "\n");

  const Ending one = call({"run", matrix + "[word=two]"});
  EXPECT_EQ(one.status, 0) << one.out << one.err;
  EXPECT_THAT(one.out, AllOf(HasSubstr("[word=two]"), Not(HasSubstr("[word=one]"))));

  const Ending none = call({"run", matrix + "[word=too]"});
  EXPECT_EQ(none.status, 2);
  EXPECT_THAT(none.err, HasSubstr("did you mean " + matrix + "[word=two]?"));
}

TEST(List, tells_ctest_all_that_it_needs) {
  const Folder folder;
  const std::string matrix = folder.write("matrix.yaml", kMatrix);
  const std::string wrong = folder.write("wrong.yaml", kMisspelt);
  const Ending ending = call({"list", folder.path(""), "--format", "ctest"});
  EXPECT_EQ(ending.status, 0) << ending.err;
  EXPECT_EQ(ending.out, matrix + "[word=one]\t" + matrix + "\tmatrix;slow\t36\n" +  //
                            matrix + "[word=two]\t" + matrix + "\tmatrix;slow\t36\n" + wrong +
                            "\t" + wrong + "\tunreadable\t30\n");
}

TEST(List, for_people_says_what_it_could_not_read) {
  const Folder folder;
  const std::string wrong = folder.write("wrong.yaml", kMisspelt);
  const Ending ending = call({"list", folder.path("")});
  EXPECT_EQ(ending.status, 2);
  EXPECT_THAT(ending.err, HasSubstr(wrong + ":4:"));
}

TEST(Validate, tells_the_problems_of_all_files) {
  const Folder folder;
  const std::string held = folder.write("held.yaml", kHeld);
  const Ending good = call({"validate", held});
  EXPECT_EQ(good.status, 0) << good.err;
  EXPECT_EQ(good.out, "1 scenario: nothing wrong\n");

  const std::string first = folder.write("wrong1.yaml", kMisspelt);
  const std::string second = folder.write("wrong2.yaml", kMisspelt);
  const Ending bad = call({"validate", folder.path("")});
  EXPECT_EQ(bad.status, 2);
  EXPECT_THAT(bad.err, AllOf(HasSubstr(first + ":4:"), HasSubstr(second + ":4:"),
                             EndsWith("procession: 2 files are wrong\n")));
}

TEST(Validate, knows_which_features_there_are) {
  const Folder folder;
  const std::string file = folder.write("feature.yaml", R"(scenario: asks for a typo
requires: {feature: [subreapr]}
processes:
  main:
    - print: here
)");
  const Ending ending = call({"validate", file});
  EXPECT_EQ(ending.status, 2);
  EXPECT_THAT(ending.err, HasSubstr("did you mean `subreaper`?"));
}

TEST(Explain, answers_by_its_exit_code_and_says_why) {
  const Folder folder;
  const std::string order = "child.end < main.print";
  const Ending held = call({"explain", folder.write("held.yaml", kHeld), order});
  EXPECT_EQ(held.status, 0) << held.err;
  EXPECT_THAT(held.out, HasSubstr("guaranteed (posix)"));
  const std::string broken = folder.write("broken.yaml", kBroken);
  const Ending luck = call({"explain", broken, order});
  EXPECT_EQ(luck.status, 1) << luck.err;
  EXPECT_THAT(luck.out, HasSubstr("not guaranteed"));
  EXPECT_EQ(call({"explain", broken, "child.end <"}).status, 2);
  EXPECT_EQ(call({"explain", broken, "nobody.end < main.print"}).status, 2);
}

TEST(Schema, is_json) {
  const Ending ending = call({"schema"});
  EXPECT_EQ(ending.status, 0);
  EXPECT_TRUE(nlohmann::json::accept(ending.out));
}

}  // namespace
}  // namespace procession::cli
