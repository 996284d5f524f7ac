// SPDX-License-Identifier: MIT
#include "harness/measure/hdr_encoding.h"

#include "harness/measure/base64.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <random>
#include <vector>
#include <zlib.h>

namespace procession::measure {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using std::string_literals::operator""s;

std::unique_ptr<Histogram> histogram_of(const std::vector<std::int64_t>& values) {
  auto histogram = std::make_unique<Histogram>();
  for (const std::int64_t value : values) {
    histogram->record(value);
  }
  return histogram;
}

bool same_cells(const Histogram& one, const Histogram& other) {
  return std::ranges::equal(one.cells(), other.cells());
}

std::string big_endian(std::uint64_t number, int size) {
  std::string bytes;
  while (size-- > 0) {
    bytes += static_cast<char>(number >> (8 * size));
  }
  return bytes;
}

std::string deflated(const std::string& bytes) {
  uLongf size = ::compressBound(bytes.size());
  std::string stream(size, '\0');
  EXPECT_EQ(::compress(reinterpret_cast<Bytef*>(stream.data()), &size,
                       reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()),
            Z_OK);
  stream.resize(size);
  return stream;
}

std::string outer(const std::string& stream, std::uint64_t cookie = 0x1c849314) {
  return to_base64(big_endian(cookie, 4) + big_endian(stream.size(), 4) + stream);
}

// An encoding with one thing wrong with it.
struct Inner {
  std::uint64_t cookie = 0x1c849313;
  std::uint64_t offset = 0;
  std::uint64_t digits = 3;
  std::uint64_t lowest = 1;
  std::uint64_t highest = 60'000'000'000;
  std::uint64_t ratio = 0x3FF0'0000'0000'0000;  // 1.0
  std::string counts = "\x02";                  // a single zero
  std::string behind = "";

  [[nodiscard]] std::string text() const {
    return outer(deflated(big_endian(cookie, 4) + big_endian(counts.size(), 4) +
                          big_endian(offset, 4) + big_endian(digits, 4) + big_endian(lowest, 8) +
                          big_endian(highest, 8) + big_endian(ratio, 8) + counts + behind));
  }
};

std::string error_of(const std::string& text) {
  Histogram histogram;
  histogram.record(5);
  const base::Result<> decoded = hdr_decode(text, histogram);
  EXPECT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().kind, base::ErrorKind::BadInput);
  EXPECT_EQ(histogram.count(), 1U) << "it is as it was";
  return decoded.error().message;
}

TEST(HdrEncoding, begins_as_all_of_its_family_do) {
  EXPECT_THAT(hdr_encode(Histogram()), StartsWith("HISTFAAA"));
}

TEST(HdrEncoding, brings_back_all_cells) {
  std::mt19937_64 random(5);
  std::lognormal_distribution<double> time(std::log(50'000), 3);
  Histogram histogram;
  for (int k = 0; k < 100'000; ++k) {
    histogram.record(static_cast<std::int64_t>(time(random)));
  }
  Histogram read;
  ASSERT_TRUE(hdr_decode(hdr_encode(histogram), read));
  EXPECT_TRUE(same_cells(histogram, read));
}

TEST(HdrEncoding, brings_back_the_extremes) {
  for (const std::vector<std::int64_t>& values : std::vector<std::vector<std::int64_t>>{
           {}, {0}, {1}, {0, 2}, {Histogram::kHighest}, {0, Histogram::kHighest}}) {
    const auto histogram = histogram_of(values);
    Histogram read;
    ASSERT_TRUE(hdr_decode(hdr_encode(*histogram), read));
    EXPECT_TRUE(same_cells(*histogram, read));
  }
}

// Of every number of bytes that a count can have.
TEST(HdrEncoding, brings_back_small_and_huge_counts) {
  Histogram histogram;
  for (int bits = 0; bits < 62; ++bits) {
    histogram.record(bits * 3, std::uint64_t{1} << bits);
  }
  Histogram read;
  ASSERT_TRUE(hdr_decode(hdr_encode(histogram), read));
  EXPECT_TRUE(same_cells(histogram, read));
}

TEST(HdrEncoding, tells_no_value_of_ours_from_beyond_the_range) {
  Histogram read;
  ASSERT_TRUE(hdr_decode(hdr_encode(*histogram_of({Histogram::kHighest})), read));
  EXPECT_EQ(read.max(), Histogram::kHighest);
  EXPECT_EQ(read.beyond(), 0U);
}

TEST(HdrEncoding, is_added_to_what_is_there) {
  const auto histogram = histogram_of({1, 2, 3});
  Histogram sum;
  sum.record(2);
  ASSERT_TRUE(hdr_decode(hdr_encode(*histogram), sum));
  EXPECT_TRUE(same_cells(sum, *histogram_of({1, 2, 2, 3})));
}

// Written by hdr-histogram-js 3.0.1: 1 ns to 60 s at 3 digits, as ours are.
TEST(HdrEncoding, of_another_implementation_is_read) {
  Histogram read;
  ASSERT_TRUE(
      hdr_decode("HISTFAAAADN4nJNpmSzMwMAgwMDAwMjAwMDMAAEgNu8P9wgGGJ+"
                 "X6a08E9NGD5bNXizdPxmZAJucB6U=",
                 read));
  EXPECT_TRUE(same_cells(
      read, *histogram_of({7, 2047, 2048, 50000, 50001, 1234567, 1234567, 59999999999})));
}

// By the same, 1 ns to an hour at 2 digits: what it knows to a hundredth is not known better here.
TEST(HdrEncoding, of_other_range_and_precision_is_read_by_its_middles) {
  Histogram read;
  ASSERT_TRUE(
      hdr_decode("HISTFAAAADF4nJNpmSzMwMDAzcDAwMjAwMDEAAGMDAzMbgY7FjDA+"
                 "LxMTzmY3gsxPVZgAgB7vgYu",
                 read));
  ASSERT_EQ(read.count(), 4U);
  EXPECT_EQ(read.cells()[7], 1U);
  std::vector<double> values;
  for (std::size_t cell = 8; cell < Histogram::kCells; ++cell) {
    if (read.cells()[cell] != 0) {
      values.push_back(static_cast<double>(Histogram::highest_of(cell)));
    }
  }
  ASSERT_EQ(values.size(), 3U);
  EXPECT_NEAR(values[0], 1500, 15);
  EXPECT_NEAR(values[1], 1e6, 1e4);
  EXPECT_EQ(values[2],
            static_cast<double>(Histogram::highest_of(Histogram::cell_of(Histogram::kHighest))));
  EXPECT_EQ(read.beyond(), 1U) << "90 s are too long";
}

TEST(HdrEncoding, that_is_wrong_outside_is_told) {
  EXPECT_THAT(error_of("HIST%AAA"), StartsWith("no base64: byte 0x25"));
  EXPECT_EQ(error_of("HIST"), "the histogram ends within its first 8 bytes");
  EXPECT_EQ(error_of(outer("", 0x1c849304)),
            "the histogram's cookie is 0x1c849304; what can be read is 0x1c849314, encoding V2, "
            "compressed");
  EXPECT_EQ(error_of(to_base64(big_endian(0x1c849314, 4) + big_endian(9, 4))),
            "the histogram says that 9 compressed bytes follow, but 0 do");
  EXPECT_THAT(error_of(outer("this is no stream")), HasSubstr("damaged (zlib: data error)"));
  EXPECT_EQ(error_of(outer(deflated(std::string(100, ' ')) + "..")),
            "2 bytes stand behind the compressed histogram");
  EXPECT_EQ(error_of(outer(deflated(std::string(100'000'000, '\x02')))),
            "the histogram is larger than any histogram is");
}

TEST(HdrEncoding, that_is_cut_anywhere_is_told) {
  const std::string whole = *from_base64(hdr_encode(*histogram_of({1, 5000, 70'000})));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(error_of(to_base64(whole.substr(0, size))), "");
  }
}

TEST(HdrEncoding, that_is_wrong_inside_is_told) {
  EXPECT_EQ(error_of(outer(deflated("short"))), "the histogram ends within its head");
  EXPECT_EQ(error_of(Inner{.cookie = 0x1c849303}.text()),
            "the inner cookie is 0x1c849303 instead of 0x1c849313");
  EXPECT_EQ(error_of(Inner{.behind = "??"}.text()),
            "the histogram says that 1 bytes of counts follow, but 3 do");
  EXPECT_EQ(error_of(Inner{.ratio = 0x4000'0000'0000'0000}.text()),
            "a histogram of doubles (conversion ratio 2); whole numbers can be read");
  EXPECT_EQ(error_of(Inner{.offset = 0xFFFF'FFFF}.text()),
            "a shifted histogram (normalising offset -1) cannot be read");
  EXPECT_EQ(error_of(Inner{.digits = 6}.text()), "no histogram has 6 digits from 1 to 60000000000");
  EXPECT_EQ(error_of(Inner{.lowest = 0}.text()), "no histogram has 3 digits from 0 to 60000000000");
  EXPECT_EQ(error_of(Inner{.highest = 1}.text()), "no histogram has 3 digits from 1 to 1");
  EXPECT_EQ(error_of(Inner{.highest = std::uint64_t{1} << 63}.text()),
            "no histogram has 3 digits from 1 to 9223372036854775808");
  EXPECT_EQ(error_of(Inner{.lowest = std::uint64_t{1} << 60,
                           .highest = std::numeric_limits<std::int64_t>::max()}
                         .text()),
            "3 digits from 1152921504606846976 on need more than 64 bits");
}

TEST(HdrEncoding, whose_counts_are_wrong_is_told) {
  EXPECT_EQ(error_of(Inner{.counts = "\x80"}.text()),
            "the histogram ends in the middle of a count");
  EXPECT_EQ(error_of(Inner{.counts = "\xFF\xFF\x7F"}.text()),
            "the histogram has counts for more than its 27648 cells");
  EXPECT_EQ(error_of(Inner{.counts = std::string(27'649, '\0')}.text()),
            "the histogram has counts for more than its 27648 cells");
  const std::string most = "\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF";  // 2^63 - 1
  EXPECT_EQ(error_of(Inner{.counts = most + most}.text()),
            "the histogram counts more than 63 bits hold");
}

// The JavaScript port writes the number 1 in two places where others write 0 and 1.0.
TEST(HdrEncoding, with_the_habits_of_javascript_is_read) {
  Histogram read;
  ASSERT_TRUE(hdr_decode(Inner{.offset = 1, .ratio = 1, .counts = "\x09\x04"}.text(), read));
  EXPECT_TRUE(same_cells(read, *histogram_of({5, 5})));
}

}  // namespace
}  // namespace procession::measure
