// SPDX-License-Identifier: MIT
// What recording costs: a step's two stamps and its line, beside the two bare readings of the clock
// that no recorder can do without.
#include "harness/os/shared_region.h"
#include "harness/plan/plan_builder.h"
#include "harness/player/recorder.h"
#include "harness/player/self.h"

#include <benchmark/benchmark.h>

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

BENCHMARK_F(Recording, StampPair)(benchmark::State& state) {
  while (state.KeepRunningBatch(kLines)) {
    begin_again();
    for (int k = 0; k < kLines; ++k) {
      close_line(open_line(0), 0, 0);
    }
  }
}

void two_clock_readings(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(base::now());
    benchmark::DoNotOptimize(base::now());
  }
}
BENCHMARK(two_clock_readings);

}  // namespace
}  // namespace procession::player

BENCHMARK_MAIN();
