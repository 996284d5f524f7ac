// SPDX-License-Identifier: MIT
// What a whole run costs: "main starts a child and joins it", a thousand in a row with verdicts,
// against the same two forks and waits written by hand in an equally small program, with the same
// fork call (testing/raw_forks.cc). And a hundred children at once, against the same by hand, and
// against CPython's multiprocessing.

#include "harness/run/opponent_bench.h"
#include "harness/run/rounds_bench.h"
#include "harness/testing/figures.h"

#include <benchmark/benchmark.h>

namespace procession::run {
namespace {

using testing::Aim;
using testing::RawRequest;

constexpr std::uint32_t kRuns = 1000;
constexpr std::uint32_t kChildren = 100;

constexpr const char* kOneChild = R"(
processes:
  main:
    - start: child
    - join: child
  child: []
expect:
  order: [child.end < main.join(child)]
)";

constexpr const char* kHundredChildren = R"(
processes:
  main:
    - start: worker
    - join: worker
  worker:
    count: 100
    steps: []
expect:
  order: [worker.end < main.join(worker)]
)";

struct Sizes {
  Size raw;
  Size zygote;

  void report(benchmark::State& state) const {
    state.counters["raw_anon_KiB"] = raw.anonymous_kib;
    state.counters["raw_rss_KiB"] = raw.resident_kib;
    state.counters["zygote_anon_KiB"] = zygote.anonymous_kib;
    state.counters["zygote_rss_KiB"] = zygote.resident_kib;
  }
};

void whole_run(benchmark::State& state, Containment containment) {
  const testing::Planned scenario = testing::planned(kOneChild);
  const Opponent raw = Opponent::raw_forks();
  for ([[maybe_unused]] auto _ : state) {
    Side side{.scenario = scenario, .runs = kRuns};
    std::vector<double> by_hand;
    Sizes sizes;
    RoundsOptions options;
    options.before = [&] { by_hand.push_back(raw.play_ns(RawRequest::Runs, kRuns)); };
    options.containment = containment;
    play_in_turn({&side}, options, [&] { sizes = {raw.size(), size_of(zygote_process())}; });
    report_figure(state, testing::ratios(side.times, by_hand), Aim::AtMost, 1.15,
                  "of two forks and waits by hand");
    state.counters["raw_us"] = testing::median(by_hand) / 1e3 / kRuns;
    state.counters["run_us"] = testing::median(side.times) / 1e3 / kRuns;
    sizes.report(state);
  }
}
BENCHMARK_CAPTURE(whole_run, namespace, Containment::Namespace)->Iterations(1);
BENCHMARK_CAPTURE(whole_run, sweep, Containment::Sweep)->Iterations(1);

void hundred_children(benchmark::State& state) {
  const testing::Planned scenario = testing::planned(kHundredChildren);
  const Opponent raw = Opponent::raw_forks();
  for ([[maybe_unused]] auto _ : state) {
    Side side{.scenario = scenario, .runs = kRuns / kChildren};
    std::vector<double> by_hand;
    RoundsOptions options;
    options.before = [&] {
      double sum = 0;
      for (std::uint32_t i = 0; i < side.runs; ++i) {
        sum += raw.play_ns(RawRequest::ParallelChildren, kChildren);
      }
      by_hand.push_back(sum);
    };
    play_in_turn({&side}, options);
    report_figure(state, testing::ratios(side.times, by_hand), Aim::AtMost, 1.2,
                  "of the same forks and waits by hand");
    state.counters["raw_us_per_child"] = testing::median(by_hand) / 1e3 / kRuns;
    state.counters["run_us_per_child"] = testing::median(side.times) / 1e3 / kRuns;
  }
}
BENCHMARK(hundred_children)->Iterations(1);

void hundred_children_of_cpython(benchmark::State& state) {
  const testing::Planned scenario = testing::planned(kHundredChildren);
  const Opponent cpython(
      "/usr/bin/env",
      {"env", "python3", PROCESSION_SOURCE_DIR "/harness/testing/cpython_children.py"});
  for ([[maybe_unused]] auto _ : state) {
    Side side{.scenario = scenario};
    std::vector<double> theirs;
    RoundsOptions options;
    options.before = [&] {
      theirs.push_back(cpython.play_ns(RawRequest::ParallelChildren, kChildren));
    };
    play_in_turn({&side}, options);
    report_figure(state, testing::ratios(theirs, side.times), Aim::AtLeast, 8,
                  "CPython's time (multiprocessing, fork) of ours");
    state.counters["cpython_ms"] = testing::median(theirs) / 1e6;
    state.counters["run_ms"] = testing::median(side.times) / 1e6;
  }
}
BENCHMARK(hundred_children_of_cpython)->Iterations(1);

}  // namespace
}  // namespace procession::run

BENCHMARK_MAIN();
