// SPDX-License-Identifier: MIT
#include "harness/measure/percentile_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace procession::measure {
namespace {

std::string error_of(const std::string& text) {
  const auto table = read_percentile_table(text);
  EXPECT_FALSE(table.has_value());
  EXPECT_EQ(table.error().kind, base::ErrorKind::BadInput);
  return table.error().message;
}

// As hdr-histogram-js 3.0.1 prints the same values.
TEST(PercentileTable, is_printed_as_its_family_does) {
  Histogram histogram;
  histogram.record(1'000'000);
  histogram.record(2'000'000);
  histogram.record(50'000'000);
  EXPECT_EQ(format_percentile_table(percentile_table(histogram)),
            R"(       Value     Percentile TotalCount 1/(1-Percentile)

       1.000 0.000000000000          1           1.00
       1.000 0.100000000000          1           1.11
       1.000 0.200000000000          1           1.25
       1.000 0.300000000000          1           1.43
       2.001 0.400000000000          2           1.67
       2.001 0.500000000000          2           2.00
       2.001 0.550000000000          2           2.22
       2.001 0.600000000000          2           2.50
       2.001 0.650000000000          2           2.86
      50.004 0.700000000000          3           3.33
      50.004 1.000000000000          3
#[Mean    =       17.663, StdDeviation   =       22.861]
#[Max     =       50.000, Total count    =            3]
#[Buckets =           26, SubBuckets     =         2048]
)");
}

TEST(PercentileTable, of_no_values_has_no_rows) {
  const PercentileTable table = percentile_table(Histogram());
  EXPECT_EQ(table, PercentileTable());
  EXPECT_EQ(read_percentile_table(format_percentile_table(table)).value(), table);
}

TEST(PercentileTable, has_rows_that_come_closer_together_and_end_at_all) {
  Histogram histogram;
  for (std::int64_t value = 1; value <= 10'000; ++value) {
    histogram.record(value * 1000);
  }
  const PercentileTable table = percentile_table(histogram);
  EXPECT_EQ(table.rows.front().fraction, 0);
  EXPECT_EQ(table.rows.back().fraction, 1);
  EXPECT_EQ(table.rows.back().count, 10'000U);
  EXPECT_DOUBLE_EQ(table.rows[1].fraction, 0.1);
  EXPECT_DOUBLE_EQ(table.rows[6].fraction, 0.55);
  for (std::size_t k = 1; k < table.rows.size(); ++k) {
    EXPECT_GE(table.rows[k].value, table.rows[k - 1].value);
    EXPECT_GT(table.rows[k].fraction, table.rows[k - 1].fraction);
    const double exact = std::max(1.0, table.rows[k].fraction * 10'000) / 1000;
    EXPECT_NEAR(table.rows[k].value, exact, exact / 900 + 0.001);
  }
}

// So few values lie above all others that no double tells their part of all.
TEST(PercentileTable, ends_however_many_values_there_are) {
  Histogram histogram;
  histogram.record(1, std::uint64_t{1} << 61);
  histogram.record(1000);
  const PercentileTable table = percentile_table(histogram);
  EXPECT_LT(table.rows.size(), 300U);
  EXPECT_EQ(table.rows.back(), (PercentileTable::Row{0.001, 1, (std::uint64_t{1} << 61) + 1}));
  EXPECT_LT(table.rows[table.rows.size() - 2].fraction, 1);
  EXPECT_EQ(read_percentile_table(format_percentile_table(table))->rows.size(), table.rows.size());
}

TEST(PercentileTable, is_read_as_it_was_printed) {
  Histogram histogram;
  for (std::int64_t value = 1; value <= 1000; ++value) {
    histogram.record(value * value * 1000);
  }
  const std::string text = format_percentile_table(percentile_table(histogram));
  const auto read = read_percentile_table(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->count, 1000U);
  EXPECT_NEAR(read->mean, 333.833, 0.4);
  EXPECT_EQ(format_percentile_table(*read), text);
}

TEST(PercentileTable, that_is_wrong_is_told) {
  const std::string end = "#[Max     = 2.000, Total count    = 2]\n";
  EXPECT_EQ(error_of(""), "the table has no end: no line says its Total count");
  EXPECT_EQ(error_of("1.0 0.5 1\n2.0 1.0 2\n"),
            "the table has no end: no line says its Total count");
  EXPECT_EQ(error_of("1.0 0.5 1 2.0\n" + end),
            "the rows have 1 values, the line of the Total count 2");
  EXPECT_EQ(error_of("1.0 0.5\n"), "line 1: no row of value, percentile (0 to 1) and count");
  EXPECT_EQ(error_of("1.0 50 1\n"), "line 1: no row of value, percentile (0 to 1) and count");
  EXPECT_EQ(error_of("1.0 0.5 -1\n"), "line 1: no row of value, percentile (0 to 1) and count");
  EXPECT_EQ(error_of("one 0.5 1\n"), "line 1: no row of value, percentile (0 to 1) and count");
  EXPECT_EQ(error_of("2.0 0.5 1\n1.0 1.0 2\n"), "line 2: the row is less than the one before it");
  EXPECT_EQ(error_of("1.0 0.5 2\n2.0 1.0 1\n"), "line 2: the row is less than the one before it");
  EXPECT_EQ(error_of("#[Mean = much, StdDeviation = 1]\n"), "line 1: 'much' is no value of 'Mean'");
}

}  // namespace
}  // namespace procession::measure
