// SPDX-License-Identifier: MIT
// procession history, as a user calls it, on histories of values.

#include "harness/cli/history_file.h"
#include "harness/cli/program_test.h"
#include "harness/report/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <utility>

namespace procession::cli {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

measure::Figure figure(const std::string& name, double p50) {
  measure::Figure figure;
  figure.name = name;
  figure.unit = "ns";
  figure.count = 100;
  figure.min = p50 / 2;
  figure.max = p50 * 2;
  figure.percentiles = {{50, 5, p50, {p50 - 1, p50 + 1}},
                        {90, 29, std::nullopt, {}},
                        {99, 299, std::nullopt, {}},
                        {99.9, 2995, std::nullopt, {}}};
  return figure;
}

report::ScenarioResult scenario(const std::string& id, double p50) {
  report::ScenarioResult scenario;
  scenario.id = scenario.file = id;
  scenario.runs = scenario.runs_wanted = 100;
  scenario.judgement.figures = {figure("trip", p50)};
  scenario.judgement.numbers = {{"load.rate", "/s", 20'000, {}}};
  return scenario;
}

report::SessionResult session(int day, double p50) {
  report::SessionResult session;
  session.started = "2026-05-0" + std::to_string(day) + "T12:00:00Z";
  session.command = "procession run a.yaml";
  session.machine = {{"procession", day < 3 ? "0.1.0" : "0.2.0"}, {"class", "x86_64-test"}};
  session.scenarios = {scenario("load/a.yaml[clients=10]", p50), scenario("b.yaml", 3 * p50)};
  return session;
}

// Of four days.
class HistoryCommand : public testing::Test {
 protected:
  HistoryCommand() : path_(folder_.path("history.db")) {
    for (int day = 1; day <= 4; ++day) {
      EXPECT_TRUE(append_to_history(path_, session(day, 1000 * day)));
    }
  }

  Ending history(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"history", "--db", path_});
    return call(arguments);
  }

  nlohmann::json json(std::vector<std::string> arguments) {
    arguments.push_back("--json");
    const Ending ending = history(arguments);
    EXPECT_EQ(ending.status, 0) << ending.err;
    return nlohmann::json::parse(ending.out)["series"];
  }

  Folder folder_;
  std::string path_;
};

TEST_F(HistoryCommand, lists_what_there_is) {
  const Ending ending = history({});
  EXPECT_EQ(ending.status, 0) << ending.err;
  EXPECT_EQ(ending.out,
            "b.yaml\n"
            "  load.rate       4 sessions, the latest 2026-05-04T12:00:00Z\n"
            "  trip.max        4 sessions, the latest 2026-05-04T12:00:00Z\n"
            "  trip.min        4 sessions, the latest 2026-05-04T12:00:00Z\n"
            "  trip.p50        4 sessions, the latest 2026-05-04T12:00:00Z\n"
            "load/a.yaml[clients=10]\n"
            "  load.rate       4 sessions, the latest 2026-05-04T12:00:00Z\n"
            "  trip.max        4 sessions, the latest 2026-05-04T12:00:00Z\n"
            "  trip.min        4 sessions, the latest 2026-05-04T12:00:00Z\n"
            "  trip.p50        4 sessions, the latest 2026-05-04T12:00:00Z\n");
  EXPECT_THAT(history({"--filter", "load/*"}).out, Not(HasSubstr("b.yaml")));
}

TEST_F(HistoryCommand, plots_a_figure) {
  const Ending ending = history({"trip", "--filter", "load/*", "--columns", "60"});
  EXPECT_EQ(ending.status, 0) << ending.err;
  EXPECT_THAT(ending.out, HasSubstr("load/a.yaml[clients=10]  trip.p50\n"));
  EXPECT_THAT(ending.out, HasSubstr(" µs ┤"));
  EXPECT_THAT(ending.out, HasSubstr("┬"));
  EXPECT_THAT(ending.out, HasSubstr("0.2.0"));
  EXPECT_THAT(ending.out, HasSubstr("● x86_64-test: 4 sessions, 1 µs to 4 µs, the latest 4 µs"));
  EXPECT_THAT(ending.out, Not(HasSubstr("\x1b")));  // no terminal
  EXPECT_THAT(ending.out, Not(HasSubstr("b.yaml")));
  EXPECT_THAT(history({"trip", "--color", "always"}).out, HasSubstr("\x1b[36m●"));
}

TEST_F(HistoryCommand, plots_each_scenario_and_each_figure_of_a_pattern) {
  const Ending ending = history({"*"});
  EXPECT_THAT(ending.out, HasSubstr("b.yaml  load.rate\n"));
  EXPECT_THAT(ending.out, HasSubstr("\n\nload/a.yaml[clients=10]  trip.max\n"));
  EXPECT_THAT(history({"trip.m?x"}).out, Not(HasSubstr("trip.min")));
}

TEST_F(HistoryCommand, tells_all_numbers_as_json) {
  const auto series = json({"load.rate", "--filter", "b.yaml"});
  ASSERT_THAT(series, SizeIs(1));
  EXPECT_EQ(series[0]["figure"], "load.rate");
  EXPECT_EQ(series[0]["unit"], "/s");
  EXPECT_EQ(series[0]["points"][0],
            nlohmann::json::parse(R"({"started": "2026-05-01T12:00:00Z", "value": 20000,
                "low": null, "high": null, "at_least": false, "n": 100, "version": "0.1.0",
                "class": "x86_64-test"})"));
  EXPECT_THAT(json({}), SizeIs(8));
  EXPECT_THAT(json({"nothing"}), IsEmpty());
}

TEST_F(HistoryCommand, takes_the_latest_sessions) {
  const auto series = json({"trip.p50", "--filter", "b.yaml", "--last", "2"});
  ASSERT_THAT(series[0]["points"], SizeIs(2));
  EXPECT_EQ(series[0]["points"][0]["started"], "2026-05-03T12:00:00Z");
  EXPECT_EQ(series[0]["points"][1]["value"], 12000);
}

TEST_F(HistoryCommand, without_such_a_figure_says_what_is_near) {
  const Ending ending = history({"trip.p51"});
  EXPECT_EQ(ending.status, 5);
  EXPECT_THAT(ending.err, EndsWith("history.db has no figure `trip.p51`; did you mean "
                                   "`trip.p50`?\n"));
  EXPECT_THAT(history({"zzzzzzzz"}).err, EndsWith("; `procession history` lists them\n"));
  const Ending filtered = history({"trip.p50", "--filter", "none"});
  EXPECT_EQ(filtered.status, 5);
  EXPECT_EQ(filtered.err, "procession: nothing selected\n");
  EXPECT_EQ(history({"--filter", "none"}).status, 5);
}

TEST_F(HistoryCommand, names_a_file_that_is_no_history) {
  path_ = folder_.path("none.db");
  Ending ending = history({});
  EXPECT_EQ(ending.status, 2);
  EXPECT_EQ(ending.err, "procession: " + path_ + ": there is no such file\n");
  path_ = folder_.write("text.db", "no database at all, and longer than its head would be\n");
  ending = history({"trip"});
  EXPECT_EQ(ending.status, 2);
  EXPECT_EQ(ending.err, "procession: " + path_ + ": it is no SQLite database\n");
  EXPECT_THAT(folder_.names(), ElementsAre("history.db", "text.db"));
}

TEST_F(HistoryCommand, puts_stored_results_in_once) {
  const std::string one = folder_.write("one.json", report::to_json(session(5, 1)));
  std::filesystem::create_directory(folder_.path("latest"));
  folder_.write("latest/result.json", report::to_json(session(4, 4000)));  // is there already
  const Ending ending = history({"--import", one, folder_.path("latest")});
  EXPECT_EQ(ending.status, 0) << ending.err;
  EXPECT_EQ(ending.out,
            "1 of 2 sessions added to " + path_ + "; what it had before is left as it is\n");
  const auto series = json({"trip.p50", "--filter", "b.yaml"});
  ASSERT_THAT(series[0]["points"], SizeIs(5));
  EXPECT_EQ(series[0]["points"][4]["value"], 3);
  EXPECT_EQ(series[0]["points"][4]["low"], 2);
  EXPECT_EQ(series[0]["points"][4]["class"], "x86_64-test");
}

TEST_F(HistoryCommand, puts_nothing_in_if_a_result_is_wrong) {
  const std::string good = folder_.write("good.json", report::to_json(session(5, 1)));
  for (const auto& [text, why] :
       {std::pair(report::to_json(session(6, 1)).substr(0, 100), "bad.json "),
        std::pair(std::string(R"({"format": "procession-result", "version": 99})"), "version"),
        std::pair(std::string("[]"), "no result of procession")}) {
    const std::string bad = folder_.write("bad.json", text);
    const Ending ending = history({"--import", good, bad});
    EXPECT_EQ(ending.status, 2);
    EXPECT_THAT(ending.err, HasSubstr(why));
  }
  EXPECT_EQ(history({"--import", folder_.path("none.json")}).status, 2);
  EXPECT_THAT(json({"trip.p50"})[0]["points"], SizeIs(4));
}

TEST(AppendToHistory, leaves_out_what_means_nothing) {
  const Folder folder;
  const std::string path = folder.path("new/folder/history.db");
  report::SessionResult some = session(1, 1000);
  some.scenarios[1].outcome = report::Outcome::Broken;
  some.scenarios[0].judgement.figures.push_back(figure("lagged", 1));
  some.scenarios[0].judgement.figures.back().invalid = "the client lagged";
  ASSERT_TRUE(append_to_history(path, some));
  const auto figures = list_history(path, {});
  ASSERT_TRUE(figures);
  for (const HistoryFigure& one : *figures) {
    EXPECT_EQ(one.scenario, "load/a.yaml[clients=10]");
    EXPECT_THAT(one.figure, Not(HasSubstr("lagged")));
  }
  EXPECT_THAT(*figures, SizeIs(4));
}

TEST(AppendToHistory, has_a_session_once) {
  const Folder folder;
  const std::string path = folder.path("history.db");
  EXPECT_TRUE(*append_to_history(path, session(1, 1000)));
  EXPECT_FALSE(*append_to_history(path, session(1, 1000)));
  EXPECT_EQ(list_history(path, {})->front().points, 1u);
}

TEST(AppendToHistory, in_a_folder_that_cannot_be_made_says_so) {
  const Folder folder;
  const std::string file = folder.write("file", "");
  const base::Result<bool> appended = append_to_history(file + "/history.db", session(1, 1));
  ASSERT_FALSE(appended);
  EXPECT_THAT(appended.error().message, HasSubstr("make the folder " + file));
}

}  // namespace
}  // namespace procession::cli
