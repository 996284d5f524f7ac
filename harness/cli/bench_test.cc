// SPDX-License-Identifier: MIT
// procession bench, as tools that read Google Benchmark's output see it.

#include "harness/cli/program_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <string>

namespace procession::cli {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::Lt;
using ::testing::StartsWith;

constexpr const char* kJoin = R"(scenario: a child is joined
processes:
  main:
    - start: child
    - join: child
  child:
    - print: hello
figures:
  life: {from: child.begin, to: child.end}
expect:
  order: [child.end < main.join]
)";
constexpr const char* kMatrix = R"(scenario: children
matrix: {n: [1, 2], word: [a]}
processes:
  main:
    - start: child
    - join: child
  child:
    count: ${n}
    steps:
      - print: ${word}
)";
constexpr const char* kBroken = R"(scenario: luck
processes:
  main:
    - start: child
    - sleep: 200ms
    - print: main
    - join: child
  child:
    - print: child
expect:
  order: [child.print < main.print]
)";
constexpr const char* kSkipped = R"(scenario: of a larger machine
requires: {cpus: 60000}
processes:
  main:
    - print: x
)";
constexpr const char* kHangs = R"(scenario: hangs
timeout: 1m
processes:
  main:
    - print: waiting
    - sleep: 50s
)";

Ending bench(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "bench");
  return Call(arguments).finish();
}

json bench_json(std::vector<std::string> arguments, int status = 0) {
  arguments.push_back("--benchmark_format=json");
  const Ending ending = bench(std::move(arguments));
  EXPECT_EQ(ending.status, status) << ending.err;
  return json::parse(ending.out);
}

TEST(Bench, measures_runs_as_iterations) {
  const Folder folder;
  const std::string file = folder.write("join.yaml", kJoin);
  const json document = bench_json({file, "--runs=20"});
  ASSERT_EQ(document["benchmarks"].size(), 1U);
  const json& entry = document["benchmarks"][0];
  EXPECT_EQ(entry["name"], file + "/iterations:20/manual_time");
  EXPECT_EQ(entry["iterations"], 20);
  EXPECT_EQ(entry["time_unit"], "ms");
  EXPECT_FALSE(entry.contains("error_occurred"));
  const double seconds = entry["real_time"].get<double>() / 1000;
  EXPECT_THAT(seconds, AllOf(Gt(0), Lt(10)));
  EXPECT_NEAR(entry["runs_per_second"].get<double>() * seconds, 1, 1e-6);
}

TEST(Bench, counts_the_figures_of_a_scenario) {
  const Folder folder;
  const json document = bench_json({folder.write("join.yaml", kJoin), "--runs=40"});
  const json& entry = document["benchmarks"][0];
  EXPECT_EQ(entry["life.n"], 40);
  EXPECT_THAT(entry["life.p50_ns"].get<double>(), Gt(0));
  EXPECT_GE(entry["life.p90_ns"], entry["life.p50_ns"]);
  EXPECT_GE(entry["life.max_ns"], entry["life.p90_ns"]);
  EXPECT_FALSE(entry.contains("life.p99_ns")) << "40 samples bear no 99th percentile";
  // A life is shorter than its run.
  EXPECT_LT(entry["life.mean_ns"].get<double>(), entry["real_time"].get<double>() * 1e6);
}

constexpr const char* kLoad = R"(scenario: a load
processes:
  main:
    - start: [server, client]
    - join: client
  server:
    - {serve: echo, handler: epoll, until: client.end}
  client:
    - await: server.ready
    - {load: server, connections: 2, requests: 100}
)";

TEST(Bench, counts_the_numbers_of_a_load) {
  const Folder folder;
  const json document = bench_json({folder.write("load.yaml", kLoad), "--runs=3"});
  const json& entry = document["benchmarks"][0];
  EXPECT_EQ(entry["load.requests"], 100);
  EXPECT_EQ(entry["load.errors"], 0);
  EXPECT_EQ(entry["load.unfinished"], 0);
  EXPECT_THAT(entry["load.rate_per_second"].get<double>(), Gt(0));
  EXPECT_EQ(entry["load.service.n"], 300);
  EXPECT_FALSE(entry.contains("load.reset")) << "none was";
}

// The client is killed while its server stands still: what it had sent is not over.
constexpr const char* kKilledLoad = R"(scenario: a load that is cut off
processes:
  main:
    - start: [server, client]
    - await: client.phase(measure)
    - sleep: 10ms
    - suspend: server
    - sleep: 10ms
    - kill: client
    - resume: server
    - join: client
  server:
    - {serve: echo, handler: epoll, until: client.end}
  client:
    - await: server.ready
    - {load: server, connections: 2, for: 1m}
expect:
  exit: {client: SIGKILL}
)";

TEST(Bench, says_what_is_only_a_lower_bound) {
  const Folder folder;
  const json document = bench_json({folder.write("load.yaml", kKilledLoad), "--runs=1"});
  const json& entry = document["benchmarks"][0];
  EXPECT_TRUE(entry.contains("load.service.at_least.max_ns"));
  EXPECT_FALSE(entry.contains("load.service.max_ns"));
  EXPECT_TRUE(entry.contains("load.service.at_least.mean_ns"));
  EXPECT_EQ(entry["load.unfinished"], 2);
}

TEST(Bench, tells_the_circumstances) {
  const Folder folder;
  const json context = bench_json(
      {folder.write("join.yaml", kJoin), "--runs=1", "--benchmark_context=commit=abc"})["context"];
  for (const char* const name : {"procession", "kernel", "class", "cpus", "cpus_allowed",
                                 "governor", "load", "containment"}) {
    EXPECT_NE(context.value(name, ""), "") << name;
  }
  EXPECT_EQ(context["commit"], "abc");
}

TEST(Bench, tells_where_processes_run_and_what_was_stolen) {
  const Folder folder;
  std::string pinned = kJoin;
  const std::string child = "  child:\n";
  pinned.replace(pinned.find(child), child.size(), "  child:\n    cpus: [0]\n    steps:\n");
  const json document = bench_json({folder.write("pinned.yaml", pinned), "--runs=2"});
  const json& entry = document["benchmarks"][0];
  EXPECT_THAT(entry["label"].get<std::string>(), StartsWith("child on "));
  EXPECT_THAT(entry["steal"].get<double>(), AllOf(::testing::Ge(0), ::testing::Le(1)));
}

TEST(Bench, has_a_benchmark_for_each_instance_and_leaves_choosing_to_the_library) {
  const Folder folder;
  const std::string file = folder.write("matrix.yaml", kMatrix);
  const Ending list = bench({file, "--benchmark_list_tests"});
  EXPECT_EQ(list.status, 0);
  EXPECT_EQ(list.out, file + "/n:1/word:a/manual_time\n" + file + "/n:2/word:a/manual_time\n");
  const json document =
      bench_json({file, "--runs=3", "--benchmark_filter=n:2", "--benchmark_repetitions=2",
                  "--benchmark_report_aggregates_only"});
  for (const json& entry : document["benchmarks"]) {
    EXPECT_THAT(entry["name"].get<std::string>(), HasSubstr("/n:2/word:a"));
    EXPECT_EQ(entry["run_type"], "aggregate");
  }
  EXPECT_EQ(bench({file, "--benchmark_filter=nothing"}).status, 5);
  EXPECT_EQ(bench({file, "--label=nothing"}).status, 5);
}

TEST(Bench, plays_as_often_as_the_file_says_or_until_there_is_time_enough) {
  const Folder folder;
  const std::string file = folder.write("runs.yaml", "runs: 7\n" + std::string(kJoin));
  EXPECT_EQ(bench_json({file})["benchmarks"][0]["iterations"], 7);
  EXPECT_EQ(bench_json({file, "--runs=3"})["benchmarks"][0]["iterations"], 3);
  const json document = bench_json({folder.write("join.yaml", kJoin), "--benchmark_min_time=0.02"});
  const json& entry = document["benchmarks"][0];
  EXPECT_GE(entry["real_time"].get<double>() * entry["iterations"].get<double>(), 20);
}

TEST(Bench, writes_a_file_for_tools_that_compare) {
  const Folder folder;
  const Ending ending = bench(
      {folder.write("join.yaml", kJoin), "--runs=2", "--benchmark_out=" + folder.path("out.json")});
  EXPECT_EQ(ending.status, 0) << ending.err;
  EXPECT_THAT(ending.out, HasSubstr("join.yaml"));
  EXPECT_EQ(json::parse(folder.read("out.json"))["benchmarks"].size(), 1U);
}

TEST(Bench, of_a_scenario_that_is_not_as_expected_is_an_error) {
  const Folder folder;
  const json document = bench_json({folder.write("a.yaml", kBroken), folder.write("b.yaml", kJoin),
                                    "--runs=2", "--benchmark_repetitions=2"},
                                   1);
  const json& broken = document["benchmarks"][0];
  EXPECT_EQ(broken["error_occurred"], true);
  EXPECT_THAT(broken["error_message"].get<std::string>(),
              AllOf(StartsWith("broken: child.print < main.print: "), HasSubstr("not guaranteed")));
  EXPECT_FALSE(document["benchmarks"].back().contains("error_occurred")) << "others are measured";
}

TEST(Bench, that_this_machine_cannot_play_is_skipped) {
  const Folder folder;
  const std::string skipped = folder.write("a.yaml", kSkipped);
  const json document = bench_json({skipped, folder.write("b.yaml", kJoin), "--runs=1"});
  EXPECT_THAT(document["benchmarks"][0]["error_message"].get<std::string>(),
              StartsWith("skipped: needs 60000 CPUs"));
  EXPECT_EQ(bench({skipped}).status, 77);
}

TEST(Bench, ends_in_order_when_the_user_says_so) {
  const Folder folder;
  Call call({"bench", folder.write("hangs.yaml", kHangs), folder.write("join.yaml", kJoin),
             "--benchmark_format=json"});
  ASSERT_TRUE(call.wait_for_output("\"benchmarks\": ["));
  call.send(SIGINT);
  const Ending ending = call.finish();
  EXPECT_EQ(ending.status, 130) << ending.err;
  const json document = json::parse(ending.out);
  ASSERT_EQ(document["benchmarks"].size(), 2U);
  for (const json& entry : document["benchmarks"]) {
    EXPECT_EQ(entry["error_message"], "stopped: stopped by SIGINT");
  }
}

TEST(Bench, tells_what_is_wrong_before_it_plays) {
  const Folder folder;
  const std::string file = folder.write("join.yaml", kJoin);
  const auto expect_error = [](const Ending& ending, int status, const std::string& text) {
    EXPECT_EQ(ending.status, status);
    EXPECT_EQ(ending.out, "");
    EXPECT_THAT(ending.err, HasSubstr(text));
  };
  expect_error(bench({}), 2, "PATHS");
  expect_error(bench({folder.path("none.yaml")}), 2, "none.yaml");
  expect_error(bench({folder.write("bad.yaml", "scenario: x\n")}), 2, "bad.yaml");
  expect_error(bench({file, "--benchmark_format=xml"}), 2, "xml");
  expect_error(bench({file, "--benchmark_repetitions=many"}), 2, "many");
  expect_error(bench({file, "--benchmark_nonsense=1"}), 2, "--benchmark_nonsense");
  expect_error(bench({file, "--benchmark_out=" + folder.path("no/such/out.json")}), 3,
               "no/such/out.json");
  expect_error(bench({file, "--runs=0"}), 2, "--runs");
}

}  // namespace
}  // namespace procession::cli
