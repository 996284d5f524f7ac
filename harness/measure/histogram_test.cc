// SPDX-License-Identifier: MIT
#include "harness/measure/histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <memory>
#include <random>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace procession::measure {
namespace {

// Times of all lengths: as many between 1 and 2 ns as between 10 and 20 s.
std::vector<std::int64_t> times_of_all_lengths(std::size_t number, std::uint32_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> exponent(0, 24.8);
  std::vector<std::int64_t> times;
  for (std::size_t k = 0; k < number; ++k) {
    times.push_back(static_cast<std::int64_t>(std::exp(exponent(random))));
  }
  return times;
}

std::unique_ptr<Histogram> histogram_of(const std::vector<std::int64_t>& times) {
  auto histogram = std::make_unique<Histogram>();
  for (const std::int64_t time : times) {
    histogram->record(time);
  }
  return histogram;
}

bool same(const Histogram& one, const Histogram& other) {
  return std::ranges::equal(one.cells(), other.cells()) && one.min() == other.min() &&
         one.max() == other.max() && one.beyond() == other.beyond();
}

// Memory as processes share it: zero, and never written before.
std::span<std::byte> fresh_memory() {
  void* memory =
      ::mmap(nullptr, sizeof(Histogram), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  EXPECT_NE(memory, MAP_FAILED);
  return {static_cast<std::byte*>(memory), sizeof(Histogram)};
}

std::size_t pages_in_memory(std::span<std::byte> memory) {
  std::vector<unsigned char> resident((memory.size() + 4095) / 4096);
  EXPECT_EQ(::mincore(memory.data(), memory.size(), resident.data()), 0);
  return static_cast<std::size_t>(std::ranges::count_if(resident, [](auto r) { return r & 1; }));
}

TEST(Histogram, has_cells_without_gap_or_overlap) {
  EXPECT_EQ(Histogram::lowest_of(0), 0);
  for (std::size_t cell = 0; cell + 1 < Histogram::kCells; ++cell) {
    ASSERT_EQ(Histogram::highest_of(cell) + 1, Histogram::lowest_of(cell + 1)) << cell;
  }
  EXPECT_GE(Histogram::highest_of(Histogram::kCells - 1), Histogram::kHighest);
}

TEST(Histogram, finds_the_cell_of_each_value) {
  for (std::size_t cell = 0; cell < Histogram::kCells; ++cell) {
    const std::int64_t low = Histogram::lowest_of(cell);
    const std::int64_t high = Histogram::highest_of(cell);
    ASSERT_EQ(Histogram::cell_of(low), cell);
    ASSERT_EQ(Histogram::cell_of(high), cell);
    ASSERT_EQ(Histogram::cell_of(low + (high - low) / 2), cell);
  }
}

TEST(Histogram, knows_each_value_to_a_thousandth) {
  for (std::size_t cell = 0; cell < Histogram::kCells; ++cell) {
    const auto low = static_cast<double>(Histogram::lowest_of(cell));
    const auto high = static_cast<double>(Histogram::highest_of(cell));
    ASSERT_LE(high - low, low / 1000) << "cell " << cell;
  }
}

// As HdrHistogram lays it out for 1 ns to 60 s at 3 digits; indices computed with its own formula.
TEST(Histogram, has_the_layout_of_its_family) {
  const auto index_in_family = [](std::int64_t value) {
    const int bucket = 64 - 11 - std::countl_zero(static_cast<std::uint64_t>(value) | 2047U);
    const auto sub_bucket = static_cast<int>(value >> bucket);
    return static_cast<std::size_t>(((bucket + 1) << 10) + (sub_bucket - 1024));
  };
  EXPECT_EQ(Histogram::cell_of(1023), 1023U);
  for (const std::int64_t value : times_of_all_lengths(10'000, 1)) {
    ASSERT_EQ(Histogram::cell_of(value), index_in_family(value)) << value;
  }
}

TEST(Histogram, of_zero_bytes_is_empty) {
  const std::span<std::byte> memory = fresh_memory();
  const Histogram& histogram = Histogram::over(memory);
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.min(), 0);
  EXPECT_EQ(histogram.max(), 0);
  EXPECT_TRUE(same(histogram, *std::make_unique<Histogram>()));
  ::munmap(memory.data(), memory.size());
}

TEST(Histogram, keeps_the_least_and_the_greatest_value_as_they_are) {
  const auto histogram = histogram_of({1'000'003, 123'456'789, 2'000'001});
  EXPECT_EQ(histogram->count(), 3U);
  EXPECT_EQ(histogram->min(), 1'000'003);
  EXPECT_EQ(histogram->max(), 123'456'789);
}

TEST(Histogram, counts_what_is_out_of_range_at_its_ends) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  const auto histogram = histogram_of({kLeast, -1, 0, Histogram::kHighest, kMost});
  EXPECT_EQ(histogram->count(), 5U);
  EXPECT_EQ(histogram->cells()[0], 3U);
  EXPECT_EQ(histogram->cells()[Histogram::cell_of(Histogram::kHighest)], 2U);
  EXPECT_EQ(histogram->min(), 0);
  EXPECT_EQ(histogram->max(), Histogram::kHighest);
  EXPECT_EQ(histogram->beyond(), 1U) << "60 s themselves are within";
}

TEST(Histogram, takes_a_value_many_times) {
  auto one_by_one = std::make_unique<Histogram>();
  auto at_once = std::make_unique<Histogram>();
  for (int k = 0; k < 1000; ++k) {
    one_by_one->record(70'000'000'000);
  }
  at_once->record(70'000'000'000, 1000);
  EXPECT_TRUE(same(*one_by_one, *at_once));
}

TEST(Histogram, of_parts_is_the_histogram_of_all) {
  std::vector<std::int64_t> times = times_of_all_lengths(30'000, 2);
  times.push_back(61'000'000'000);
  const auto whole = histogram_of(times);
  auto sum = std::make_unique<Histogram>();
  for (std::size_t part = 0; part < 3; ++part) {
    std::vector<std::int64_t> of_part;
    for (std::size_t k = part; k < times.size(); k += 3) {
      of_part.push_back(times[k]);
    }
    sum->add(*histogram_of(of_part));
  }
  EXPECT_TRUE(same(*whole, *sum));
  sum->add(*std::make_unique<Histogram>());
  EXPECT_TRUE(same(*whole, *sum)) << "none added";
  auto empty = std::make_unique<Histogram>();
  empty->add(*whole);
  EXPECT_TRUE(same(*whole, *empty)) << "added to none";
}

TEST(Histogram, takes_memory_for_the_times_that_come_only) {
  const std::span<std::byte> memory = fresh_memory();
  Histogram& histogram = Histogram::over(memory);
  for (std::int64_t time = 20'000; time < 80'000; ++time) {
    histogram.record(time);
  }
  EXPECT_LE(pages_in_memory(memory), 6U) << "of 4 KiB, for two doublings";
  Histogram& sum = Histogram::over(fresh_memory());
  sum.add(histogram);
  EXPECT_TRUE(same(sum, histogram));
  ::munmap(&sum, sizeof(Histogram));
  ::munmap(memory.data(), memory.size());
}

TEST(Histogram, survives_its_writer) {
  const std::span<std::byte> memory = fresh_memory();
  const pid_t writer = ::fork();
  if (writer == 0) {
    for (std::int64_t time = 1; time <= 5000; ++time) {
      Histogram::over(memory).record(time * 1000);
    }
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(writer, &status, 0), writer);
  ASSERT_TRUE(WIFSIGNALED(status));
  const Histogram& histogram = Histogram::over(std::span<const std::byte>(memory));
  EXPECT_EQ(histogram.count(), 5000U);
  EXPECT_EQ(histogram.max(), 5'000'000);
  ::munmap(memory.data(), memory.size());
}

// As if a process had been killed after it has counted a value, before it has noted the extremes.
TEST(Histogram, believes_its_cells_more_than_its_extremes) {
  auto histogram = histogram_of({5'000'000});
  const auto cells = histogram->cells();
  const_cast<std::uint64_t&>(cells[Histogram::cell_of(1'000'000)]) += 1;
  const_cast<std::uint64_t&>(cells[Histogram::cell_of(9'000'000)]) += 1;
  EXPECT_EQ(Histogram::cell_of(histogram->min()), Histogram::cell_of(1'000'000));
  EXPECT_EQ(Histogram::cell_of(histogram->max()), Histogram::cell_of(9'000'000));
}

TEST(HistogramDeathTest, wants_memory_of_its_size) {
  const std::span<std::byte> memory = fresh_memory();
  EXPECT_DEATH((void)Histogram::over(memory.first(memory.size() - 1)), "can hold");
  EXPECT_DEATH((void)Histogram::over(std::span<const std::byte>(memory).subspan(1)), "can hold");
  ::munmap(memory.data(), memory.size());
}

}  // namespace
}  // namespace procession::measure
