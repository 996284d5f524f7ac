// SPDX-License-Identifier: MIT
// A load of a server that is wrong on purpose, from the file to the verdicts: each wrong is found
// out, and has its own name.
#include "harness/cli/program_test.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace procession::cli {
namespace {

using nlohmann::json;

struct Wrong {
  const char* fault;    // of testing/faulty_server.h, done to every tenth reply
  const char* options;  // of the load of 105 requests
  std::vector<const char*> figures;
};

std::ostream& operator<<(std::ostream& out, const Wrong& wrong) { return out << wrong.fault; }

constexpr const char* kClosed = "connections: 2, requests: 105";
// What comes after the last reply of a load is seen by nobody: the last one must be right, and come
// on the connection of the others.
constexpr const char* kInOrder = "connections: 1, requests: 105";
constexpr const char* kPipelined =
    "connections: 1, loop: open, rate: 2000/s, when_busy: pipeline, requests: 105";

std::string scenario(const Wrong& wrong) {
  std::string figures;
  for (const char* const figure : wrong.figures) {
    figures += fmt::format("    - {}\n", figure);
  }
  return fmt::format(R"(scenario: a server that is wrong
timeout: 30s
verdict: {{left: broken}}
processes:
  main:
    - start: server
    - await: server.ready
    - {{load: server, size: 64B, timeout: 300ms, {}}}
    - kill: server
    - join: server
  server:
    exec: ['{}/bin/faulty_server', "${{port}}", {}, '64', '10', '50']
    ready: port
expect:
  exit: {{server: SIGKILL}}
  figures:
    - load.requests == 105
    - load.unfinished == 0
{})",
                     wrong.options, PROCESSION_BINARY_DIR, wrong.fault, figures);
}

class FaultyLoads : public ::testing::TestWithParam<Wrong> {};

TEST_P(FaultyLoads, AreFoundOut) {
  const Folder folder;
  const std::string file = folder.write("wrong.yaml", scenario(GetParam()));
  const std::string result = folder.path("result.json");
  const Ending ending = call({"run", file, "--json", result});
  const json outcome = json::parse(folder.read("result.json"))["scenarios"][0];
  for (const json& verdict : outcome["verdicts"]) {
    if (verdict["key"] == "figures") {
      EXPECT_EQ(verdict["verdict"], "held") << verdict.dump(2);
    }
  }
  EXPECT_NE(ending.status, 2) << ending.err;
  EXPECT_NE(ending.status, 3) << ending.err;
}

INSTANTIATE_TEST_SUITE_P(
    All, FaultyLoads,
    ::testing::Values(
        Wrong{"none", kClosed, {"load.errors == 0", "load.service.count == 105"}},
        Wrong{"delay", kClosed, {"load.errors == 0", "load.service.max >= 50ms"}},
        Wrong{"duplicate", kInOrder, {"load.duplicate == 10", "load.errors == 10"}},
        Wrong{"cross", kClosed, {"load.crossed >= 10", "load.corrupt == 0", "load.truncated == 0"}},
        Wrong{"reorder",
              kPipelined,
              {"load.reordered >= 1", "load.crossed == 0", "load.corrupt == 0"}},
        Wrong{"truncate", kClosed, {"load.truncated == 10", "load.errors == 10"}},
        Wrong{"corrupt", kClosed, {"load.corrupt == 10", "load.errors == 10"}},
        Wrong{"swallow", kClosed, {"load.timed_out >= 9", "load.truncated == 0"}},
        Wrong{"close", kClosed, {"load.reset == 10", "load.errors == 10"}},
        Wrong{"reset", kClosed, {"load.reset == 10", "load.errors == 10"}}),
    [](const auto& wrong) { return std::string(wrong.param.fault); });

}  // namespace
}  // namespace procession::cli
