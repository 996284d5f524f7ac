// SPDX-License-Identifier: MIT
#include "harness/report/progress.h"

#include <gtest/gtest.h>

namespace procession::report {
namespace {

using namespace std::chrono_literals;

Progress half_way() {
  Progress progress;
  progress.done = 12;
  progress.total = 40;
  progress.runs_played = 1660;
  progress.runs_left = 2490;
  progress.elapsed = 2s;
  progress.running = {"tutorial/join.yaml", "chat.yaml"};
  return progress;
}

TEST(ProgressLine, says_how_far_how_fast_and_how_long_still) {
  EXPECT_EQ(progress_line(half_way(), 200),
            "[12/40] all well, 830 runs/s, 3 s left: tutorial/join.yaml +1");
}

TEST(ProgressLine, counts_failures) {
  Progress progress = half_way();
  progress.failures = 2;
  EXPECT_EQ(progress_line(progress, 30), "[12/40] 2 not as expected, 83…");
}

TEST(ProgressLine, promises_nothing_too_early) {
  Progress progress = half_way();
  progress.elapsed = 100ms;
  EXPECT_EQ(progress_line(progress, 80), "[12/40] all well: tutorial/join.yaml +1");
  progress.elapsed = 1s;
  progress.runs_played = 0;
  EXPECT_EQ(progress_line(progress, 80), "[12/40] all well: tutorial/join.yaml +1");
}

}  // namespace
}  // namespace procession::report
