// SPDX-License-Identifier: MIT
#include "harness/report/comparison.h"

#include "harness/measure/looks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <string>

namespace procession::report {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

std::uint64_t one_look(std::uint64_t rounds, std::size_t share) {
  return measure::sign_test_needs(rounds, kTail / static_cast<double>(share));
}

// `changed` is that many times the base, in each of so many rounds.
ComparedFigure figure_of(std::string name, double base, double ratio, std::size_t rounds = 12) {
  ComparedFigure figure;
  figure.scenario = "a.yaml[n=1]";
  figure.name = std::move(name);
  figure.unit = "ns";
  figure.base.assign(rounds, base);
  figure.changed.assign(rounds, base * ratio);
  figure.first.assign(rounds, base);
  figure.second.assign(rounds, base * 1.004);
  return figure;
}

ComparisonResult result_of(std::vector<ComparedFigure> figures,
                           std::vector<ComparedFigure> placebos = {}) {
  ComparisonResult result;
  result.base = "a.yaml[n=1]";
  result.changed = "a.yaml[n=2]";
  result.started = "2024-05-01T12:00:00Z";
  result.command = "procession bench a.yaml --vs n=2";
  result.wall = std::chrono::milliseconds(31'000);
  result.margin = 0.02;
  result.machine = {{"cpus", "2"}};
  result.seed = 7;
  result.looks = {12};
  result.ended = "all is decided";
  result.figures = std::move(figures);
  result.placebos = std::move(placebos);
  for (ComparedFigure& placebo : result.placebos) {
    placebo.scenario = "";
  }
  judge(result, one_look);
  return result;
}

ComparedFigure throughput(double base, double ratio) {
  ComparedFigure figure = figure_of("load.rate", base, ratio);
  figure.unit = "/s";
  figure.better = measure::Better::Higher;
  return figure;
}

TEST(ComparisonConsole, is_a_table) {
  const ComparisonResult result =
      result_of({figure_of("run", 1.2e6, 1.05), throughput(97098.4, 1.1)},
                {figure_of("fork and wait", 120e3, 1.001)});
  EXPECT_EQ(console_comparison(result, false, Colour::No),
            "base  a.yaml[n=1]\n"
            "new   a.yaml[n=2]\n"
            "12 rounds in 31 s, seed 7; all is decided\n"
            "\n"
            "                 base     new       new/base              same arm\n"
            "a.yaml[n=1]\n"
            "  run            1.2 ms   1.26 ms   1.050 [1.050, 1.050]  ±0.4 %    worse\n"
            "  load.rate      97098/s  106808/s  1.100 [1.100, 1.100]  ±0.4 %    better\n"
            "what no change can touch\n"
            "  fork and wait  120 µs   120 µs    1.001 [1.001, 1.001]  ±0.4 %    not seen to move\n"
            "\n"
            "worse: 2 figures, margin 2 %: 1 worse, 1 better\n");
}

TEST(ComparisonConsole, shows_every_round_on_request) {
  const ComparisonResult result = result_of({figure_of("run", 100, 1.5, 3)});
  EXPECT_THAT(console_comparison(result, true, Colour::No),
              HasSubstr("\n    rounds: 1.500 1.500 1.500\n"));
  EXPECT_THAT(console_comparison(result, false, Colour::No), Not(HasSubstr("rounds:")));
}

TEST(ComparisonConsole, says_how_many_rounds_it_takes) {
  EXPECT_THAT(console_comparison(result_of({figure_of("run", 100, 1.5, 3)}), false, Colour::No),
              HasSubstr("1.500 [?, ?]            cannot tell: needs 6 rounds, has 3"));
  ComparedFigure wide = figure_of("run", 100, 1.0);
  for (std::size_t i = 0; i < 6; ++i) {
    wide.changed[i] = 120;
  }
  EXPECT_THAT(console_comparison(result_of({wide}), false, Colour::No),
              HasSubstr("cannot tell: needs more rounds"));
}

TEST(ComparisonConsole, shows_what_it_does_not_judge) {
  ComparedFigure other = figure_of("run", 100, 3);
  other.not_judged = "another machine class";
  ComparedFigure gone = figure_of("life.p50", 100, 1);
  gone.changed.clear();
  gone.not_judged = "only in base";
  const std::string text = console_comparison(result_of({other, gone}), false, Colour::No);
  EXPECT_THAT(text, HasSubstr("3.000"));
  EXPECT_THAT(text, HasSubstr("not judged: another machine class"));
  EXPECT_THAT(text, HasSubstr("not judged: only in base"));
  EXPECT_THAT(text, HasSubstr("cannot tell: 2 figures, margin 2 %: 2 not judged"));
}

TEST(Conclusion, is_the_worst_that_is_known) {
  const ComparedFigure worse = figure_of("a", 100, 1.1);
  const ComparedFigure same = figure_of("b", 100, 1);
  const ComparedFigure better = figure_of("c", 100, 0.9);
  const ComparedFigure few = figure_of("d", 100, 1, 4);
  ComparedFigure unknown = figure_of("e", 100, 1);
  unknown.not_judged = "only a lower bound";
  EXPECT_EQ(conclusion_of(result_of({same, better})), Conclusion::NotWorse);
  EXPECT_EQ(conclusion_of(result_of({same, worse, few})), Conclusion::Worse);
  EXPECT_EQ(conclusion_of(result_of({same, few})), Conclusion::CannotTell);
  EXPECT_EQ(conclusion_of(result_of({same, unknown})), Conclusion::CannotTell);
  EXPECT_EQ(conclusion_of(result_of({})), Conclusion::CannotTell);
}

TEST(Placebo, that_moves_makes_all_of_it_invalid) {
  for (const double ratio : {1.1, 0.9}) {
    const ComparisonResult result =
        result_of({figure_of("run", 100, 1.1)}, {figure_of("ping pong", 100, ratio)});
    EXPECT_EQ(conclusion_of(result), Conclusion::Invalid);
    EXPECT_THAT(console_comparison(result, false, Colour::No),
                HasSubstr("\ninvalid: ping pong has moved to "));
    EXPECT_EQ(json::parse(comparison_to_json(result))["verdict"], "invalid");
  }
  EXPECT_EQ(
      conclusion_of(result_of({figure_of("run", 100, 1.1)}, {figure_of("ping pong", 100, 1.01)})),
      Conclusion::Worse);
}

TEST(Noise, of_the_base_arm_can_make_worse_uncertain) {
  ComparedFigure figure = figure_of("run", 100, 1.05);
  EXPECT_EQ(conclusion_of(result_of({figure})), Conclusion::Worse);
  figure.second.assign(12, 107);
  const ComparisonResult noisy = result_of({figure});
  EXPECT_EQ(conclusion_of(noisy), Conclusion::CannotTell);
  EXPECT_NEAR(noisy.figures[0].comparison->margin, 0.07, 1e-9);
}

TEST(ComparisonJson, has_all_rounds) {
  const json document = json::parse(comparison_to_json(result_of({figure_of("run", 100, 1.5, 3)})));
  EXPECT_EQ(document["format"], "procession-comparison");
  EXPECT_EQ(document["version"], 1);
  EXPECT_EQ(document["kind"], "interleaved");
  const json& figure = document["figures"][0];
  EXPECT_EQ(figure["rounds"]["new"], json({150.0, 150.0, 150.0}));
  EXPECT_EQ(figure["rounds"]["base_first"], json({100.0, 100.0, 100.0}));
  EXPECT_EQ(figure["verdict"], "cannot_tell");
  EXPECT_EQ(figure["interval"], json({nullptr, nullptr}));
  EXPECT_EQ(figure["same_arm"], json({nullptr, nullptr}));
}

TEST(ComparisonJson, knows_no_number_that_json_does_not) {
  ComparedFigure huge = figure_of("run", 1e-300, 1);
  huge.changed.assign(12, 1e300);  // a ratio beyond any double
  const std::string text = comparison_to_json(result_of({huge}));
  EXPECT_EQ(json::parse(text)["figures"][0]["ratio"], nullptr);
}

TEST(ComparisonFormats, are_not_driven_by_hostile_text) {
  ComparedFigure figure = figure_of("run|*x*", 100, 1.5);
  figure.scenario = "<script>\x1b[31m`|\n\xff.yaml";
  ComparisonResult result = result_of({figure});
  result.base = figure.scenario;
  result.notes = {"[a](javascript:x)"};
  const std::string console = console_comparison(result, false, Colour::No);
  EXPECT_THAT(console, Not(HasSubstr("\x1b")));
  EXPECT_THAT(console, HasSubstr("<script>\\x1b[31m`|\\n\xEF\xBF\xBD.yaml\n"));
  const std::string markdown = comparison_to_markdown(result);
  for (const char* const mark : {"<script>", "\x1b", "[a](", "*x*", "\xff"}) {
    EXPECT_THAT(markdown, Not(HasSubstr(mark))) << markdown;
  }
  EXPECT_TRUE(json::accept(comparison_to_json(result)));
}

TEST(ComparisonMarkdown, is_a_table) {
  const std::string text = comparison_to_markdown(result_of({figure_of("load.rate", 1.2e6, 1.05)}));
  EXPECT_EQ(text,
            "### Comparison: worse\n\n"
            "Base: `a.yaml[n=1]`  \n"
            "New: `a.yaml[n=2]`  \n"
            "Margin: 2 %  \n"
            "12 rounds in 31 s, seed 7; all is decided\n\n"
            "| scenario | figure | base | new | new/base | same arm | verdict |\n"
            "|---|---|---:|---:|---:|---:|---|\n"
            "| `a.yaml[n=1]` | `load.rate` | 1.2 ms | 1.26 ms | 1.050 [1.050, 1.050] | ±0.4 % | "
            "**worse** |\n");
}

TEST(ComparisonMarkdown, ends_somewhere) {
  const std::vector<ComparedFigure> many(2000, figure_of("run", 100, 1));
  const std::string text = comparison_to_markdown(result_of(many));
  EXPECT_LT(text.size(), 1u << 20);
  EXPECT_THAT(text, HasSubstr("| … and 1500 more |"));
}

}  // namespace
}  // namespace procession::report
