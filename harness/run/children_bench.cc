// SPDX-License-Identifier: MIT
// What steps on children cost inside a run, by the stamps of their lines: starting and joining, and
// ending by SIGTERM. Against the same written by hand in a main of an equally small program
// (testing/raw_forks.cc). And what a start costs that does not copy its starter, when that is small
// and when it is large.

#include "harness/base/check.h"
#include "harness/run/opponent_bench.h"
#include "harness/run/rounds_bench.h"
#include "harness/scenario/verb.h"
#include "harness/testing/figures.h"

#include <benchmark/benchmark.h>

#include <string>

namespace procession::run {
namespace {

using scenario::Verb;
using testing::Aim;
using testing::RawRequest;
using trace::Event;
using trace::Record;

constexpr std::uint32_t kChildren = 50;
constexpr plan::InstanceId kMain = 0;

// The events of main's steps of one verb on one process each, in order.
std::vector<const Event*> events_of(const Record& record, const plan::Plan& plan, Verb verb) {
  std::vector<const Event*> found;
  for (const Event& event : record.processes[kMain].events) {
    const bool is_it = event.kind == trace::Line::Step && plan.step(event.step).verb == verb;
    if (is_it && plan.step(event.step).target != plan::kNone) {
      found.push_back(&event);
    }
  }
  return found;
}

double ns_between(base::Instant from, base::Instant to) {
  return static_cast<double>((to - from).count());
}

// `measure`: how long the steps took in a run; by hand `what` takes as long.
void compare_with_hand(benchmark::State& state, const testing::Planned& scenario,
                       double (*measure)(const Record&, const plan::Plan&), RawRequest::What what,
                       const std::string& label) {
  const Opponent raw = Opponent::raw_forks();
  for ([[maybe_unused]] auto _ : state) {
    std::vector<double> by_hand;
    std::vector<double> played;
    Side side{.scenario = scenario};
    side.look = [&](const Record& record) { played.push_back(measure(record, scenario.plan())); };
    RoundsOptions options;
    options.rounds = 101;
    options.before = [&] { by_hand.push_back(raw.play_ns(what, kChildren)); };
    play_in_turn({&side}, options);
    report_figure(state, testing::ratios(played, by_hand), Aim::AtMost, 1.1, label);
    state.counters["raw_us"] = testing::median(by_hand) / 1e3 / kChildren;
    state.counters["step_us"] = testing::median(played) / 1e3 / kChildren;
  }
}

// From the first start to the last join.
double start_to_join(const Record& record, const plan::Plan& plan) {
  const auto starts = events_of(record, plan, Verb::Start);
  const auto joins = events_of(record, plan, Verb::Join);
  base::check(joins.size() == kChildren, "all children are joined");
  return ns_between(starts.front()->call, *joins.back()->returned);
}

void start_and_join(benchmark::State& state) {
  const testing::Planned scenario = testing::planned(R"(
processes:
  main:
    - repeat: 50
      index: i
      steps:
        - start: "child[i]"
        - join: "child[i]"
  child:
    count: 50
    steps: []
)");
  compare_with_hand(state, scenario, start_to_join, RawRequest::SerialChildren,
                    "of fork and waitid by hand");
}
BENCHMARK(start_and_join)->Iterations(1);

// The sum over the children of what it took from the signal to the join.
double signals_to_joins(const Record& record, const plan::Plan& plan) {
  const auto signals = events_of(record, plan, Verb::Terminate);
  const auto joins = events_of(record, plan, Verb::Join);
  base::check(joins.size() == kChildren && signals.size() == kChildren, "all were ended");
  double sum = 0;
  for (std::size_t i = 0; i < joins.size(); ++i) {
    sum += ns_between(signals[i]->call, *joins[i]->returned);
  }
  return sum;
}

void terminate_until_reaped(benchmark::State& state) {
  const testing::Planned scenario = testing::planned(R"(
processes:
  main:
    - repeat: 50
      index: i
      steps:
        - start: "child[i]"
        - await: "child[i].alive"
        - terminate: "child[i]"
        - join: "child[i]"
  child:
    count: 50
    steps:
      - mark: alive
      - sleep: forever
expect:
  exit: {child: SIGTERM}
)");
  compare_with_hand(state, scenario, signals_to_joins, RawRequest::Terminations,
                    "of kill and waitid by hand");
}
BENCHMARK(terminate_until_reaped)->Iterations(1);

constexpr int kStarts = 20;  // by a main

std::string starts_by(const std::string& method, const std::string& size) {
  return R"(
processes:
  main:
    - allocate: )" +
         size + R"(
    - {start: first}
    - {join: first}
    - repeat: 20
      index: i
      steps:
        - start: "child[i]"
        - join: "child[i]"
  first:
    start_method: )" +
         method + R"(
    steps: []
  child:
    count: 20
    start_method: )" +
         method + R"(
    steps: []
)";
}

// From the start's call to the child's first stamp; without the first start, which makes the
// forkserver.
double start_cost(const Record& record, const plan::Plan& plan) {
  std::vector<double> costs;
  for (const Event* const start : events_of(record, plan, Verb::Start)) {
    costs.push_back(ns_between(start->call, record.processes[plan.step(start->step).target].begin));
  }
  costs.erase(costs.begin());
  base::check(costs.size() == kStarts, "all children are started");
  return testing::median(costs);
}

void start_from_a_large_process(benchmark::State& state, const char* method) {
  const testing::Planned small = testing::planned(starts_by(method, "1MiB"));
  const testing::Planned large = testing::planned(starts_by(method, "1GiB"));
  for ([[maybe_unused]] auto _ : state) {
    std::vector<double> from_small;
    std::vector<double> from_large;
    Side small_side{.scenario = small};
    small_side.look = [&](const Record& record) {
      from_small.push_back(start_cost(record, small.plan()));
    };
    Side large_side{.scenario = large};
    large_side.look = [&](const Record& record) {
      from_large.push_back(start_cost(record, large.plan()));
    };
    play_in_turn({&small_side, &large_side}, {});
    report_figure(state, testing::ratios(from_large, from_small), Aim::AtMost, 1.2,
                  "start by a 1 GiB process of start by a 1 MiB one");
    state.counters["small_us"] = testing::median(from_small) / 1e3;
    state.counters["large_us"] = testing::median(from_large) / 1e3;
  }
}
BENCHMARK_CAPTURE(start_from_a_large_process, vfork, "vfork")->Iterations(1);
BENCHMARK_CAPTURE(start_from_a_large_process, spawn, "spawn")->Iterations(1);
BENCHMARK_CAPTURE(start_from_a_large_process, forkserver, "forkserver")->Iterations(1);

}  // namespace
}  // namespace procession::run
