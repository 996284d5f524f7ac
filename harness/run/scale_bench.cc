// SPDX-License-Identifier: MIT
// Many processes at once: how long a scenario of 5,000 takes that all live at the same time, from
// its text to its verdicts, and how much memory each of them needs.

#include "harness/base/check.h"
#include "harness/run/opponent_bench.h"
#include "harness/run/rounds_bench.h"
#include "harness/testing/figures.h"

#include <benchmark/benchmark.h>

#include <fstream>
#include <string>

namespace procession::run {
namespace {

using testing::Aim;

constexpr std::size_t kProcesses = 5000;

// A worker ends by the signal alone, and the first of these is sent when the last worker has been
// started: so all live at once. Main pauses for `pause` while they do.
std::string all_alive(const std::string& pause) {
  return R"(
timeout: 60s
processes:
  main:
    - start: worker
    - sleep: )" +
         pause + R"(
    - terminate: worker
    - join: worker
  worker:
    count: 5000
    steps:
      - sleep: forever
expect:
  exit: {worker: SIGTERM}
  order:
    - main.start(worker) < main.terminate(worker) < main.join(worker)
)";
}

void five_thousand_alive(benchmark::State& state) {
  for ([[maybe_unused]] auto _ : state) {
    std::vector<double> seconds;
    for (int round = 0; round < 5; ++round) {
      const base::Instant began = base::now();
      const testing::Planned scenario = testing::planned(all_alive("0ms"));
      Side side{.scenario = scenario};
      play_in_turn({&side}, {.rounds = 1});
      seconds.push_back(static_cast<double>((base::now() - began).count()) / 1e9);
    }
    report_figure(state, seconds, Aim::AtMost, 2, "s, from text to verdicts");
  }
}
BENCHMARK(five_thousand_alive)->Iterations(1);

double page_tables_kib(int process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmPTE:")) {
      return std::stod(line.substr(6));
    }
  }
  return 0;
}

// Its share of all pages that it has, the arena's and the program's among them, and its page
// tables.
double memory_kib(int process) { return size_of(process).share_kib + page_tables_kib(process); }

void memory_of_each(benchmark::State& state) {
  const testing::Planned scenario = testing::planned(all_alive("2s"));
  for ([[maybe_unused]] auto _ : state) {
    std::vector<double> memory;
    std::vector<double> page_tables;
    std::vector<double> anonymous;
    Side side{.scenario = scenario};
    side.tick = [&] {
      if (!memory.empty()) {
        return;
      }
      const Family family = family_of_zygote(100);
      if (family.size > kProcesses) {  // main is one of them
        for (const int process : family.sample) {
          memory.push_back(memory_kib(process));
          page_tables.push_back(page_tables_kib(process));
          anonymous.push_back(size_of(process).anonymous_kib);
        }
      }
    };
    play_in_turn({&side}, {.rounds = 1});
    if (memory.empty()) {
      state.SkipWithError("all were never seen alive at once");
      return;
    }
    report_figure(state, memory, Aim::AtMost, 100, "KiB: PSS and page tables of each");
    state.counters["page_tables_KiB"] = testing::median(page_tables);
    state.counters["anonymous_KiB"] = testing::median(anonymous);
  }
}
BENCHMARK(memory_of_each)->Iterations(1);

}  // namespace
}  // namespace procession::run
