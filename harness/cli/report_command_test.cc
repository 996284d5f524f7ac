// SPDX-License-Identifier: MIT
// What `run` keeps, and what `report` makes of it.
#include "harness/cli/program_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <utility>
#include <vector>

namespace procession::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kScenario = R"(scenario: 父 waits & "goes on"
runs: 7
processes:
  main:
    - start: child
    - join: child
  child:
    - print: works
figures:
  life: {from: child.begin, to: child.end}
expect:
  order:
    - child.end < main.join(child)
)";

// A folder with a scenario, and its result in results/.
class Played : public ::testing::Test {
 protected:
  Played() {
    const Ending ending = call({"run", file_, "--results", results_});
    EXPECT_EQ(ending.status, 0) << ending.out << ending.err;
  }

  [[nodiscard]] std::string written(const std::string& option) const {
    const std::string path = folder_.path("written");
    const Ending ending = call({"report", results_, option, path});
    EXPECT_EQ(ending.status, 0) << option << ending.err;
    EXPECT_EQ(ending.out, "") << option;
    return folder_.read("written");
  }

  // A page is too long to be shown where it does not.
  [[nodiscard]] bool holds(const std::string& name, const std::string& text) const {
    return folder_.read(name).find(text) != std::string::npos;
  }

  Folder folder_;
  std::string file_ = folder_.write("played.yaml", kScenario);
  std::string results_ = folder_.path("results");
};

TEST_F(Played, is_kept_in_a_folder) {
  const auto kept = nlohmann::json::parse(folder_.read("results/result.json"));
  const auto& scenario = kept["scenarios"][0];
  EXPECT_EQ(scenario["outcome"], "as_expected");
  EXPECT_EQ(scenario["run_wall_ns"].size(), 7U);
  EXPECT_EQ(scenario["figures"][0]["by_run"]["p50"].size(), 7U);
  EXPECT_EQ(scenario["course"]["run"], 7);
  EXPECT_EQ(scenario["course"]["lanes"].size(), 2U);
  EXPECT_EQ(scenario["graph"]["processes"].size(), 2U);
}

TEST_F(Played, is_shown_as_run_has_shown_it) {
  const Ending again = call({"report", results_});
  EXPECT_EQ(again.status, 0);
  EXPECT_THAT(again.out, AllOf(HasSubstr("played.yaml"), HasSubstr("1 as expected")));
}

TEST_F(Played, is_written_as_it_was_kept) {
  EXPECT_EQ(written("--json"), folder_.read("results/result.json"));
}

TEST_F(Played, is_written_in_every_format) {
  const std::vector<std::pair<const char*, const char*>> formats = {
      {"--html", "</html>"},      {"--markdown", "played.yaml"}, {"--junit", "</testsuites>"},
      {"--trace", "traceEvents"}, {"--hlog", "HISTFAAAA"},       {"--csv", "life"},
      {"--openmetrics", "# EOF"}, {"--bencher", "life"},         {"--smaller-is-better", "life"},
      {"--bigger-is-better", "["}};
  for (const auto& [option, holds] : formats) {
    EXPECT_THAT(written(option), HasSubstr(holds)) << option;
  }
}

TEST_F(Played, has_percentiles_of_one_figure) {
  const std::string table = folder_.path("life.hgrm");
  EXPECT_EQ(call({"report", results_, "--hgrm", table, "--figure", "life"}).status, 0);
  EXPECT_THAT(folder_.read("life.hgrm"), HasSubstr("Percentile TotalCount"));
  const Ending unknown = call({"report", results_, "--hgrm", table, "--figure", "death"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.err, HasSubstr("life"));
}

TEST_F(Played, stands_with_others_in_one_report) {
  const std::string path = folder_.path("both.json");
  EXPECT_EQ(call({"report", results_, results_, "--json", path}).status, 0);
  const auto both = nlohmann::json::parse(folder_.read("both.json"));
  ASSERT_EQ(both["scenarios"].size(), 2U);
  EXPECT_EQ(both["scenarios"][1]["id"], file_ + " (2)");
}

TEST_F(Played, may_be_a_baseline_and_stand_beside_it) {
  const std::string baselines = folder_.path("baselines");
  EXPECT_EQ(call({"report", results_, "--save-baseline", baselines}).status, 0);
  const Ending again = call({"report", results_, "--save-baseline", baselines});
  EXPECT_EQ(again.status, 2) << "it is kept";
  EXPECT_EQ(call({"report", results_, "--save-baseline", baselines, "--replace"}).status, 0);
  const std::string page = folder_.path("page.html");
  const Ending beside = call({"report", results_, "--html", page, "--baseline", baselines});
  EXPECT_EQ(beside.status, 0) << beside.err;
  EXPECT_TRUE(holds("page.html", "\"ratio\":1.0"));
}

TEST_F(Played, goes_into_a_history_and_the_page_shows_it) {
  const std::string history = folder_.path("history.db");
  for (int i = 0; i < 2; ++i) {
    const Ending ending = call({"run", file_, "--history", history});
    EXPECT_EQ(ending.status, 0) << ending.err;
  }
  EXPECT_THAT(call({"history", "life.p50", "--db", history}).out, HasSubstr("life.p50"));
  const std::string page = folder_.path("page.html");
  EXPECT_EQ(call({"report", results_, "--html", page, "--history", history}).status, 0);
  EXPECT_TRUE(holds("page.html", "\"points\":[{\"started\""));
}

TEST_F(Played, that_cannot_be_read_says_why_and_overwrites_nothing) {
  const std::string page = folder_.write("page.html", "old");
  const std::string whole = folder_.read("results/result.json");
  const std::vector<std::pair<std::string, const char*>> spoilt = {
      {whole.substr(0, whole.size() / 2), "cut off"},
      {"{}", "no result of procession"},
      {R"({"format": "procession-result", "version": 99})", "version 99"}};
  for (const auto& [text, why] : spoilt) {
    const Ending ending = call({"report", folder_.write("bad.json", text), "--html", page});
    EXPECT_EQ(ending.status, 2);
    EXPECT_THAT(ending.err, AllOf(HasSubstr("bad.json"), HasSubstr(why)));
  }
  std::filesystem::create_directory(folder_.path("empty"));
  const Ending empty = call({"report", folder_.path("empty"), "--html", page});
  EXPECT_EQ(empty.status, 2);
  EXPECT_THAT(empty.err, HasSubstr("holds no result.json"));
  EXPECT_EQ(folder_.read("page.html"), "old");
}

TEST(Results, are_not_kept_where_nobody_wants_them) {
  const Folder folder;
  const std::string file = folder.write("played.yaml", kScenario);
  EXPECT_EQ(call({"run", file, "--no-results"}).status, 0);
  EXPECT_THAT(folder.names(), ElementsAre("played.yaml"));
}

TEST(Results, that_have_no_place_are_told_before_anything_is_played) {
  const Folder folder;
  const std::string file = folder.write("played.yaml", kScenario);
  const Ending ending = call({"run", file, "--results", file + "/below"});
  EXPECT_EQ(ending.status, 3);
  EXPECT_EQ(ending.out, "");
  EXPECT_THAT(ending.err, HasSubstr("below: Not a directory"));
}

TEST(Results, are_kept_in_a_folder_that_others_may_be_written_to) {
  const Folder folder;
  const std::string file = folder.write("played.yaml", kScenario);
  const std::string results = folder.path("results/new");
  const Ending ending =
      call({"run", file, "--results", results, "--junit", results + "/junit.xml"});
  EXPECT_EQ(ending.status, 0) << ending.err;
  EXPECT_THAT(folder.read("results/new/junit.xml"), HasSubstr("played.yaml"));
}

TEST(Results, of_bench_are_kept_too) {
  const Folder folder;
  const std::string file = folder.write("played.yaml", kScenario);
  const std::string results = folder.path("results");
  const Ending ending = call({"bench", file, "--results", results});
  EXPECT_EQ(ending.status, 0) << ending.err;
  const auto kept = nlohmann::json::parse(folder.read("results/result.json"));
  EXPECT_EQ(kept["scenarios"][0]["runs"], 7);
  EXPECT_THAT(kept["command"].get<std::string>(), HasSubstr(" bench "));
  EXPECT_THAT(kept["scenarios"][0]["figures"][0]["n"], 7);
}

}  // namespace
}  // namespace procession::cli
