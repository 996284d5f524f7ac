// SPDX-License-Identifier: MIT
#include "harness/measure/hdr_log.h"

#include "harness/measure/hdr_encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace procession::measure {
namespace {

using namespace std::chrono_literals;

constexpr base::Duration kNoon = 1'764'072'000s;  // 2025-11-25T12:00:00Z

struct Line {
  HdrInterval interval;
  std::uint64_t count;
};

base::Result<std::vector<Line>> lines_of(const std::string& text) {
  std::vector<Line> lines;
  const auto keep = [&](const HdrInterval& interval, const Histogram& histogram) {
    lines.push_back({interval, histogram.count()});
  };
  if (base::Result<> read = read_hdr_log(text, keep); !read) {
    return std::move(read).error();
  }
  return lines;
}

std::string error_of(const std::string& text) {
  const auto lines = lines_of(text);
  EXPECT_FALSE(lines.has_value());
  EXPECT_EQ(lines.error().kind, base::ErrorKind::BadInput);
  return lines.error().message;
}

std::string one_value() {
  Histogram histogram;
  histogram.record(2'768'895);
  return hdr_encode(histogram);
}

TEST(HdrLog, has_the_lines_of_its_family) {
  Histogram histogram;
  histogram.record(2'768'895);
  const std::string log =
      hdr_log_head(kNoon + 250ms) + hdr_log_line({"client.load.response", 512ms, 5s}, histogram);
  EXPECT_EQ(log,
            "#[Histogram log format version 1.3]\n"
            "#[StartTime: 1764072000.250 (seconds since epoch), 2025-11-25T12:00:00Z]\n"
            "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\","
            "\"Interval_Compressed_Histogram\"\n"
            "Tag=client.load.response,0.512,5.000,2.769," +
                one_value() + "\n");
}

TEST(HdrLog, is_read_as_it_was_written) {
  Histogram two;
  two.record(1000, 2);
  const std::vector<HdrInterval> intervals = {
      {"a", 0ms, 1s}, {"", 100ms, 100ms}, {"client/2.load", 3600s, 5ms}};
  std::string log = hdr_log_head(kNoon);
  for (const HdrInterval& interval : intervals) {
    log += hdr_log_line(interval, two);
  }
  const auto lines = lines_of(log);
  ASSERT_TRUE(lines);
  ASSERT_EQ(lines->size(), 3U);
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_EQ((*lines)[k].interval, intervals[k]);
    EXPECT_EQ((*lines)[k].count, 2U);
  }
}

TEST(HdrLog, may_count_its_times_from_1970_or_from_a_base) {
  const std::string value = ",1.000,2.769," + one_value() + "\n";
  const auto absolute =
      lines_of("#[StartTime: 1764072000.0 (seconds since epoch), x]\r\n1764072001.5" + value);
  ASSERT_TRUE(absolute);
  EXPECT_EQ(absolute->at(0).interval.start, 1500ms);
  const auto based = lines_of(
      "#[StartTime: 1764072000.0 (seconds since epoch), x]\n"
      "#[BaseTime: 1764072010.0 (seconds since epoch)]\n0.5" +
      value);
  ASSERT_TRUE(based);
  EXPECT_EQ(based->at(0).interval.start, 10'500ms);
  const auto neither = lines_of("# by hand\n\n0.5" + value);
  ASSERT_TRUE(neither);
  EXPECT_EQ(neither->at(0).interval.start, 500ms);
}

TEST(HdrLog, that_is_wrong_is_told_with_its_line) {
  const std::string head = hdr_log_head(kNoon);
  EXPECT_EQ(error_of("#[Histogram log format version 2.0]\n"),
            "line 1: log format version '2.0' is unknown; 1.0 to 1.3 can be read");
  EXPECT_EQ(error_of("#[StartTime: noon]\n"), "line 1: 'noon]' is no time in seconds");
  EXPECT_EQ(error_of(head + "0.1,1.0," + one_value() + "\n"),
            "line 4: 3 fields besides the tag; there are 4: start, length, maximum, histogram");
  EXPECT_EQ(error_of(head + "Tag=x,soon,1.0,1," + one_value()),
            "line 4: 'soon' is no time in seconds");
  EXPECT_EQ(error_of(head + "0,-1,1," + one_value()), "line 4: '-1' is no time in seconds");
  EXPECT_EQ(error_of(head + "0,nan,1," + one_value()), "line 4: 'nan' is no time in seconds");
  EXPECT_EQ(error_of(head + "0,1e99,1," + one_value()), "line 4: '1e99' is no time in seconds");
  EXPECT_EQ(error_of(head + "0,1,1,HIST"), "line 4: the histogram ends within its first 8 bytes");
}

TEST(HdrLogDeathTest, has_no_tag_of_two_words) {
  EXPECT_DEATH((void)hdr_log_line({"two words", 0s, 1s}, Histogram()), "one word");
}

}  // namespace
}  // namespace procession::measure
