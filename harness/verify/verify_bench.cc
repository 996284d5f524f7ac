// SPDX-License-Identifier: MIT
// What the pure steps cost: a file of 1,000 processes read, planned and reviewed
// (`read_plan_review`); a Record of a million events read from the arena and judged
// (`read_record_judge`), with the net already there, as from the second batch on; and the same with
// the net made first (`net_read_record_judge`).
#include "harness/base/check.h"
#include "harness/causes/guarantee.h"
#include "harness/causes/net_of.h"
#include "harness/plan/make_plan.h"
#include "harness/scenario/reader.h"
#include "harness/testing/large_scenario.h"
#include "harness/testing/planned.h"
#include "harness/trace/read_record.h"
#include "harness/verify/judge.h"
#include "harness/verify/review.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>

namespace procession::verify {
namespace {

void read_plan_review(benchmark::State& state, const std::string& text) {
  const std::string file = "scenario: test\n" + text;
  for (auto _ : state) {
    const scenario::Reading reading = scenario::read_text(file, "test.yaml");
    base::check(reading.diagnostics.empty(), "the file can be read");
    const plan::Planning planning = plan::make_plan(reading.scenarios.front());
    base::check(planning.diagnostics.empty(), "the file can be planned");
    base::check(review(reading.scenarios.front(), planning.plan.view()).empty(), "all is well");
  }
  state.counters["bytes"] = static_cast<double>(file.size());
}

void read_only(benchmark::State& state, const std::string& text) {
  const std::string file = "scenario: test\n" + text;
  for (auto _ : state) {
    benchmark::DoNotOptimize(scenario::read_text(file, "test.yaml"));
  }
}

// One run of a plan without early ends, as its players would have recorded it: everything happens
// in the order in which the net makes it possible, a tick each.
class PlayedArena {
 public:
  explicit PlayedArena(const plan::Plan& plan)
      : plan_(plan), net_(causes::net_of(plan)), can_(causes::possible(net_.net)) {
    trace::Arena::Sizes sizes;
    sizes.runs = sizes.words = 1;
    sizes.slots = static_cast<std::uint32_t>(plan.instances().size());
    sizes.chunks = 2 + static_cast<std::uint32_t>(plan.steps().size() / trace::Chunk::kLines +
                                                  plan.instances().size());
    sizes.text = sizes.plan = 4096;
    const std::uint64_t size = trace::Arena::bytes_needed(sizes);
    memory_.reset(static_cast<std::byte*>(std::calloc(size / 4096, 4096)));
    arena_ = trace::Arena::lay_out(memory_.get(), sizes, 1);
    arena_.header().slots_per_run = sizes.slots;
    arena_.run(0).started = 1;
    for (plan::InstanceId id = 0; id < plan.instances().size(); ++id) {
      play(id);
    }
    arena_.run(0).ended = at(net_.end(0)) + 1;
    for (plan::InstanceId id = 0; id < plan.instances().size(); ++id) {
      key_.starters.push_back(plan.instance(id).starter);
    }
    key_.text_steps.resize(plan.steps().size(), false);
  }

  [[nodiscard]] trace::Record read() const { return trace::read_record(arena_, 0, 0, key_); }

 private:
  struct Free {
    void operator()(std::byte* bytes) const { std::free(bytes); }
  };

  [[nodiscard]] std::int64_t at(causes::EventId event) const { return 2 + can_.place(event); }

  void play(plan::InstanceId id) {
    trace::Slot& slot = arena_.slot_of(0, id);
    slot.state = trace::Slot::Reaped;
    slot.begin = at(net_.begin(id));
    slot.dead_seen = at(net_.end(id));
    slot.reaper = id == 0 ? trace::Slot::kByZygote : 0;
    trace::Chunk* chunk = nullptr;
    for (const plan::StepId step : plan::steps_of(plan_, id)) {
      if (slot.lines % trace::Chunk::kLines == 0) {
        (chunk == nullptr ? slot.first_chunk : chunk->next) = next_chunk_;
        chunk = &arena_.chunk(next_chunk_++);
      }
      trace::Line& line = chunk->lines[slot.lines++ % trace::Chunk::kLines];
      const bool returns = can_[net_.returned(step)];
      line.state = returns ? trace::Line::Done : trace::Line::Open;
      line.step = step;
      line.call = at(net_.call(step));
      line.ret = returns ? at(net_.returned(step)) : 0;
      line.cause_slot = trace::kNoSlot;
    }
  }

  const plan::Plan plan_;
  const causes::PlanNet net_;
  const causes::Possible can_;
  std::unique_ptr<std::byte, Free> memory_;
  trace::Arena arena_;
  std::uint32_t next_chunk_ = 1;
  trace::ReadingKey key_;
};

// Of 1,000,000 events and a few: the steps of a thousand workers.
const testing::Planned& a_million_steps() {
  static const testing::Planned planned = testing::planned(testing::counted_workers(1000, 998));
  return planned;
}

void judge_one(Judge& judge, const PlayedArena& played, benchmark::State& state) {
  const trace::Record record = played.read();
  judge.add(record);
  for (const Verdict& verdict : judge.judgement().verdicts) {
    base::check(verdict.kind == scenario::VerdictKind::Held, verdict.message.c_str());
  }
  std::size_t events = 0;
  for (const trace::Process& process : record.processes) {
    events += process.events.size();
  }
  state.counters["events"] = static_cast<double>(events);
}

void read_record_judge(benchmark::State& state) {
  const testing::Planned& planned = a_million_steps();
  const PlayedArena played(planned.plan());
  for (auto _ : state) {
    state.PauseTiming();
    Judge judge(planned.scenario, planned.plan());
    state.ResumeTiming();
    judge_one(judge, played, state);
  }
}

void net_read_record_judge(benchmark::State& state) {
  const testing::Planned& planned = a_million_steps();
  const PlayedArena played(planned.plan());
  for (auto _ : state) {
    Judge judge(planned.scenario, planned.plan());
    judge_one(judge, played, state);
  }
}

void read_record_alone(benchmark::State& state) {
  const PlayedArena played(a_million_steps().plan());
  for (auto _ : state) {
    benchmark::DoNotOptimize(played.read());
  }
}

BENCHMARK_CAPTURE(read_plan_review, named, testing::named_workers(1000))
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_plan_review, counted, testing::counted_workers(1000, 5))
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_only, named, testing::named_workers(1000))->Unit(benchmark::kMillisecond);
BENCHMARK(read_record_alone)->Unit(benchmark::kMillisecond);
BENCHMARK(read_record_judge)->Unit(benchmark::kMillisecond);
BENCHMARK(net_read_record_judge)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace procession::verify

BENCHMARK_MAIN();
