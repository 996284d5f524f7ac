// SPDX-License-Identifier: MIT
// What recording costs: a step's two stamps and its line, beside the bare reading of the clock that
// no recorder can do without.
#include "harness/os/shared_region.h"
#include "harness/plan/plan_builder.h"
#include "harness/player/recorder.h"
#include "harness/player/self.h"
#include "harness/testing/figures.h"

#include <benchmark/benchmark.h>

#include <vector>

namespace procession::player {
namespace {

// An arena with room for a long log, and this process in it.
class Recording : public benchmark::Fixture {
 public:
  void SetUp(const benchmark::State&) override {
    plan::PlanBuilder builder;
    builder.instances.emplace_back();
    plan_ = builder.build();
    trace::Arena::Sizes sizes;
    sizes.runs = sizes.slots = sizes.words = 1;
    sizes.chunks = kChunks;
    sizes.text = sizes.plan = 1 << 20;
    memory_ =
        std::move(*os::SharedRegion::create("recorder_bench", trace::Arena::bytes_needed(sizes)));
    const trace::Arena arena = trace::Arena::lay_out(memory_.bytes(), sizes, 1);
    arena.header().slots_per_run = 1;
    become({arena, plan_.view(), 0, 0});
  }

 protected:
  // As a new run does: the log begins again, in pages that have been touched.
  static void begin_again() {
    self().slot().lines = 0;
    self().slot().first_chunk = 0;
    self().arena.header().next_chunk = 1;
    self().slot().bookmark = 0;
  }
  static constexpr std::uint32_t kChunks = 4096;
  static constexpr int kLines = 10'000;

 private:
  plan::OwnedPlan plan_;
  os::SharedRegion memory_;
};

double ns_since(base::Instant start) { return static_cast<double>((base::now() - start).count()); }

// Half of a step's line, which holds two stamps.
BENCHMARK_DEFINE_F(Recording, Stamp)(benchmark::State& state) {
  std::vector<double> stamps;
  std::vector<double> readings;
  for (auto _ : state) {
    begin_again();
    const base::Instant start = base::now();
    for (int k = 0; k < kLines; ++k) {
      close_line(open_line(0), 0, 0);
    }
    stamps.push_back(ns_since(start) / 2 / kLines);
    const base::Instant bare = base::now();
    for (int k = 0; k < kLines; ++k) {
      benchmark::DoNotOptimize(base::now());
    }
    readings.push_back(ns_since(bare) / kLines);
  }
  testing::report_figure(state, stamps, testing::Aim::AtMost, 40, "ns a stamp");
  state.counters["clock_reading_ns"] = testing::median(readings);
}
BENCHMARK_REGISTER_F(Recording, Stamp)->Iterations(101);

}  // namespace
}  // namespace procession::player

BENCHMARK_MAIN();
