// SPDX-License-Identifier: MIT
// What loads and servers cost: `load`, which stamps, verifies and counts, against a client written
// by hand; every handler of `serve` against a server written by hand; both against what others have
// written. The two sides take turns, each has the same place, and each speaks to the same kind of
// server or client. And what is held against a bound alone: how late an open loop sends, a thousand
// clients of a thousand handlers, ten thousand connections.

#include "harness/base/check.h"
#include "harness/measure/counted.h"
#include "harness/measure/statistics.h"
#include "harness/os/machine.h"
#include "harness/run/bare_bench.h"
#include "harness/run/opponent_bench.h"
#include "harness/run/rounds_bench.h"
#include "harness/testing/figures.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace procession::run {
namespace {

using testing::Aim;
using trace::Record;

constexpr int kBytes = 64;        // of a request
constexpr int kMeasuredMs = 400;  // in a round
constexpr const char* kBare = PROCESSION_BINARY_DIR "/bin/bare_echo";

// ---- scenarios

// One server and one client; main starts the client when the server is ready, and ends the server
// after it, unless that returns by itself. `placed`: each has a CPU of its own.
std::string scenario_of(const std::string& server, const std::string& client, bool ends_itself,
                        bool placed = true) {
  return fmt::format(R"(
timeout: 60s
processes:
  main:
    - start: server
    - await: server.ready
    - start: client
    - join: client
{}    - join: server
  server:
    {}
{}
  client:
    {}
{}
)",
                     ends_itself ? "" : "    - terminate: server\n",
                     placed ? cpus_key(Place::Server) : "", server,
                     placed ? cpus_key(Place::Client) : "", client) +
         (ends_itself ? "" : "expect:\n  exit: {server: [0, SIGTERM]}\n");
}

std::string bare_server(const std::string& kind) {
  return fmt::format("    exec: ['{}', serve, {}, \"${{port}}\", '8']\n    ready: port", kBare,
                     kind);
}

std::string own_server(const std::string& handler, const std::string& service = "echo") {
  const std::string workers = handler == "prefork" ? ", workers: 8" : "";
  return fmt::format("    steps:\n      - {{serve: {}, handler: {}{}, until: client.end}}", service,
                     handler, workers);
}

std::string load_step(const std::string& options) {
  return fmt::format("    steps:\n      - {{load: server, size: {}B, {}}}", kBytes, options);
}

std::string closed_load(int connections) {
  return load_step(fmt::format("connections: {}, warmup: {}ms, for: {}ms, timeout: 10s",
                               connections, kMeasuredMs / 5, kMeasuredMs));
}

// ---- what a Record tells of its loads

const trace::LoadPhase& measured(const trace::Load& load) {
  return load.phases[static_cast<std::size_t>(trace::Phase::Measure)];
}

// Requests a second, of all loads together.
double rate_of(const Record& record) {
  double rate = 0;
  for (const trace::Load& load : record.loads) {
    const trace::PhaseCounts& counts = measured(load).counts;
    base::check(counts.end > counts.begin && counts.ended > 0, "the load was measured");
    rate +=
        static_cast<double>(counts.ended) * 1e9 / static_cast<double>(counts.end - counts.begin);
  }
  return rate;
}

double percentile_of(const Record& record, trace::Series series, double fraction) {
  const auto all = std::make_unique<measure::Histogram>();
  for (const trace::Load& load : record.loads) {
    for (const auto& [cell, count] :
         measured(load).series[static_cast<std::size_t>(series)].cells) {
      all->record(measure::Histogram::lowest_of(cell), count);
    }
  }
  return measure::percentile(measure::Counted(*all), fraction);
}

using RateOf = double (*)(const Record&);

// Both scenarios in turn; ours over the other's.
void compare_rates(benchmark::State& state, const std::string& ours, const std::string& other,
                   double at_least, const std::string& what, RateOf rate_of_other = rate_of) {
  const testing::Planned our_scenario = testing::planned(ours);
  const testing::Planned other_scenario = testing::planned(other);
  for ([[maybe_unused]] auto _ : state) {
    std::vector<double> our_rates;
    std::vector<double> other_rates;
    Side one{.scenario = our_scenario};
    one.look = [&](const Record& record) { our_rates.push_back(rate_of(record)); };
    Side two{.scenario = other_scenario};
    two.look = [&](const Record& record) { other_rates.push_back(rate_of_other(record)); };
    play_in_turn({&one, &two}, {.rounds = 21});
    report_figure(state, testing::ratios(our_rates, other_rates), Aim::AtLeast, at_least, what);
    state.counters["rate"] = testing::median(our_rates);
    state.counters["other_rate"] = testing::median(other_rates);
  }
}

// ---- the client

void load_client(benchmark::State& state) {
  const int connections = static_cast<int>(state.range(0));
  const testing::Planned scenario =
      testing::planned(scenario_of(bare_server("epoll"), closed_load(connections), false));
  for ([[maybe_unused]] auto _ : state) {
    std::vector<double> by_hand;
    std::vector<double> played;
    Side side{.scenario = scenario};
    side.look = [&](const Record& record) { played.push_back(rate_of(record)); };
    RoundsOptions options;
    options.rounds = 21;
    options.before = [&] {
      Bare server = Bare::echo({"serve", "epoll", "0"}, Place::Server);
      Bare client = Bare::echo({"load", server.line(), std::to_string(connections),
                                std::to_string(kBytes), std::to_string(kMeasuredMs)},
                               Place::Client);
      by_hand.push_back(rate_in(client.line()));
    };
    play_in_turn({&side}, options);
    report_figure(state, testing::ratios(played, by_hand), Aim::AtLeast, 0.95,
                  "of the rate of an epoll client by hand");
    state.counters["rate"] = testing::median(played);
    state.counters["bare_rate"] = testing::median(by_hand);
  }
}
BENCHMARK(load_client)->Arg(10)->Arg(100)->Arg(1000)->Iterations(1);

// ---- one client's round trip

// "sockperf: ---> percentile 50.000 =   13.479", in µs.
double median_in(const std::string& output) {
  const std::string key = "percentile 50.000 =";
  const std::size_t at = output.find(key);
  base::check(at != std::string::npos, "sockperf tells the median");
  return std::stod(output.substr(at + key.size())) * 1e3;
}

void round_trip(benchmark::State& state) {
  const std::string sockperf = os::find_program("sockperf");
  if (sockperf.empty()) {
    state.SkipWithError("sockperf is not installed");
    return;
  }
  const testing::Planned scenario =
      testing::planned(scenario_of(own_server("epoll"), closed_load(1), true));
  for ([[maybe_unused]] auto _ : state) {
    std::vector<double> theirs;
    std::vector<double> ours;
    Side side{.scenario = scenario};
    side.look = [&](const Record& record) {
      ours.push_back(percentile_of(record, trace::Series::Service, 0.5));
    };
    RoundsOptions options;
    options.rounds = 11;
    const auto command = [&](const char* role) {
      return std::vector<std::string>{sockperf, role, "--tcp", "-i", "127.0.0.1", "-p", "23461"};
    };
    options.before = [&] {
      Bare server(command("server"), Place::Server);
      std::vector<std::string> client = command("ping-pong");
      client.insert(client.end(), {"--full-rtt", "-m", std::to_string(kBytes), "-t", "1"});
      theirs.push_back(median_in(Bare(client, Place::Client).all()));
    };
    play_in_turn({&side}, options);
    report_figure(state, testing::ratios(ours, theirs), Aim::AtMost, 1.05,
                  "of sockperf ping-pong's median round trip");
    state.counters["us"] = testing::median(ours) / 1e3;
    state.counters["sockperf_us"] = testing::median(theirs) / 1e3;
  }
}
BENCHMARK(round_trip)->Iterations(1);

// ---- another load generator

std::string nginx_server() {
  return fmt::format(R"(    exec:
      - sh
      - -c
      - 'sed "s/PORT/$1/" "$2" > nginx.conf && exec nginx -e stderr -p "$PWD/" -c nginx.conf'
      - sh
      - ${{port}}
      - {}/scenarios/peers/nginx.conf
    ready: port)",
                     PROCESSION_SOURCE_DIR);
}

// "Requests/sec:  41234.56" is a line of what it prints.
double rate_of_wrk(const Record& record) {
  constexpr std::string_view kKey = "Requests/sec:";
  for (const trace::Process& process : record.processes) {
    for (const trace::Event& event : process.events) {
      if (event.text.starts_with(kKey)) {
        return std::stod(event.text.substr(kKey.size()));
      }
    }
  }
  base::check(false, "wrk tells its rate");
  return 0;
}

void http_over_wrk(benchmark::State& state) {
  if (os::find_program("wrk").empty() || os::find_program("nginx").empty()) {
    state.SkipWithError("wrk or nginx is not installed");
    return;
  }
  compare_rates(
      state,
      scenario_of(nginx_server(),
                  "    steps:\n      - {load: server, protocol: http, connections: 8, for: 1s}",
                  false),
      scenario_of(nginx_server(),
                  "    exec: [wrk, --threads, '1', --connections, '8', --duration, 1s, "
                  "'http://127.0.0.1:${server.port}/']",
                  false),
      0.9, "of the rate that wrk reaches with nginx", rate_of_wrk);
}
BENCHMARK(http_over_wrk)->Iterations(1);

// ---- servers

void handler(benchmark::State& state, const char* kind, int connections) {
  if (std::string(kind) == "io_uring" && !os::has_feature("io_uring")) {
    state.SkipWithError("io_uring cannot be used here");
    return;
  }
  compare_rates(state, scenario_of(own_server(kind), closed_load(connections), true),
                scenario_of(bare_server(kind), closed_load(connections), false), 0.95,
                "of the rate of such a server by hand");
}
BENCHMARK_CAPTURE(handler, process, "process", 10)->Iterations(1);
BENCHMARK_CAPTURE(handler, prefork, "prefork", 10)->Iterations(1);
BENCHMARK_CAPTURE(handler, thread, "thread", 10)->Iterations(1);
BENCHMARK_CAPTURE(handler, epoll, "epoll", 100)->Iterations(1);
BENCHMARK_CAPTURE(handler, io_uring, "io_uring", 100)->Iterations(1);

// A connection for each request: what is measured is accepting and forking.
std::string churn(const std::string& more = "") {
  return load_step("connections: 4, requests: 1000, reconnect_every: 1, timeout: 10s" + more);
}

void accept_rate_over_bare(benchmark::State& state) {
  compare_rates(state, scenario_of(own_server("process"), churn(), true),
                scenario_of(bare_server("process"), churn(), false), 0.9,
                "of the accept rate of a forking server by hand");
}
BENCHMARK(accept_rate_over_bare)->Iterations(1);

void accept_rate_over_python(benchmark::State& state) {
  const std::string python = fmt::format(
      "    exec: [python3, '{}/scenarios/peers/chat_server.py', \"${{port}}\"]\n    ready: port",
      PROCESSION_SOURCE_DIR);
  if (os::find_program("python3").empty()) {
    state.SkipWithError("python3 is not installed");
    return;
  }
  compare_rates(state, scenario_of(own_server("process", "upper"), churn(), true),
                scenario_of(python, churn(", reply: upper"), false), 6,
                "of the accept rate of the tutorial's server in Python");
}
BENCHMARK(accept_rate_over_python)->Iterations(1);

// ---- an open loop

// An open loop spins before a request is due if it may use more CPUs than there are clients: so it
// is not kept to one.
void sending_error(benchmark::State& state) {
  const testing::Planned scenario = testing::planned(scenario_of(
      bare_server("epoll"),
      load_step(fmt::format("connections: 100, loop: open, rate: {}/s, warmup: 200ms, for: 1s",
                            state.range(0))),
      false, /*placed=*/false));
  for ([[maybe_unused]] auto _ : state) {
    std::vector<double> errors;
    std::vector<double> rates;
    Side side{.scenario = scenario};
    side.look = [&](const Record& record) {
      errors.push_back(percentile_of(record, trace::Series::Lag, 0.99) / 1e3);
      rates.push_back(rate_of(record));
    };
    play_in_turn({&side}, {.rounds = 15});
    report_figure(state, errors, Aim::AtMost, 35,
                  "µs: 99th percentile of how late a request is sent");
    state.counters["rate"] = testing::median(rates);
  }
}
BENCHMARK(sending_error)->Arg(1000)->Arg(10'000)->Arg(50'000)->Iterations(1);

// ---- many

// From when the first client in fact began to when the others did, in ms for each 100 clients.
double skew_of(const Record& record) {
  std::vector<std::int64_t> begins;
  for (const trace::Process& process : record.processes) {
    for (const trace::Event& event : process.events) {
      if (event.kind == trace::Line::Phase &&
          event.answer == static_cast<std::int64_t>(trace::Phase::Measure)) {
        begins.push_back(event.call.ns);
      }
    }
  }
  base::check(begins.size() == record.loads.size(), "all clients have begun");
  std::sort(begins.begin(), begins.end());
  const std::size_t rank = begins.size() * 99 / 100;
  return static_cast<double>(begins[rank] - begins.front()) / 1e6 /
         (static_cast<double>(begins.size()) / 100);
}

void thousand_by_thousand(benchmark::State& state) {
  const testing::Planned scenario = testing::planned(R"(
timeout: 120s
processes:
  main:
    - start: server
    - await: server.ready
    - start: client
    - join: client
    - join: server
  server:
    - {serve: echo, handler: process, until: client.end}
  client:
    count: 1000
    steps:
      - {load: server, requests: 20, timeout: 60s}
expect:
  count: {talker.begin: 1000, talker.end: 1000}
  exit: {client: 0}
)");
  for ([[maybe_unused]] auto _ : state) {
    std::vector<double> skews;
    std::vector<double> seconds;
    Side side{.scenario = scenario};
    side.look = [&](const Record& record) {
      skews.push_back(skew_of(record));
      seconds.push_back(static_cast<double>((*record.ended - record.started).count()) / 1e9);
    };
    play_in_turn({&side}, {.rounds = 5});
    report_figure(state, skews, Aim::AtMost, 10,
                  "ms: 99th percentile of the start skew, for each 100 clients");
    state.counters["seconds"] = testing::median(seconds);
  }
}
BENCHMARK(thousand_by_thousand)->Iterations(1);

// Of the kernel: sockets are no process's memory. Whatever else happens on this machine is in it,
// too.
double kernel_kib() {
  std::ifstream file("/proc/meminfo");
  double sum = 0;
  for (std::string line; std::getline(file, line);) {
    for (const std::string_view key : {"Slab:", "PageTables:", "KernelStack:"}) {
      sum += line.starts_with(key) ? std::stod(line.substr(key.size())) : 0;
    }
  }
  return sum;
}

// Of all processes of the run together.
double share_of_family_kib() {
  double sum = 0;
  for (const int process : family_of_zygote(1000).sample) {
    sum += size_of(process).share_kib;
  }
  return sum;
}

void ten_thousand_connections(benchmark::State& state) {
  const testing::Planned scenario = testing::planned(
      scenario_of(own_server("epoll"),
                  load_step("connections: 10000, warmup: 1s, for: 3s, timeout: 20s"), true));
  for ([[maybe_unused]] auto _ : state) {
    std::vector<double> memory;
    std::vector<double> rates;
    Side side{.scenario = scenario};
    double before = 0;
    double most = 0;
    side.tick = [&] {
      most = std::max(most, share_of_family_kib() + std::max(kernel_kib() - before, 0.0));
    };
    side.look = [&](const Record& record) {
      memory.push_back(std::exchange(most, 0) / 1024);
      rates.push_back(rate_of(record));
      base::check(record.loads.at(0).connections == 10'000, "all connections were there");
    };
    RoundsOptions options;
    options.rounds = 5;
    options.before = [&] { before = kernel_kib(); };
    play_in_turn({&side}, options);
    report_figure(state, memory, Aim::AtMost, 200, "MiB: PSS, and what the kernel grew by");
    state.counters["rate"] = testing::median(rates);
  }
}
BENCHMARK(ten_thousand_connections)->Iterations(1);

}  // namespace
}  // namespace procession::run
