// SPDX-License-Identifier: MIT
#include "harness/base/text.h"
#include "harness/report/golden_test.h"
#include "harness/report/printable.h"
#include "harness/report/series_json.h"
#include "harness/report/series_plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <limits>
#include <string>

namespace procession::report {
namespace {

using testing::HasSubstr;
using testing::Not;

Series::Point point(int day, double value, const std::string& version,
                    const std::string& machine_class) {
  const std::string two = (day < 10 ? "0" : "") + std::to_string(day);
  return {"2026-05-" + two + "T12:00:00Z",
          value,
          value * 0.98,
          value * 1.02,
          false,
          1000,
          version,
          machine_class};
}

// Two classes; a version in the middle makes one of them slower.
Series two_classes() {
  Series series{"scenarios/load/echo.yaml[clients=10]", "load.response.p99", "ns", {}};
  for (int day = 1; day <= 20; ++day) {
    const bool is_late = day > 12;
    const double wave = 20'000.0 * ((day * 7) % 5);
    series.points.push_back(day % 3 == 0
                                ? point(day, 300'000 + wave, is_late ? "0.2.0" : "0.1.0", "arm")
                                : point(day, 600'000 + wave + (is_late ? 150'000 : 0),
                                        is_late ? "0.2.0" : "0.1.0", "x86_64-epyc-2cpu"));
  }
  return series;
}

Series line(std::initializer_list<double> values, const std::string& unit = "ns") {
  Series series{"a.yaml", "trip.p50", unit, {}};
  int day = 0;
  for (const double value : values) {
    series.points.push_back(point(++day, value, "0.1.0", "arm"));
  }
  return series;
}

void expect_fits(const std::string& plot, std::size_t columns) {
  const auto lines = base::split(plot, '\n');
  for (std::size_t i = 1; i <= 15 && i < lines.size(); ++i) {  // the plot, without its legend
    EXPECT_LE(columns_of(lines[i]), columns) << lines[i];
  }
}

TEST(SeriesPlot, has_a_line_for_each_class_and_marks_versions) {
  const std::string plot = series_plot(two_classes(), 80, Colour::No);
  expect_golden("series_plot.txt", plot);
  expect_fits(plot, 80);
  EXPECT_THAT(plot, Not(HasSubstr("\x1b")));
}

TEST(SeriesPlot, has_colours_if_asked) {
  EXPECT_THAT(series_plot(two_classes(), 80, Colour::Yes), HasSubstr("\x1b[36m●\x1b[0m"));
}

TEST(SeriesPlot, of_one_class_with_many_points_is_a_line_alone) {
  Series series = line({});
  for (int i = 0; i < 500; ++i) {
    series.points.push_back(point(1 + i % 28, 1000 + i, "0.1.0", "arm"));
  }
  const std::string plot = series_plot(series, 60, Colour::No);
  expect_golden("series_plot_many.txt", plot);
  expect_fits(plot, 60);
}

TEST(SeriesPlot, of_one_session_or_equal_ones_is_level) {
  EXPECT_THAT(series_plot(line({812'345}), 60, Colour::No),
              HasSubstr("arm: 1 session, the latest 812 µs (796 µs to 829 µs)"));
  const std::string level = series_plot(line({5, 5, 5}), 60, Colour::No);
  EXPECT_THAT(level, HasSubstr("3 sessions, 5 ns to 5 ns, the latest 5 ns"));
  expect_fits(level, 60);
  EXPECT_THAT(series_plot(line({}), 60, Colour::No), HasSubstr("no sessions"));
}

// Two labels must not read the same.
TEST(SeriesPlot, has_labels_as_fine_as_its_steps) {
  const std::string plot = series_plot(line({1'001'200, 1'001'900, 1'002'500}), 60, Colour::No);
  EXPECT_THAT(plot, HasSubstr("1.0010 ms ┤"));
  EXPECT_THAT(plot, HasSubstr("1.0015 ms ┤"));
  EXPECT_THAT(series_plot(line({20'000, 21'000}, "/s"), 60, Colour::No), HasSubstr("20500/s ┤"));
  EXPECT_THAT(series_plot(line({0, 3}, ""), 60, Colour::No), HasSubstr("1 ┤"));
}

TEST(SeriesPlot, marks_lower_bounds) {
  Series series = line({1000, 2000});
  series.points.back().at_least = true;
  series.points.back().low.reset();
  EXPECT_THAT(series_plot(series, 60, Colour::No), HasSubstr("the latest >= 2 µs\n"));
}

TEST(SeriesPlot, takes_any_numbers_texts_and_widths) {
  constexpr double kMost = std::numeric_limits<double>::max();
  for (const std::string unit : {"ns", "/s", "", "\x1b[31m"}) {
    for (const std::size_t columns : {0, 1, 40, 200}) {
      Series series = line({kMost, -kMost, 0, 1e-300, -1, 1e18, 5e-324}, unit);
      series.scenario = series.figure = "\x1b]0;title\a\xff";
      series.points[1].machine_class = series.points[2].version = "\x1b[2J\xff\n";
      series.points[0].started = std::string(300, 'x');
      series.points[3].version = std::string(3000, 'v');
      const std::string plot = series_plot(series, columns, Colour::No);
      EXPECT_THAT(plot, Not(HasSubstr("\x1b")));
      EXPECT_THAT(plot, Not(HasSubstr("nan")));
      EXPECT_THAT(plot, Not(HasSubstr("inf")));
      EXPECT_EQ(base::first_invalid_utf8(plot), std::nullopt);
    }
  }
}

TEST(SeriesJson, has_all_that_is_known) {
  Series series = line({1000});
  series.scenario = "\xff\"";
  series.points[0].high.reset();
  const auto document = nlohmann::json::parse(series_to_json(std::vector{series}));
  EXPECT_EQ(document["format"], "procession-history");
  EXPECT_EQ(document["version"], 1);
  const auto& one = document["series"][0];
  EXPECT_EQ(one["scenario"], "\xef\xbf\xbd\"");
  EXPECT_EQ(one["figure"], "trip.p50");
  EXPECT_EQ(one["unit"], "ns");
  EXPECT_EQ(one["points"], nlohmann::json::parse(R"([{"started": "2026-05-01T12:00:00Z",
      "value": 1000, "low": 980, "high": null, "at_least": false, "n": 1000, "version": "0.1.0",
      "class": "arm"}])"));
}

TEST(SeriesJson, has_no_number_that_json_has_not) {
  Series series = line({1});
  series.points[0].value = std::numeric_limits<double>::infinity();
  series.points[0].low = std::numeric_limits<double>::quiet_NaN();
  const auto document = nlohmann::json::parse(series_to_json(std::vector{series}));
  EXPECT_TRUE(document["series"][0]["points"][0]["value"].is_null());
  EXPECT_TRUE(document["series"][0]["points"][0]["low"].is_null());
}

}  // namespace
}  // namespace procession::report
