// SPDX-License-Identifier: MIT
// What a histogram costs: counting a value, of times as an echo server has them and in an order
// that no cache foresees, and adding a whole histogram to another.
#include "harness/base/time.h"
#include "harness/measure/histogram.h"
#include "harness/testing/figures.h"

#include <benchmark/benchmark.h>

#include <cmath>
#include <memory>
#include <random>
#include <vector>

namespace procession::measure {
namespace {

std::vector<std::int64_t> skewed_times(std::size_t number) {
  std::mt19937_64 random(4);
  std::lognormal_distribution<double> time(std::log(50'000), 1.5);
  std::vector<std::int64_t> times(number);
  for (std::int64_t& ns : times) {
    ns = static_cast<std::int64_t>(time(random));
  }
  return times;
}

double ns_since(base::Instant start) { return static_cast<double>((base::now() - start).count()); }

void record(benchmark::State& state) {
  const std::vector<std::int64_t> times = skewed_times(100'000);
  const auto histogram = std::make_unique<Histogram>();
  std::vector<double> rounds;
  for (auto _ : state) {
    const base::Instant start = base::now();
    for (const std::int64_t ns : times) {
      histogram->record(ns);
      benchmark::ClobberMemory();  // each is stored, as another process may look at any time
    }
    rounds.push_back(ns_since(start) / static_cast<double>(times.size()));
  }
  benchmark::DoNotOptimize(histogram->count());
  testing::report_figure(state, rounds, testing::Aim::AtMost, 10, "ns a record");
}
BENCHMARK(record)->Name("Histogram/record")->Iterations(101);

void add(benchmark::State& state) {
  const auto part = std::make_unique<Histogram>();
  for (const std::int64_t ns : skewed_times(100'000)) {
    part->record(ns);
  }
  const auto whole = std::make_unique<Histogram>();
  for (auto _ : state) {
    whole->add(*part);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(add)->Name("Histogram/add")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace procession::measure

BENCHMARK_MAIN();
