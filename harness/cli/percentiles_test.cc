// SPDX-License-Identifier: MIT
// procession percentiles: from a log to a table.

#include "harness/cli/program_test.h"
#include "harness/measure/hdr_log.h"
#include "harness/measure/percentile_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace procession::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

measure::Histogram histogram_of(std::initializer_list<std::int64_t> values) {
  measure::Histogram histogram;
  for (const std::int64_t value : values) {
    histogram.record(value);
  }
  return histogram;
}

std::string log_of(std::initializer_list<std::pair<const char*, std::int64_t>> lines) {
  std::string log = measure::hdr_log_head(1'764'072'000s);
  for (const auto& [tag, value] : lines) {
    log += measure::hdr_log_line({tag, 0s, 1s}, histogram_of({value}));
  }
  return log;
}

std::string table_of(std::initializer_list<std::int64_t> values) {
  // What a log brings back has the middle of its last cell as its maximum.
  measure::Histogram read;
  const auto add = [&](const measure::HdrInterval&, const measure::Histogram& histogram) {
    read.add(histogram);
  };
  EXPECT_TRUE(
      measure::read_hdr_log(measure::hdr_log_line({"", 0s, 1s}, histogram_of(values)), add));
  return measure::format_percentile_table(measure::percentile_table(read));
}

Ending percentiles(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "percentiles");
  return Call(arguments).finish();
}

TEST(Percentiles, are_those_of_all_intervals_together) {
  const Folder folder;
  const std::string log = folder.write("a.hlog", log_of({{"a", 1'000'000}, {"a", 5'000'000}}));
  const Ending ending = percentiles({log});
  EXPECT_EQ(ending.status, 0) << ending.err;
  EXPECT_EQ(ending.out, table_of({1'000'000, 5'000'000}));
}

TEST(Percentiles, are_those_of_one_tag) {
  const Folder folder;
  const std::string log = folder.write("a.hlog", log_of({{"a", 1'000'000}, {"b", 5'000'000}}));
  EXPECT_EQ(percentiles({log, "--tag", "b"}).out, table_of({5'000'000}));
}

TEST(Percentiles, of_what_is_not_there_are_an_error) {
  const Folder folder;
  const std::string log =
      folder.write("a.hlog", log_of({{"a", 1'000'000}, {"", 2'000'000}, {"b", 5'000'000}}));
  const auto expect_error = [](const Ending& ending, const std::string& text) {
    EXPECT_EQ(ending.status, 2);
    EXPECT_EQ(ending.out, "");
    EXPECT_THAT(ending.err, HasSubstr(text));
  };
  expect_error(percentiles({log}), "a.hlog: say which by --tag: its tags are none, 'a' and 'b'");
  expect_error(percentiles({log, "--tag=c"}), "a.hlog: no tag 'c': its tags are none, 'a' and 'b'");
  expect_error(percentiles({folder.write("empty.hlog", "")}), "empty.hlog: no histogram is in it");
  expect_error(percentiles({folder.write("bad.hlog", "0,1,1,HIST\n")}),
               "bad.hlog: line 1: the histogram ends within its first 8 bytes");
  expect_error(percentiles({folder.path("none.hlog")}), "none.hlog");
}

}  // namespace
}  // namespace procession::cli
