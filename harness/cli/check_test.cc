// SPDX-License-Identifier: MIT
// Saved Records, judged again: the same verdicts as when they were played; other expectations;
// files that are no good.

#include "harness/cli/program_test.h"
#include "harness/cli/recording.h"
#include "harness/os/unique_fd.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <fcntl.h>
#include <map>
#include <string>
#include <vector>

namespace procession::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kLuck = R"(scenario: a sleep is no cause
runs: 5
processes:
  main:
    - start: child
    - sleep: 20ms
    - print: the parent goes on
  child:
    - print: the child works
expect:
  order:
    - child.print < main.print
)";

constexpr const char* kMatrix = R"(scenario: two instances
matrix: {way: [fork, spawn]}
processes:
  main:
    - start: child
    - join: child
  child:
    start_method: ${way}
    steps:
      - print: the child works
expect:
  order: [child.print < main.join]
)";

std::string replaced(std::string text, const std::string& before, const std::string& after) {
  const std::size_t at = text.find(before);
  EXPECT_NE(at, text.npos) << before;
  return text.replace(at, before.size(), after);
}

// All that is said of the scenarios, without what is of the session.
nlohmann::json scenarios_in(const Folder& folder, const std::string& file) {
  return nlohmann::json::parse(folder.read(file))["scenarios"];
}

// Few runs: whether the verdicts are as the files want them is not the question here.
TEST(Check, says_what_was_said_of_bundled_scenarios) {
  const Folder folder;
  const std::string scenarios = PROCESSION_SOURCE_DIR "/scenarios/tutorial";
  const Ending played = call({"run", scenarios, "--record", folder.path("records"), "--json",
                              folder.path("played.json"), "--runs", "2"});
  const Ending checked =
      call({"check", folder.path("records"), "--json", folder.path("checked.json")});
  EXPECT_EQ(played.status, checked.status) << checked.out << checked.err;
  std::map<std::string, nlohmann::json> by_id;
  for (const auto& scenario : scenarios_in(folder, "checked.json")) {
    by_id[scenario["id"]] = scenario;
  }
  EXPECT_GT(by_id.size(), 20u);
  for (const auto& scenario : scenarios_in(folder, "played.json")) {
    if (scenario["outcome"] != "skipped") {
      EXPECT_EQ(by_id[scenario["id"]], scenario) << scenario["id"];
    }
  }
}

TEST(Check, tells_luck_again_with_its_evidence) {
  const Folder folder;
  const std::string file = folder.write("luck.yaml", kLuck);
  const Ending played = call({"run", file, "--record", folder.path("records")});
  EXPECT_EQ(played.status, 1);
  folder.write("luck.yaml", "the file is not needed any more");
  const Ending checked = call({"check", folder.path("records")});
  EXPECT_EQ(checked.status, 1) << checked.out << checked.err;
  const auto without_last_line = [](const std::string& text) {
    return text.substr(0, text.rfind("\n1 scenario in "));
  };
  EXPECT_EQ(without_last_line(checked.out), without_last_line(played.out));
  EXPECT_THAT(checked.out, HasSubstr("seen 5 of 5, not guaranteed"));
}

TEST(Check, judges_by_other_expectations_of_the_same_processes) {
  const Folder folder;
  const std::string file = folder.write("luck.yaml", kLuck);
  EXPECT_EQ(call({"run", file, "--record", folder.path("records")}).status, 1);
  const std::string edited =
      folder.write("edited.yaml", replaced(kLuck, "  order:\n", "  # It is luck.\n  timing:\n"));
  const Ending checked = call({"check", folder.path("records"), "--scenario", edited});
  EXPECT_EQ(checked.status, 0) << checked.out << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("as expected  " + edited + " (5 runs"));

  const std::string other =
      folder.write("other.yaml", replaced(kLuck, "sleep: 20ms", "sleep: 30ms"));
  const Ending refused = call({"check", folder.path("records"), "--scenario", other});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("other.yaml has other processes than"),
                                 HasSubstr("main.sleep was played otherwise (line 6)"),
                                 HasSubstr("play it again")));
}

TEST(Check, finds_the_instance_of_a_matrix) {
  const Folder folder;
  const std::string file = folder.write("matrix.yaml", kMatrix);
  EXPECT_EQ(call({"run", file, "--record", folder.path("records")}).status, 0);
  const Ending checked = call({"check", folder.path("records"), "--scenario", file});
  EXPECT_EQ(checked.status, 0) << checked.err;
  EXPECT_THAT(checked.out, AllOf(HasSubstr("[way=fork]"), HasSubstr("[way=spawn]"),
                                 HasSubstr("2 scenarios in ")));
  const std::string one = folder.write("one.yaml", replaced(kMatrix, "[fork, spawn]", "[fork]"));
  const Ending missing = call({"check", folder.path("records"), "--scenario", one});
  EXPECT_EQ(missing.status, 2);
  EXPECT_THAT(missing.err, HasSubstr("[way=spawn], which the scenario file does not have"));
}

TEST(Check, refuses_a_file_that_is_wrong) {
  const Folder folder;
  const std::string file = folder.write("luck.yaml", kLuck);
  EXPECT_EQ(call({"run", file, "--record", folder.path("records")}).status, 1);
  const std::string wrong =
      folder.write("wrong.yaml", replaced(kLuck, "child.print <", "chld.print <"));
  const Ending refused = call({"check", folder.path("records"), "--scenario", wrong});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr("wrong.yaml:12:"));
}

TEST(Check, refuses_what_is_no_good_record) {
  const Folder folder;
  const std::string file = folder.write("luck.yaml", kLuck);
  EXPECT_EQ(call({"run", file, "--record", folder.path("records")}).status, 1);
  const std::string name = "records/" + record_file_name(file);
  const std::string good = folder.read(name);
  ASSERT_GT(good.size(), 500u);
  const auto told = [&](const std::string& bytes) {
    const Ending ending = call({"check", folder.write("bad.record", bytes)});
    EXPECT_EQ(ending.status, 2) << ending.out;
    EXPECT_EQ(ending.out, "");
    return ending.err;
  };
  EXPECT_THAT(told(""), HasSubstr("bad.record is no Record file"));
  EXPECT_THAT(told(kLuck), HasSubstr("is no Record file"));
  EXPECT_THAT(told(good.substr(0, good.size() / 2)), HasSubstr("is cut off"));
  EXPECT_THAT(told(replaced(good, "the child works", "the child WORKS")), HasSubstr("is damaged"));
  std::string newer = good;
  newer[8] = 99;
  EXPECT_THAT(told(newer), HasSubstr("has format version 99; this procession reads version 3"));
  EXPECT_EQ(call({"check", folder.path("no-such.record")}).status, 2);
  EXPECT_EQ(call({"check", folder.path("")}).status, 2) << "one bad file is enough";
  const Folder empty;
  EXPECT_EQ(call({"check", empty.path("")}).status, 5);
}

TEST(Check, says_that_a_recording_was_stopped) {
  const Folder folder;
  const std::string file = folder.write("long.yaml", replaced(kLuck, "runs: 5", "runs: 1000000"));
  folder.write("long.yaml", replaced(replaced(kLuck, "runs: 5", "runs: 100000"),
                                     "child.print < main.print", "main.begin < main.print"));
  const Ending played =
      call({"run", file, "--record", folder.path("records"), "--deadline", "500ms"});
  EXPECT_EQ(played.status, 124) << played.out;
  const Ending checked = call({"check", folder.path("records")});
  EXPECT_EQ(checked.status, 6) << checked.out << checked.err;
  EXPECT_THAT(checked.out, AllOf(HasSubstr("stopped"), HasSubstr("--deadline passed")));
}

TEST(Record, keeps_the_first_runs_and_the_last_within_its_limit) {
  const Folder folder;
  const std::string file = folder.write(
      "many.yaml", replaced(replaced(kLuck, "runs: 5", "runs: 50"), "sleep: 20ms", "join: child"));
  EXPECT_EQ(
      call({"run", file, "--record", folder.path("records"), "--record-limit", "8KiB"}).status, 0);
  const std::string bytes = folder.read("records/" + record_file_name(file));
  EXPECT_LT(bytes.size(), 8u * 1024 + 4096);
  const Ending checked = call({"check", folder.path("records"), "--json", folder.path("r.json")});
  EXPECT_EQ(checked.status, 0) << checked.err;
  EXPECT_THAT(checked.err, HasSubstr(" of 50 runs: the first ones and the last"));
  const auto scenario = scenarios_in(folder, "r.json")[0];
  EXPECT_LT(scenario["runs"], 50);
  EXPECT_EQ(scenario["shown_run"], 50);
}

TEST(Record, leaves_no_file_half_done) {
  const Folder folder;
  const std::string file = folder.write("luck.yaml", replaced(kLuck, "20ms", "50s"));
  Call running({"run", folder.write("a.yaml", kLuck), file, "--record", folder.path("records"),
                "--timeout", "60s", "--json", folder.path("r.json")});
  ASSERT_TRUE(running.wait_for_output("a.yaml"));
  running.send(SIGKILL);
  EXPECT_EQ(running.finish().status, -SIGKILL);
  const Ending checked = call({"check", folder.path("records")});
  EXPECT_EQ(checked.status, 1) << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("1 scenario in "));
  if (const os::UniqueFd nameless(::open(folder.path("").c_str(), O_TMPFILE | O_WRONLY, 0600));
      nameless) {
    EXPECT_THAT(folder.names(), ElementsAre("a.yaml", "luck.yaml", "records"))
        << "the result was open since before the first scenario";
  }
}

TEST(Record, that_has_no_place_is_told) {
  const Folder folder;
  const std::string file = folder.write("luck.yaml", kLuck);
  const Ending ending = call({"run", file, "--record", file});
  EXPECT_EQ(ending.status, 3);
  EXPECT_THAT(ending.err, HasSubstr("luck.yaml"));
  EXPECT_EQ(ending.out, "") << "before anything is played";
  EXPECT_EQ(call({"run", file, "--record-limit", "1MiB"}).status, 2) << "limits what?";
  EXPECT_EQ(call({"run", file, "--record", folder.path("r"), "--record-limit", "7"}).status, 2);
}

TEST(RecordFileName, is_one_name_for_each_id) {
  EXPECT_EQ(record_file_name("a.yaml"), "a.yaml.record");
  EXPECT_EQ(record_file_name("a/b.yaml[x=1,y=2]"), "a+b.yaml[x=1,y=2].record");
  EXPECT_EQ(record_file_name("a+b.yaml"), "a%2Bb.yaml.record");
  EXPECT_EQ(record_file_name("../a b.yaml"), "%2E.+a%20b.yaml.record");
  const std::string longest(300, 'x');
  EXPECT_LT(record_file_name(longest).size(), 240u);
  EXPECT_NE(record_file_name(longest), record_file_name(longest + "y"));
}

}  // namespace
}  // namespace procession::cli
