// SPDX-License-Identifier: MIT
#include "harness/report/html.h"

#include "harness/measure/hdr_encoding.h"
#include "harness/measure/samples.h"
#include "harness/report/html_page.h"
#include "harness/report/result_samples_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <limits>
#include <memory>

namespace procession::report {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

// The text of a data element; empty: there is none.
std::string element(const std::string& page, const std::string& id) {
  const std::string begin = R"(<script type="application/json" id=")" + id + R"(">)";
  const std::size_t at = page.find(begin);
  if (at == std::string::npos) {
    return "";
  }
  const std::size_t from = at + begin.size();
  return page.substr(from, page.find('<', from) - from);
}

std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos;
       at = text.find(what, at + 1)) {
    ++count;
  }
  return count;
}

TEST(Html, is_small_without_its_data) {
  EXPECT_LE(kHtmlHead.size() + kHtmlTail.size(), 300U * 1024);
  EXPECT_TRUE(kHtmlHead.starts_with("<!doctype html>"));
  EXPECT_TRUE(kHtmlTail.ends_with("</html>\n"));
}

TEST(Html, needs_nothing_from_elsewhere_and_allows_no_other_script) {
  const std::string page = to_html(sample_session());
  EXPECT_THAT(page, HasSubstr("content=\"default-src 'none'; script-src 'sha256-"));
  EXPECT_THAT(page, Not(HasSubstr("unsafe")));
  EXPECT_THAT(page, Not(HasSubstr(" src=")));
  EXPECT_THAT(page, Not(HasSubstr("<link")));
  EXPECT_THAT(page, Not(HasSubstr("@import")));
  EXPECT_THAT(page, Not(HasSubstr("eval(")));
  EXPECT_THAT(page, Not(HasSubstr("innerHTML")));
  EXPECT_THAT(page, Not(HasSubstr("sourceMappingURL")));
}

TEST(Html, has_the_session_and_each_scenario_as_data) {
  const std::string page = to_html(sample_session());
  const json session = json::parse(element(page, "session"));
  EXPECT_EQ(session["summary"]["broken"], 1);
  ASSERT_EQ(session["scenarios"].size(), 4U);
  EXPECT_EQ(session["scenarios"][1]["id"], "tutorial/luck.yaml[method=fork]");
  EXPECT_FALSE(session["scenarios"][1].contains("verdicts")) << "read only when it is opened";
  EXPECT_EQ(json::parse(element(page, "scenario-1"))["verdicts"].size(), 2U);
  EXPECT_NE(element(page, "scenario-3"), "");
  EXPECT_EQ(element(page, "scenario-4"), "");
}

TEST(Html, data_cannot_end_their_element) {
  SessionResult session = sample_session();
  const std::string hostile =
      "</script><script>alert(1)</script><!-- \xE2\x80\xA8 \xE2\x80\xA9 \xE2\x82\xAC \xFF \x01";
  session.command = hostile;
  session.machine = {{hostile, hostile}};
  for (ScenarioResult& scenario : session.scenarios) {
    scenario.title = scenario.reason = scenario.id = hostile;
    scenario.tags = {hostile};
    scenario.lines = {hostile};
  }
  session.scenarios[1].judgement.printed = {{hostile, hostile, {}}};
  HtmlOptions options;
  options.title = hostile;
  options.comparison.emplace();
  options.comparison->base = hostile;
  options.comparison->figures = {{.scenario = hostile, .name = hostile, .not_judged = hostile}};
  options.history = {
      {.scenario = hostile,
       .figure = hostile,
       .unit = hostile,
       .points = {{.started = hostile, .value = 1, .version = hostile, .machine_class = hostile}}}};
  const std::string page = to_html(session, options);

  const std::string_view data = std::string_view(page).substr(
      kHtmlHead.size(), page.size() - kHtmlHead.size() - kHtmlTail.size());
  EXPECT_EQ(count_of(data, "<"), 2U * 5) << "a beginning and an end for each element";
  EXPECT_EQ(count_of(data, "\xE2\x80\xA8"), 0U);
  EXPECT_EQ(count_of(data, "\xE2\x80\xA9"), 0U);
  const std::string as_shown =
      "</script><script>alert(1)</script><!-- \xE2\x80\xA8 \xE2\x80\xA9 \xE2\x82\xAC \xEF\xBF\xBD "
      "\x01";
  EXPECT_EQ(json::parse(element(page, "session"))["title"], as_shown);
  EXPECT_EQ(json::parse(element(page, "scenario-1"))["printed"][0]["text"], as_shown);
}

TEST(Html, figures_have_curves_in_place_of_histograms) {
  SessionResult session = sample_session();
  const auto histogram = std::make_unique<measure::Histogram>();
  measure::Samples samples;
  for (std::int64_t value = 1; value <= 1000; ++value) {
    histogram->record(value);
    samples.add(value);
  }
  measure::Figure figure = measure::figure_of("f", "ns", samples);
  figure.histogram = measure::hdr_encode(*histogram);
  session.scenarios[0].judgement.figures = {figure, measure::Figure{.name = "empty", .unit = "ns"}};
  const json figures = json::parse(element(to_html(session), "scenario-0"))["figures"];
  EXPECT_FALSE(figures[0].contains("histogram"));
  const json curve = figures[0]["curve"];
  const std::size_t points = curve["value"].size();
  EXPECT_EQ(curve["fraction"].size(), points);
  EXPECT_EQ(curve["count"].size(), points);
  EXPECT_GT(points, 40U);
  EXPECT_LT(points, 100U);
  EXPECT_EQ(curve["fraction"][5], 0.5);
  EXPECT_EQ(curve["value"][5], 500);
  EXPECT_EQ(curve["count"][5], 500);
  EXPECT_EQ(curve["fraction"].back(), 1.0);
  EXPECT_EQ(curve["value"].back(), 1000);
  EXPECT_EQ(curve["count"].back(), 1000);
  EXPECT_TRUE(figures[1]["curve"]["value"].empty());
}

TEST(Html, no_number_that_json_cannot_spell) {
  SessionResult session = sample_session();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  session.scenarios[0].judgement.figures = {
      {.name = "f", .unit = "ns", .mean = nan, .max = infinity, .histogram = "no histogram"}};
  session.scenarios[0].judgement.numbers = {{"n", "/s", nan}};
  HtmlOptions options;
  options.comparison.emplace();
  options.comparison->figures = {{.name = "f", .unit = "ns", .base = {nan}, .changed = {infinity}}};
  options.comparison->figures[0].comparison = {.ratio = -infinity, .interval = {nan, infinity}};
  options.history = {{.points = {{.value = nan, .low = nan}, {.value = 2.5, .high = infinity}}}};
  const std::string page = to_html(session, options);
  const json told = json::parse(element(page, "session"));
  EXPECT_EQ(told["comparison"]["rows"][0]["base"], nullptr);
  EXPECT_EQ(told["comparison"]["rows"][0]["ratio"], nullptr);
  ASSERT_EQ(told["history"][0]["points"].size(), 2U);
  EXPECT_EQ(told["history"][0]["points"][0]["value"], nullptr);
  EXPECT_EQ(told["history"][0]["points"][1]["value"], 2.5);
  EXPECT_EQ(told["history"][0]["points"][1]["high"], nullptr);
  const json scenario = json::parse(element(page, "scenario-0"));
  EXPECT_EQ(scenario["figures"][0]["mean"], nullptr);
  EXPECT_EQ(scenario["numbers"][0]["value"], nullptr);
}

TEST(Html, a_comparison_has_a_row_for_each_figure_and_placebo) {
  ComparisonResult compared;
  compared.figures = {{.scenario = "s.yaml",
                       .name = "load.rate",
                       .unit = "/s",
                       .base = {100, 102, 101},
                       .changed = {90, 91, 92},
                       .comparison = measure::Comparison{.ratio = 0.9,
                                                         .interval = {0.88, 0.91},
                                                         .change = measure::Change::Worse}},
                      {.name = "other", .not_judged = "another class of machine"}};
  compared.placebos = {{.name = "clock", .base = {1}, .changed = {1}}};
  HtmlOptions options;
  options.comparison = compared;
  const json rows =
      json::parse(element(to_html(sample_session(), options), "session"))["comparison"]["rows"];
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0], (json{{"scenario", "s.yaml"},
                           {"figure", "load.rate"},
                           {"unit", "/s"},
                           {"base", 101.0},
                           {"new", 91.0},
                           {"ratio", 0.9},
                           {"low", 0.88},
                           {"high", 0.91},
                           {"verdict", "worse"},
                           {"judged", true},
                           {"why", ""}}));
  EXPECT_EQ(rows[1]["judged"], false);
  EXPECT_EQ(rows[1]["base"], nullptr);
  EXPECT_EQ(rows[1]["verdict"], "not judged");
  EXPECT_EQ(rows[2]["figure"], "clock");
}

TEST(Html, same_values_same_bytes) {
  EXPECT_EQ(to_html(sample_session()), to_html(sample_session()));
}

}  // namespace
}  // namespace procession::report
