// SPDX-License-Identifier: MIT
#include "harness/report/console.h"

#include "harness/measure/samples.h"
#include "harness/report/result_samples_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace procession::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Console, needs_one_line_for_what_came_out_as_expected) {
  EXPECT_EQ(console_scenario(held_scenario(), Colour::No),
            "as expected  tutorial/join.yaml (1 run, 1.2 ms)\n");
}

TEST(Console, needs_one_line_more_for_each_figure) {
  ScenarioResult result = held_scenario();
  measure::Samples samples;
  for (std::int64_t value = 1; value <= 60; ++value) {
    samples.add(value * 1000);
  }
  result.judgement.figures = {measure::figure_of("setup", "ns", samples),
                              measure::figure_of("none", "ns", measure::Samples())};
  EXPECT_EQ(console_scenario(result, Colour::No),
            "as expected  tutorial/join.yaml (1 run, 1.2 ms)\n"
            "  setup: n 60, min 1 µs, p50 30 µs (22 µs to 39 µs), p90 54 µs (49 µs to 59 µs), max "
            "60 µs\n"
            "  none: n 0\n");
}

TEST(Console, needs_one_line_more_for_each_load_and_says_what_is_a_lower_bound) {
  ScenarioResult result = held_scenario();
  measure::Samples samples;
  for (std::int64_t value = 1; value <= 60; ++value) {
    samples.add(value * 1000);
  }
  result.judgement.numbers = {{"load.rate", "/s", 20000.4}, {"load.requests", "", 60},
                              {"load.errors", "", 11},      {"load.refused", "", 2},
                              {"load.reset", "", 9},        {"load.unfinished", "", 3},
                              {"other.rate", "/s", 1},      {"other.errors", "", 0}};
  result.judgement.figures = {measure::figure_of("load.service", "ns", samples)};
  result.judgement.figures[0].at_least = {"p90", "max"};
  EXPECT_EQ(console_scenario(result, Colour::No),
            "as expected  tutorial/join.yaml (1 run, 1.2 ms)\n"
            "  load: 20000/s, 60 requests, 11 errors (2 refused, 9 reset), 3 unfinished\n"
            "  other: 1/s, 0 errors\n"
            "  load.service: n 60, min 1 µs, p50 30 µs (22 µs to 39 µs), p90 >= 54 µs (49 µs to 59 "
            "µs), max >= 60 µs\n");
}

TEST(Console, does_not_know_what_is_not_finite) {
  EXPECT_THAT(console_scenario(hostile_scenario(), Colour::No),
              HasSubstr("  load: unknown/s, unknown errors\n"
                        "  +1\",\\n\\: n 9, min -1 ns, p50 0 ns (unknown to 2 ns), p90 unknown "
                        "(unknown to unknown), max unknown\n"));
}

TEST(Console, marks_what_is_invalid_though_nobody_asks_for_it) {
  ScenarioResult result = held_scenario();
  measure::Samples samples;
  samples.add(1000);
  const std::string lagged = "main in run 1: the client lagged";
  result.judgement.numbers = {{"load.rate", "/s", 2000, lagged}, {"load.requests", "", 60}};
  result.judgement.figures = {measure::figure_of("load.service", "ns", samples)};
  result.judgement.figures[0].invalid = lagged;
  EXPECT_EQ(console_scenario(result, Colour::No),
            "as expected  tutorial/join.yaml (1 run, 1.2 ms)\n"
            "  load: 2000/s (invalid: main in run 1: the client lagged), 60 requests\n"
            "  load.service: n 1, min 1 µs, max 1 µs (invalid)\n");
}

TEST(Console, shows_all_that_is_known_of_what_is_broken) {
  EXPECT_EQ(console_scenario(broken_scenario(), Colour::No),
            R"(broken       tutorial/luck.yaml[method=fork] (3 of 10 runs, 4 ms)
  nobody joins
  order: child.end < main.print
    broken: seen 3 of 3, not guaranteed: main.print can happen without child.end
    --> tutorial/luck.yaml:4:7
        4 |     - child.end < main.print
          |       ^
      main.start(child) → main.print, line 7
  printed in run 3:
    main       | <on> & \x1b[31mon)"
            "\uFFFD"
            R"(
    main/child | done
  when the time was up in run 3:
    main/child: in receive(p) since 9.9 s
)");
}

TEST(Console, says_when_the_file_wanted_another_verdict) {
  ScenarioResult result = broken_scenario();
  result.judgement.verdicts[0].kind = scenario::VerdictKind::Held;
  result.judgement.verdicts[0].wanted = scenario::VerdictKind::Broken;
  EXPECT_THAT(console_scenario(result, Colour::No),
              HasSubstr("but the file's `verdict` wants it broken"));
}

TEST(Console, does_not_tell_the_same_story_twice) {
  ScenarioResult result = broken_scenario();
  result.judgement.verdicts[0].evidence = result.judgement.story;
  EXPECT_THAT(console_scenario(result, Colour::No), Not(HasSubstr("when the time was up")));
}

TEST(Console, survives_a_position_outside_the_file) {
  ScenarioResult result = broken_scenario();
  result.judgement.verdicts[0].at = {99, 1};
  EXPECT_THAT(console_scenario(result, Colour::No), Not(HasSubstr("-->")));
}

TEST(Console, shows_how_often_each_outcome_was_seen) {
  ScenarioResult result = broken_scenario();
  result.judgement.outcomes = {{{{"first", "true"}, {"second", "true"}}, 7, ""}};
  EXPECT_THAT(console_scenario(result, Colour::No),
              HasSubstr("       7 × first = true, second = true (in no list)\n"));
}

TEST(Console, is_coloured_only_when_asked) {
  EXPECT_THAT(console_scenario(broken_scenario(), Colour::Yes), HasSubstr("\x1b[31mbroken"));
  EXPECT_THAT(console_scenario(broken_scenario(), Colour::No), Not(HasSubstr("\x1b")));
}

TEST(Console, sums_up_and_repeats_what_failed) {
  EXPECT_EQ(console_summary(sample_session(), Colour::No), R"(
Not as expected:
  broken       tutorial/luck.yaml[method=fork]
  unreadable   bad.yaml

4 scenarios in 1.5 s: 1 as expected, 1 broken, 1 skipped, 1 unreadable (seed 0)
)");
}

verify::Verdict verdict(scenario::VerdictKind kind, scenario::VerdictKind wanted) {
  return {.key = "order", .text = "a < b", .kind = kind, .wanted = wanted};
}

TEST(OutcomeOf, is_the_worst_verdict_that_the_file_does_not_want) {
  using enum scenario::VerdictKind;
  const auto outcome = [](std::vector<verify::Verdict> verdicts) {
    verify::Judgement judgement;
    judgement.verdicts = std::move(verdicts);
    return outcome_of(judgement);
  };
  EXPECT_EQ(outcome({verdict(Held, Held), verdict(Broken, Broken)}), Outcome::AsExpected);
  EXPECT_EQ(outcome({verdict(Held, Broken)}), Outcome::Broken);
  EXPECT_EQ(outcome({verdict(Inconclusive, Held), verdict(Invalid, Held)}), Outcome::Invalid);
  EXPECT_EQ(outcome({verdict(Invalid, Held), verdict(Broken, Held), verdict(Inconclusive, Held)}),
            Outcome::Broken);
}

}  // namespace
}  // namespace procession::report
