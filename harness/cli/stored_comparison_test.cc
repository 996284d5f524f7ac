// SPDX-License-Identifier: MIT
// procession compare: two results as values, and as files that may be anything.
#include "harness/cli/stored_comparison.h"

#include "harness/cli/program_test.h"
#include "harness/report/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

namespace procession::cli {
namespace {

using nlohmann::json;
using report::ComparedFigure;
using report::ComparisonResult;
using report::ScenarioResult;
using report::SessionResult;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

ScenarioResult scenario_of(const std::string& id, double ms, std::size_t runs = 20) {
  ScenarioResult scenario;
  scenario.id = scenario.file = id;
  scenario.runs = scenario.runs_wanted = static_cast<std::uint32_t>(runs);
  scenario.run_walls.assign(runs, base::Duration(static_cast<std::int64_t>(ms * 1e6)));
  return scenario;
}

SessionResult session_of(std::vector<ScenarioResult> scenarios, const std::string& machine = "m1") {
  SessionResult session;
  session.scenarios = std::move(scenarios);
  session.started = "2024-05-01T12:00:00Z";
  if (!machine.empty()) {
    session.machine = {{"class", machine}};
  }
  return session;
}

ComparisonResult compare(SessionResult base, SessionResult changed,
                         std::vector<std::string> figures = {}) {
  return compare_stored({"old.json", "new.json", std::move(base), std::move(changed)}, 0.02,
                        figures);
}

std::vector<std::string> verdicts(const ComparisonResult& result) {
  std::vector<std::string> said;
  for (const ComparedFigure& figure : result.figures) {
    const report::Said verdict = report::said_of(figure);
    said.push_back(figure.scenario + " " + figure.name + ": " + verdict.verdict +
                   (verdict.why.empty() ? "" : ": " + verdict.why));
  }
  return said;
}

TEST(StoredComparison, compares_run_with_run) {
  const ComparisonResult result =
      compare(session_of({scenario_of("a", 10), scenario_of("b", 10), scenario_of("c", 10)}),
              session_of({scenario_of("a", 11), scenario_of("b", 9), scenario_of("c", 10.1)}));
  EXPECT_THAT(verdicts(result),
              ElementsAre("a run.wall: worse", "b run.wall: better", "c run.wall: not worse"));
  EXPECT_THAT(result.notes, ElementsAre(HasSubstr("not measured side by side")));
  EXPECT_FALSE(result.seed);
}

TEST(StoredComparison, compares_throughputs_and_percentiles_but_no_counts) {
  ScenarioResult base = scenario_of("a", 10);
  base.run_walls.clear();
  base.judgement.numbers = {{"load.rate", "/s", 100, {}, std::vector<double>(20, 100)},
                            {"load.errors", "", 3, {}, std::vector<double>(20, 3)}};
  measure::Figure figure;
  figure.name = "life";
  figure.unit = "ns";
  figure.by_run.p50.assign(20, 5000);
  figure.by_run.p99.assign(20, 9000);
  base.judgement.figures = {figure};
  ScenarioResult changed = base;
  changed.judgement.numbers[0].by_run.assign(20, 80);
  changed.judgement.figures[0].by_run.p99.assign(20, 8000);
  const ComparisonResult result = compare(session_of({base}), session_of({changed}));
  EXPECT_THAT(verdicts(result),
              ElementsAre("a load.rate: worse", "a life.p50: not worse", "a life.p99: better"));
}

TEST(StoredComparison, of_too_few_runs_says_how_many_it_takes) {
  const ComparisonResult one =
      compare(session_of({scenario_of("a", 10, 5)}), session_of({scenario_of("a", 20, 30)}));
  EXPECT_THAT(verdicts(one), ElementsAre("a run.wall: cannot tell: needs 6 runs each, has 5"));
  EXPECT_THAT(one.notes.back(), HasSubstr("`--runs 6` or more, for both"));
  // Of four figures each needs more: 2^-8 < 0.025/4 < 2^-7.
  std::vector<ScenarioResult> four;
  for (const char* const id : {"a", "b", "c", "d"}) {
    four.push_back(scenario_of(id, 10, 7));
  }
  EXPECT_THAT(compare(session_of(four), session_of(four)).notes.back(), HasSubstr("`--runs 8`"));
}

TEST(StoredComparison, shows_but_does_not_judge_other_machines) {
  const SessionResult base = session_of({scenario_of("a", 10)});
  const auto said = [&](const std::string& machine) {
    return verdicts(compare(base, session_of({scenario_of("a", 20)}, machine)));
  };
  EXPECT_THAT(said("m2"), ElementsAre("a run.wall: not judged: other machines: m1 and m2"));
  EXPECT_THAT(said("m1"), ElementsAre("a run.wall: worse"));
  EXPECT_THAT(said(""), ElementsAre("a run.wall: worse"));  // of a result that does not say
}

TEST(StoredComparison, does_not_judge_what_is_missing_or_not_as_expected) {
  ScenarioResult broken = scenario_of("b", 10);
  broken.outcome = report::Outcome::Broken;
  ScenarioResult zero = scenario_of("z", 0);
  const ComparisonResult result =
      compare(session_of({scenario_of("a", 10), scenario_of("b", 10), zero}),
              session_of({broken, scenario_of("c", 10), zero}));
  EXPECT_THAT(
      verdicts(result),
      ElementsAre("a run.wall: not judged: only in base", "b run.wall: not judged: broken in new",
                  "z run.wall: not judged: new: a ratio needs values above 0",
                  "c run.wall: not judged: only in new"));
  EXPECT_EQ(report::conclusion_of(result), report::Conclusion::CannotTell);
}

TEST(StoredComparison, does_not_judge_lower_bounds_and_what_is_invalid) {
  ScenarioResult base = scenario_of("a", 10);
  base.run_walls.clear();
  measure::Figure figure;
  figure.name = "life";
  figure.unit = "ns";
  figure.by_run.p50.assign(20, 5000);
  figure.by_run.p99.assign(20, 9000);
  figure.at_least = {"p99"};
  base.judgement.figures = {figure};
  ScenarioResult changed = base;
  changed.judgement.figures[0].at_least = {};
  EXPECT_THAT(verdicts(compare(session_of({base}), session_of({changed}))),
              ElementsAre("a life.p50: not worse",
                          "a life.p99: not judged: base: only a lower bound: some requests were "
                          "given up"));
  changed.judgement.figures[0].invalid = "the client lagged";
  EXPECT_THAT(verdicts(compare(session_of({base}), session_of({changed}), {"*.p50"})),
              ElementsAre("a life.p50: not judged: new: invalid: the client lagged"));
}

TEST(StoredComparison, is_about_the_figures_that_are_wanted) {
  const SessionResult both = session_of({scenario_of("a", 10)});
  EXPECT_EQ(compare(both, both, {"r?n.*"}).figures.size(), 1u);
  EXPECT_EQ(compare(both, both, {"load.*", "x"}).figures.size(), 0u);
}

// --- As files.

class CompareCommand : public testing::Test {
 protected:
  std::string write(const std::string& name, const SessionResult& session) {
    std::filesystem::create_directories(std::filesystem::path(folder_.path(name)).parent_path());
    return folder_.write(name, report::to_json(session));
  }
  Ending compare(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "compare");
    return call(arguments);
  }
  // Exit code 2, one line, and what was there stays.
  std::string complaint(const std::string& base, const std::string& changed) {
    folder_.write("kept.json", "as it was");
    folder_.write("kept.md", "as it was");
    const Ending ending = compare({base, changed, "--gate", "--json", folder_.path("kept.json"),
                                   "--markdown", folder_.path("kept.md")});
    EXPECT_EQ(ending.status, 2) << ending.out;
    EXPECT_EQ(ending.out, "");
    EXPECT_EQ(folder_.read("kept.json"), "as it was");
    EXPECT_EQ(folder_.read("kept.md"), "as it was");
    return ending.err;
  }

  Folder folder_;
  std::string ten_ = write("ten.json", session_of({scenario_of("a", 10)}));
  std::string eleven_ = write("eleven/result.json", session_of({scenario_of("a", 11)}));
};

TEST_F(CompareCommand, has_an_exit_code_for_a_gate_only) {
  EXPECT_EQ(compare({ten_, eleven_}).status, 0);
  EXPECT_EQ(compare({ten_, eleven_, "--gate"}).status, 4);
  EXPECT_EQ(compare({ten_, eleven_, "--gate", "--margin", "15%"}).status, 0);
  EXPECT_EQ(compare({eleven_, ten_, "--gate"}).status, 0);
  EXPECT_EQ(compare({ten_, eleven_, "--gate", "--figure", "none"}).status, 6);
}

TEST_F(CompareCommand, shows_a_table_and_writes_files) {
  const std::string file = folder_.path("c.json");
  const Ending ending =
      compare({ten_, folder_.path("eleven"), "--json", file, "--markdown", folder_.path("c.md")});
  EXPECT_EQ(ending.status, 0) << ending.err;
  EXPECT_EQ(ending.out,
            "base  " + ten_ + "\nnew   " + folder_.path("eleven") +
                "\nnote: these were not measured side by side: what else was different, as the "
                "load of the machine, looks like a change; `procession bench --vs` excludes that\n"
                "\n"
                "            base   new    new/base\n"
                "a\n"
                "  run.wall  10 ms  11 ms  1.100 [1.100, 1.100]    worse\n"
                "\n"
                "worse: 1 figure, margin 2 %: 1 worse\n");
  EXPECT_EQ(json::parse(folder_.read("c.json"))["verdict"], "worse");
  EXPECT_THAT(folder_.read("c.md"), HasSubstr("**worse**"));
}

TEST_F(CompareCommand, takes_the_baseline_of_the_machines_class) {
  write("baselines/m1.json", session_of({scenario_of("a", 10)}));
  write("baselines/m2.json", session_of({scenario_of("a", 1)}, "m2"));
  const Ending ending = compare({folder_.path("baselines"), eleven_, "--gate"});
  EXPECT_EQ(ending.status, 4) << ending.err;
  EXPECT_THAT(ending.out, HasSubstr("base  " + folder_.path("baselines/m1.json") + "\n"));
  const std::string other = write("other.json", session_of({scenario_of("a", 10)}, "m3"));
  EXPECT_THAT(complaint(folder_.path("baselines"), other),
              AllOf(HasSubstr("has no baseline for m3"), HasSubstr("m1"), HasSubstr("m2")));
  const std::string silent = write("silent.json", session_of({scenario_of("a", 10)}, ""));
  EXPECT_THAT(complaint(folder_.path("baselines"), silent),
              HasSubstr("NEW does not tell the class of its machine"));
}

TEST_F(CompareCommand, explains_what_is_no_result) {
  const std::string empty = folder_.path("empty");
  std::filesystem::create_directory(empty);
  EXPECT_THAT(complaint(empty, ten_), AllOf(HasSubstr(empty + " has no baseline for m1"),
                                            HasSubstr("; nor does it hold result.json")));
  EXPECT_THAT(complaint(ten_, empty), HasSubstr(empty + " holds no result.json"));
  EXPECT_THAT(complaint(ten_, folder_.path("none.json")), HasSubstr("none.json"));
}

TEST_F(CompareCommand, refuses_results_that_are_cut_off_altered_or_of_another_version) {
  const std::string good = folder_.read("ten.json");
  const auto complaint_of = [&](const std::string& text) {
    const std::string file = folder_.write("bad.json", text);
    const std::string said = complaint(ten_, file);
    EXPECT_THAT(said, HasSubstr("procession: " + file + " "));
    EXPECT_EQ(complaint(file, ten_), said);
    return said;
  };
  EXPECT_THAT(complaint_of(""), EndsWith("\n"));
  EXPECT_THAT(complaint_of(good.substr(0, good.size() / 2)), EndsWith("\n"));
  json altered = json::parse(good);
  altered["version"] = 99;
  EXPECT_THAT(complaint_of(altered.dump()), HasSubstr("99"));
  altered = json::parse(good);
  altered["scenarios"][0]["run_wall_ns"] = "long";
  EXPECT_THAT(complaint_of(altered.dump()), HasSubstr("run_wall_ns"));
  altered = json::parse(good);
  altered["format"] = "something else";
  EXPECT_THAT(complaint_of(altered.dump()), EndsWith("\n"));
}

}  // namespace
}  // namespace procession::cli
