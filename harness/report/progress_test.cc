// SPDX-License-Identifier: MIT
#include "harness/report/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace procession::report {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

// The last of 40, of which each took as long.
Progress nearly_done() {
  Progress progress;
  progress.done = 37;
  progress.total = 40;
  progress.runs = 1660;
  progress.elapsed = 2s;
  progress.playing = {{"tutorial/join.yaml", 0, 100, 10ms}};
  progress.walls.assign(37, 1s);
  return progress;
}

double seconds_left(const Progress& progress) {
  const std::optional<base::Duration> left = time_left(progress);
  EXPECT_TRUE(left);
  return left ? std::chrono::duration<double>(*left).count() : -1;
}

TEST(ProgressLine, says_how_far_how_fast_and_how_long_still) {
  Progress progress = nearly_done();
  EXPECT_EQ(progress_line(progress, 200),
            "[37/40] all well, 830 runs/s, 3 s left: tutorial/join.yaml");
  progress.playing.push_back({"chat.yaml", 0, 1, 0s});
  EXPECT_THAT(progress_line(progress, 200), HasSubstr(": tutorial/join.yaml +1"));
}

TEST(ProgressLine, counts_failures) {
  Progress progress = nearly_done();
  progress.failures = 2;
  EXPECT_EQ(progress_line(progress, 30), "[37/40] 2 not as expected, 83…");
}

TEST(ProgressLine, promises_nothing_too_early) {
  Progress progress = nearly_done();
  progress.elapsed = 100ms;
  EXPECT_EQ(progress_line(progress, 80), "[37/40] all well: tutorial/join.yaml");
  progress.elapsed = 1s;
  progress.runs = 0;
  progress.walls.clear();
  EXPECT_EQ(progress_line(progress, 80), "[37/40] all well: tutorial/join.yaml");
}

TEST(ProgressLine, tells_long_times_in_minutes_and_hours) {
  Progress progress = nearly_done();
  progress.walls.assign(37, 60s);
  EXPECT_THAT(progress_line(progress, 80), HasSubstr(", 3 min left"));
  progress.walls.assign(37, 3000s);
  EXPECT_THAT(progress_line(progress, 80), HasSubstr(", 2 h 30 min left"));
}

TEST(ProgressLine, has_no_time_left_at_the_end) {
  Progress progress = nearly_done();
  progress.done = 40;
  progress.playing.clear();
  EXPECT_EQ(progress_line(progress, 80), "[40/40] all well, 830 runs/s");
}

TEST(ProgressLine, knows_no_total_of_zero) {
  Progress progress = nearly_done();
  progress.total = 0;
  EXPECT_THAT(progress_line(progress, 80), testing::StartsWith("[37] all well"));
}

TEST(ProgressLine, has_no_control_characters) {
  Progress progress = nearly_done();
  progress.playing[0].id = "\x1b[2J\n\xff";
  const std::string line = progress_line(progress, 200);
  EXPECT_THAT(line, Not(HasSubstr("\x1b")));
  EXPECT_THAT(line, Not(HasSubstr("\n")));
}

TEST(TimeLeft, of_a_scenario_that_plays_is_as_it_began) {
  Progress progress;
  progress.total = 1;
  progress.elapsed = 10s;
  progress.playing = {{"a", 100, 1000, 10s}};
  EXPECT_NEAR(seconds_left(progress), 90, 0.01);
  progress.playing[0].runs = 1000;
  EXPECT_NEAR(seconds_left(progress), 0, 0.01);
  progress.playing[0].runs = 0;
  EXPECT_FALSE(time_left(progress));  // it has shown nothing
}

TEST(TimeLeft, of_equal_scenarios_is_known_after_a_few) {
  Progress progress;
  progress.elapsed = 8s;
  progress.total = 100;
  progress.done = 4;
  progress.walls.assign(4, 2s);
  EXPECT_FALSE(time_left(progress));
  progress.done = 5;
  progress.walls.assign(5, 2s);
  EXPECT_NEAR(seconds_left(progress), 190, 0.01);
}

TEST(TimeLeft, of_several_at_a_time_is_shorter_but_not_than_the_longest) {
  Progress progress;
  progress.elapsed = 8s;
  progress.total = 108;
  progress.done = 8;
  progress.walls.assign(8, 2s);
  progress.jobs = 4;
  EXPECT_NEAR(seconds_left(progress), 50, 0.01);
  progress.total = 10;
  progress.playing = {{"a", 1, 2, 30s}, {"b", 1, 2, 2s}};
  EXPECT_NEAR(seconds_left(progress), 30, 0.01);
}

// Fifty short ones, and of those that wait each twentieth may take a thousand times as long.
TEST(TimeLeft, of_very_unequal_scenarios_is_not_told) {
  Progress progress;
  progress.elapsed = 40s;
  progress.total = 100;
  progress.done = 50;
  progress.walls.assign(49, 20ms);
  progress.walls.push_back(20s);
  EXPECT_FALSE(time_left(progress));
  EXPECT_THAT(progress_line(progress, 80), Not(HasSubstr("left")));
}

// What counts is that what is told comes true: sessions of scenarios of random lengths, some alike,
// some of all lengths. It is told often where they are alike.
TEST(TimeLeft, comes_about_true_when_it_is_told) {
  std::mt19937 random(1);
  int told = 0;
  int wrong = 0;
  int told_of_alike = 0;
  int alike = 0;
  for (int session = 0; session < 200; ++session) {
    const double spread = 0.3 * (session % 6);  // of the logarithm
    std::lognormal_distribution<double> length(0, spread);
    std::vector<double> lengths(60);
    for (double& one : lengths) {
      one = length(random);
    }
    Progress progress;
    progress.total = lengths.size();
    for (std::size_t i = 0; i < 50; ++i) {
      const auto wall =
          std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(lengths[i]));
      progress.walls.push_back(wall);
      progress.elapsed += wall;
      progress.done = i + 1;
      double rest = 0;
      for (std::size_t j = i + 1; j < lengths.size(); ++j) {
        rest += lengths[j];
      }
      const std::optional<base::Duration> left = time_left(progress);
      alike += spread < 0.4 && i >= 5 ? 1 : 0;
      told_of_alike += spread < 0.4 && i >= 5 && left ? 1 : 0;
      if (left) {
        ++told;
        const double factor = std::chrono::duration<double>(*left).count() / rest;
        wrong += factor < 0.5 || factor > 2 ? 1 : 0;
      }
    }
  }
  EXPECT_GT(told_of_alike, alike * 9 / 10);
  EXPECT_LT(wrong, told / 50) << told;
}

TEST(ShareDone, counts_parts_of_what_plays) {
  Progress progress;
  EXPECT_EQ(share_done(progress), 0);
  progress.total = 4;
  progress.done = 1;
  progress.playing = {{"a", 50, 100, 1s}, {"b", 0, 0, 1s}};
  EXPECT_EQ(share_done(progress), 0.375);
}

TEST(ProgressLines, come_every_ten_seconds_and_with_each_tenth) {
  ProgressLines lines;
  Progress progress;
  progress.total = 20;
  std::vector<std::pair<std::size_t, int>> shown;
  for (int second = 1; second <= 60; ++second) {
    progress.elapsed = std::chrono::seconds(second);
    progress.done = second <= 35 ? 0 : static_cast<std::size_t>(std::min(second - 35, 20));
    if (lines.is_due(progress)) {
      shown.emplace_back(progress.done, second);
    }
  }
  const std::vector<std::pair<std::size_t, int>> expected = {
      {0, 10},  {0, 20},  {0, 30},  {2, 37},  {4, 39},  {6, 41}, {8, 43},
      {10, 45}, {12, 47}, {14, 49}, {16, 51}, {18, 53}, {20, 55}};
  EXPECT_EQ(shown, expected);
}

}  // namespace
}  // namespace procession::report
