// SPDX-License-Identifier: MIT
#include "harness/scenario/figure_pattern.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace procession::scenario {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using Kind = Statistic::Kind;

FigurePattern figure(std::string_view text) {
  auto parsed = parse_figure(text, {});
  const auto* error = std::get_if<GrammarError>(&parsed);
  EXPECT_EQ(error, nullptr) << text << ": " << (error == nullptr ? "" : error->message);
  return error == nullptr ? std::get<FigurePattern>(std::move(parsed)) : FigurePattern{};
}

// "7: `ns` …": at which byte, and why.
std::string refusal(std::string_view text) {
  const auto parsed = parse_figure(text, {});
  const auto* error = std::get_if<GrammarError>(&parsed);
  return error == nullptr ? "accepted" : fmt::format("{}: {}", error->offset, error->message);
}

TEST(Figure, TakesAValueAComparisonAndABound) {
  const FigurePattern pattern = figure("setup.p99 < 2ms");
  EXPECT_EQ(pattern.value.figure, "setup");
  EXPECT_EQ(pattern.value.statistic.kind, Kind::Percentile);
  EXPECT_EQ(pattern.value.statistic.percent, 99);
  EXPECT_EQ(pattern.value.text, "setup.p99");
  EXPECT_EQ(pattern.comparison, Comparison::Less);
  EXPECT_EQ(pattern.bound, 2e6);
  EXPECT_FALSE(pattern.of);
  EXPECT_EQ(pattern.confidence, 0);
  EXPECT_EQ(pattern.text, "setup.p99 < 2ms");
}

TEST(Figure, TakesEveryStatistic) {
  EXPECT_EQ(figure("a.p99.9 < 1s").value.statistic.percent, 99.9);
  EXPECT_EQ(figure("a.p0.1 < 1s").value.statistic.percent, 0.1);
  EXPECT_EQ(figure("a.mean < 1s").value.statistic.kind, Kind::Mean);
  EXPECT_EQ(figure("a.median < 1s").value.statistic.kind, Kind::Median);
  EXPECT_EQ(figure("a.min < 1s").value.statistic.kind, Kind::Min);
  EXPECT_EQ(figure("a.max < 1s").value.statistic.kind, Kind::Max);
  EXPECT_EQ(figure("a.count == 1").value.statistic.kind, Kind::Count);
}

TEST(Figure, TakesEveryComparison) {
  EXPECT_EQ(figure("a.max < 1s").comparison, Comparison::Less);
  EXPECT_EQ(figure("a.max <= 1s").comparison, Comparison::LessOrEqual);
  EXPECT_EQ(figure("a.max > 1s").comparison, Comparison::Greater);
  EXPECT_EQ(figure("a.max >= 1s").comparison, Comparison::GreaterOrEqual);
  EXPECT_EQ(figure("a.max == 1s").comparison, Comparison::Equal);
}

TEST(Figure, TakesEveryUnitOfTime) {
  EXPECT_EQ(figure("a.max < 7ns").bound, 7);
  EXPECT_EQ(figure("a.max < 7us").bound, 7e3);
  EXPECT_EQ(figure("a.max < 1.5ms").bound, 1.5e6);
  EXPECT_EQ(figure("a.max < 0.25s").bound, 2.5e8);
}

TEST(Figure, IsComparedWithAnotherOne) {
  const FigurePattern pattern = figure("a.median <= 2x of b.mean");
  EXPECT_EQ(pattern.bound, 2);
  ASSERT_TRUE(pattern.of);
  EXPECT_EQ(pattern.of->figure, "b");
  EXPECT_EQ(pattern.of->statistic.kind, Kind::Mean);
  EXPECT_EQ(figure("a.p50 >= 90% of b.p50").bound, 0.9);
  EXPECT_EQ(figure("a.count == 1x of b.count").bound, 1);
}

TEST(Figure, IsJudgedByItsInterval) {
  EXPECT_EQ(figure("a.p99 < 2ms with ci95").confidence, 0.95);
  EXPECT_EQ(figure("a.mean < 2x of b.mean with ci99").confidence, 0.99);
}

TEST(Figure, KnowsWhereItStands) {
  const auto parsed = parse_figure("a.p99 < 2x of b.p99", {7, 5});
  const auto& pattern = std::get<FigurePattern>(parsed);
  EXPECT_EQ(pattern.value.at.column, 5);
  EXPECT_EQ(pattern.of->at.line, 7);
  EXPECT_EQ(pattern.of->at.column, 19);
}

TEST(FigureRefusal, OfWhatIsNoValue) {
  EXPECT_THAT(refusal(""), StartsWith("0: nothing where a figure must stand"));
  EXPECT_THAT(refusal("setup < 2ms"), HasSubstr("add a statistic, such as `setup.p99`"));
  EXPECT_THAT(refusal("setup.medain < 2ms"), HasSubstr("6: `medain` is no statistic of `setup`; "
                                                       "did you mean `median`?"));
  EXPECT_THAT(refusal("setup.average < 2ms"), HasSubstr("a statistic is p50"));
  EXPECT_THAT(refusal("setup.p100 < 2ms"), HasSubstr("more than 0 and less than 100"));
  EXPECT_THAT(refusal("setup.p0 < 2ms"), HasSubstr("more than 0 and less than 100"));
  EXPECT_THAT(refusal("setup.p < 2ms"), HasSubstr("`p` is no statistic"));
  EXPECT_THAT(refusal("9.p99 < 2ms"), HasSubstr("`9.p99` is no figure"));
  EXPECT_THAT(refusal("w[0].p99 < 2ms"), HasSubstr("`w[0].p99` is no figure"));
  EXPECT_THAT(refusal("w[0] < 2ms"), HasSubstr("`w[0]` is no figure"));
}

TEST(Figure, IsOfALoad) {
  const FigureValue rate = figure("load.rate >= 20000/s").value;
  EXPECT_EQ(rate.figure, "load");
  EXPECT_EQ(rate.number, LoadNumber::Rate);
  EXPECT_EQ(rate.unit(), FigureValue::Unit::Rate);
  EXPECT_FALSE(rate.process);
  const FigureValue crossed = figure("first.crossed == 0").value;
  EXPECT_EQ(crossed.number, LoadNumber::Failure);
  EXPECT_EQ(kFailureNames[crossed.failure], "crossed");
  const FigureValue response = figure("load.response.p99.9 < 2ms").value;
  EXPECT_EQ(kSeriesNames[*response.series], "response");
  EXPECT_EQ(response.statistic.percent, 99.9);
  EXPECT_EQ(response.unit(), FigureValue::Unit::Time);
  EXPECT_EQ(figure("load.lag.count == 3").value.unit(), FigureValue::Unit::Count);
}

TEST(Figure, IsOfALoadOfOneProcess) {
  const FigureValue value = figure("main/client[1].load.service.mean < 2ms").value;
  ASSERT_TRUE(value.process);
  ASSERT_EQ(value.process->parts.size(), 2U);
  EXPECT_EQ(value.process->parts[1].name, "client");
  EXPECT_EQ(value.process->parts[1].index->offset, 1);
  EXPECT_EQ(value.figure, "load");
}

TEST(Figure, IsOfAPhase) {
  EXPECT_EQ(kPhaseNames[*figure("load.rate > 1/s in warmup with ci95").phase], "warmup");
  EXPECT_EQ(figure("load.rate > 0.9x of direct.rate in measure").of->figure, "direct");
}

TEST(FigureRefusal, OfWhatNoLoadHas) {
  EXPECT_THAT(refusal("client.setup.p99 < 2ms"), HasSubstr("`setup` is no series of a load"));
  EXPECT_THAT(refusal("client[i].load.requests == 12"),
              HasSubstr("`client[i]`: a figure of a load is not asked for one after the other; "
                        "write a number, or `client` for all together"));
  EXPECT_THAT(refusal("load.service >= 10ms"),
              HasSubstr("load.service are many times; say which statistic of them, as in "
                        "`load.service.p99`"));
  EXPECT_THAT(refusal("client.load.lag < 10ms"), HasSubstr("as in `client.load.lag.p99`"));
  EXPECT_THAT(
      refusal("load.service.p0 < 1s"),
      HasSubstr("`p0`: a percentile is more than 0 and less than 100; there are `min` and"));
  EXPECT_THAT(refusal("load.rate >= 0.9 of load.rate"),
              HasSubstr("`0.9` has no unit; as a factor, write `0.9x of`"));
  EXPECT_THAT(refusal("setup.p99 < 2ms in measure"), HasSubstr("it has no phases"));
  EXPECT_THAT(refusal("load.rate > 2/s in meazure"), HasSubstr("`meazure` is no phase of a load"));
  EXPECT_THAT(refusal("load.rate > 20"), HasSubstr("a rate is a number of requests a second"));
  EXPECT_THAT(refusal("load.errors == 1ms"), HasSubstr("a count is a number without unit"));
  EXPECT_THAT(refusal("load.rate > 2x of load.errors"),
              HasSubstr("a rate cannot be compared with a count"));
  EXPECT_THAT(refusal("setup.p99 < 20KiB"), HasSubstr("`KiB` is no unit of a time"));
  EXPECT_THAT(refusal("setup.p99 < 20/s"), HasSubstr("`/s` is no unit of a time"));
}

TEST(FigureRefusal, OfComparisons) {
  EXPECT_THAT(refusal("setup.p99"), HasSubstr("a comparison is missing"));
  EXPECT_THAT(refusal("setup.p99<2ms"), StartsWith("9: a figure is compared by"));
  EXPECT_THAT(refusal("setup.p99 = 2ms"), StartsWith("10: `=`"));
  EXPECT_THAT(refusal("setup.p99 is 2ms"), StartsWith("10: `is`"));
}

TEST(FigureRefusal, OfBounds) {
  EXPECT_THAT(refusal("a.p99 < "), HasSubstr("nothing where a number"));
  EXPECT_THAT(refusal("a.p99 < soon"), HasSubstr("`soon` where a number"));
  EXPECT_THAT(refusal("a.p99 < 2"), HasSubstr("`2` has no unit; the units are ns"));
  EXPECT_THAT(refusal("a.p99 < 2h"), HasSubstr("`h` is no unit"));
  EXPECT_THAT(refusal("a.p99 < 02ms"), HasSubstr("`02ms` where a number"));
  EXPECT_THAT(refusal("a.p99 < 1.ms"), HasSubstr("`1.ms` where a number"));
  EXPECT_THAT(refusal("a.p99 < -1ms"), HasSubstr("`-1ms` where a number"));
  EXPECT_THAT(refusal("a.p99 < 1234567890123456789ms"), HasSubstr("where a number"));
  EXPECT_THAT(refusal("a.count == 2ms"), HasSubstr("a count is a number without unit"));
  EXPECT_THAT(refusal("a.count == 2.5"), HasSubstr("a count is a whole number"));
}

TEST(FigureRefusal, OfRelations) {
  EXPECT_THAT(refusal("a.p99 < 2x"), HasSubstr("a factor needs `of`"));
  EXPECT_THAT(refusal("a.p99 < 2x b.p99"), HasSubstr("a factor needs `of`"));
  EXPECT_THAT(refusal("a.p99 < 2ms of b.p99"), HasSubstr("`of` stands behind a factor"));
  EXPECT_THAT(refusal("a.p99 < 2x of"), HasSubstr("nothing where a figure must stand"));
  EXPECT_THAT(refusal("a.p99 < 2x of b.count"),
              StartsWith("14: a time cannot be compared with a count"));
}

TEST(FigureRefusal, OfIntervals) {
  EXPECT_THAT(refusal("a.p99 < 2ms with"), HasSubstr("followed by `ci95` or `ci99`"));
  EXPECT_THAT(refusal("a.p99 < 2ms with ci90"), HasSubstr("followed by `ci95` or `ci99`"));
  EXPECT_THAT(refusal("a.max < 2ms with ci95"), HasSubstr("`a.max` has no interval"));
  EXPECT_THAT(refusal("a.p50 < 2x of b.min with ci95"), HasSubstr("`b.min` has no interval"));
  EXPECT_THAT(refusal("a.p99 < 2ms with ci95 please"), HasSubstr("`please` does not belong here"));
}

}  // namespace
}  // namespace procession::scenario
