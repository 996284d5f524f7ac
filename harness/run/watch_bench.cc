// SPDX-License-Identifier: MIT
// What it costs to watch the end of a child: two scenarios of the same processes, each measuring a
// figure, of which one speaks of the child's end. A part of run_bench.
#include "harness/run/rounds_bench.h"
#include "harness/testing/figures.h"
#include "harness/testing/planned.h"

#include <benchmark/benchmark.h>

#include <string>
#include <string_view>

namespace procession::run {
namespace {

constexpr std::uint32_t kRuns = 1000;

testing::Planned one_child(std::string_view until) {
  return testing::planned(R"(
processes:
  main:
    - start: child
    - join: child
  child: []
figures:
  life: {from: child.begin, to: )" +
                          std::string(until) + "}\n");
}

void watched_run(benchmark::State& state) {
  const testing::Planned not_watched = one_child("main.join(child)");
  const testing::Planned watched = one_child("child.end");
  for ([[maybe_unused]] auto _ : state) {
    Side without{.scenario = not_watched, .runs = kRuns};
    Side with{.scenario = watched, .runs = kRuns};
    play_in_turn({&without, &with}, {});
    testing::report_figure(state, testing::ratios(with.times, without.times), testing::Aim::AtMost,
                           1.5, "of the same run with nobody watched");
    state.counters["unwatched_us"] = testing::median(without.times) / 1e3 / kRuns;
    state.counters["watched_us"] = testing::median(with.times) / 1e3 / kRuns;
  }
}
BENCHMARK(watched_run)->Iterations(1);

}  // namespace
}  // namespace procession::run
