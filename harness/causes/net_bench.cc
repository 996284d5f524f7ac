// SPDX-License-Identifier: MIT
// What the cause net costs: making it from a plan of about 100,000 events and asking one order of
// it
// (`net_and_order`), and asking alone (`order`). `events` is the size of the net.
#include "harness/base/check.h"
#include "harness/causes/guarantee.h"
#include "harness/causes/net_of.h"
#include "harness/testing/large_scenario.h"
#include "harness/testing/planned.h"

#include <benchmark/benchmark.h>

#include <string>
#include <string_view>

namespace procession::causes {
namespace {

struct Shape {
  std::string name;
  std::string text;
  std::string_view left;
  std::string_view right;  // guaranteed to come after it
};

EventId id_of(const testing::Planned& planned, const PlanNet& net, std::string_view written) {
  const auto found = plan::EventFinder(planned.plan()).find(*scenario::read_event(written));
  return net.id_of(found.value().front().event);
}

void net_and_order(benchmark::State& state, const Shape& shape) {
  const testing::Planned planned = testing::planned(shape.text);
  for (auto _ : state) {
    const PlanNet net = net_of(planned.plan());
    const EventId left = id_of(planned, net, shape.left);
    const auto warrant = guaranteed(net.net, {&left, 1}, id_of(planned, net, shape.right));
    base::check(warrant.has_value(), "the order is guaranteed");
    state.counters["events"] = net.net.event_count();
  }
}

void order(benchmark::State& state, const Shape& shape) {
  const testing::Planned planned = testing::planned(shape.text);
  const PlanNet net = net_of(planned.plan());
  const EventId left = id_of(planned, net, shape.left);
  const EventId right = id_of(planned, net, shape.right);
  for (auto _ : state) {
    benchmark::DoNotOptimize(guaranteed(net.net, {&left, 1}, right));
  }
  state.counters["events"] = net.net.event_count();
}

// Each of about 100,000 events.
std::vector<Shape> shapes() {
  return {
      {"workers", testing::counted_workers(1000, 21), "main.mark(go)", "worker[7].mark(step)[3]"},
      {"clients", testing::clients_of_a_server(1000, 11), "server.ready", "client[7].request[3]"},
      {"barrier", testing::barrier_rounds(1000, 20), "party[3].begin", "party[7].print"},
      {"handlers", testing::terminated_handlers(3500), "worker[7].mark(up)",
       "main.terminate(worker[9])"},
      {"pipe", testing::one_pipe(50, 9000), "main.pipe(tasks)", "worker[7].receive(tasks)[3]"},
  };
}

}  // namespace
}  // namespace procession::causes

int main(int argc, char** argv) {
  for (const auto& shape : procession::causes::shapes()) {
    benchmark::RegisterBenchmark(("net_and_order/" + shape.name).c_str(),
                                 [shape](benchmark::State& state) { net_and_order(state, shape); })
        ->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark(("order/" + shape.name).c_str(), [shape](benchmark::State& state) {
      order(state, shape);
    })->Unit(benchmark::kMillisecond);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
