// SPDX-License-Identifier: MIT
// procession percentiles: from a log to a table.

#include "harness/cli/program_test.h"
#include "harness/measure/hdr_log.h"
#include "harness/measure/percentile_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <sys/stat.h>
#include <thread>

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

TEST(Percentiles, are_read_from_a_pipe_too) {
  const Folder folder;
  const std::string log = folder.write("a.hlog", log_of({{"a", 1'000'000}}));
  const std::string pipe = folder.path("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(pipe) << std::ifstream(log).rdbuf(); });
  const Ending ending = percentiles({pipe});
  writer.join();
  EXPECT_EQ(ending.status, 0) << ending.err;
  EXPECT_EQ(ending.out, table_of({1'000'000}));
}

// Of a range of 2^40 ns, counted at 3 digits: a nanosecond, and nine minutes.
constexpr const char* kBeyond = "0,1,1,HISTFAAAACJ4nJNpmSzMwMDAxgABzFCaEYyAwP4DVIDp931mJgBQlARj\n";

TEST(Percentiles, say_what_is_beyond_their_range) {
  const Folder folder;
  const Ending ending = percentiles({folder.write("big.hlog", kBeyond)});
  EXPECT_EQ(ending.status, 0) << ending.err;
  EXPECT_THAT(ending.err, HasSubstr("big.hlog: 1 of 2 values are more than 60 s, and stand in the "
                                    "table as 60 s"));
}

TEST(Percentiles, are_not_told_of_more_values_than_can_be_told_apart) {
  const Folder folder;
  measure::Histogram histogram;
  histogram.record(1, std::uint64_t{1} << 52);
  std::string log = measure::hdr_log_head(0s) + measure::hdr_log_line({"", 0s, 1s}, histogram);
  EXPECT_EQ(percentiles({folder.write("half.hlog", log)}).status, 0);
  log += measure::hdr_log_line({"", 1s, 1s}, histogram);
  EXPECT_EQ(percentiles({folder.write("all.hlog", log)}).status, 0);
  histogram.record(2, std::uint64_t{1} << 61);
  log += measure::hdr_log_line({"", 2s, 1s}, histogram);
  const Ending ending = percentiles({folder.write("more.hlog", log)});
  EXPECT_EQ(ending.status, 2);
  EXPECT_EQ(ending.out, "");
  EXPECT_THAT(ending.err, HasSubstr("more.hlog: the lines of one tag have more than "
                                    "9007199254740992 values"));
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
