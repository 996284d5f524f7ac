// SPDX-License-Identifier: MIT
#include "harness/report/sparkline.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace procession::report {
namespace {

std::string line_of(std::vector<double> values, std::size_t columns = 40) {
  return sparkline(values, columns);
}

TEST(Sparkline, is_a_bar_for_each_value_from_zero_to_the_greatest) {
  EXPECT_EQ(line_of({0, 1, 2, 3, 4, 5, 6, 7}), "▁▂▃▄▅▆▇█");
  EXPECT_EQ(line_of({5, 5}), "██");
  EXPECT_EQ(line_of({0, 0}), "▁▁");
  EXPECT_EQ(line_of({}), "");
}

TEST(Sparkline, shows_means_if_there_is_not_room_for_all) {
  EXPECT_EQ(line_of({0, 0, 7, 7, 3, 4}, 3), "▁█▅");
  EXPECT_EQ(line_of({1, 1, 1, 1, 1}, 3), "███");
  EXPECT_EQ(line_of({1, 2}, 0), "");
}

TEST(Sparkline, takes_what_is_no_height_for_nothing) {
  EXPECT_EQ(line_of({-1, std::numeric_limits<double>::quiet_NaN(),
                     std::numeric_limits<double>::infinity(), 1}),
            "▁▁▁█");
  EXPECT_EQ(line_of({1e308, 1e308, 0, 0}, 2), "█▁");
}

}  // namespace
}  // namespace procession::report
