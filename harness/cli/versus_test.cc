// SPDX-License-Identifier: MIT
// procession bench --vs, as a user sees it: real arms, few rounds. What the statistics are worth is
// tested in measure/comparison_test.cc, what they find on this machine by ci/validate_comparison.
#include "harness/cli/versus.h"

#include "harness/cli/program_test.h"
#include "harness/os/pidfd.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <map>
#include <poll.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace procession::cli {
namespace {

using nlohmann::json;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kWork = R"(scenario: work
matrix: {work: [100us, 3ms]}
processes:
  main:
    - start: child
    - join: child
  child:
    - spin: ${work}
figures:
  life: {from: child.begin, to: child.end}
)";
// The second takes many times as long, whatever else goes on. In 12 rounds two may be disturbed.
constexpr const char* kWait = R"(scenario: wait
matrix: {time: [10ms, 100ms]}
processes:
  main:
    - sleep: ${time}
)";
constexpr const char* kBroken = R"(scenario: luck
matrix: {status: [0, 1]}
processes:
  main:
    - exit: ${status}
)";
// Says its number to who reads there, and does not end by itself.
std::string endless(const std::string& fifo) {
  return "scenario: endless\nmatrix: {n: [1, 2]}\ntimeout: 1m\nprocesses:\n  main:\n"
         "    - start: program\n    - join: program\n  program:\n"
         "    exec: [sh, -c, \"echo $$ > " +
         fifo + "; exec sleep 50\"]\n";
}

const std::string kProgram = PROCESSION_BINARY_DIR "/bin/procession";

class Versus : public testing::Test {
 protected:
  Ending bench(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "bench");
    return call(arguments);
  }
  std::vector<std::string> slower(std::vector<std::string> more) {
    std::vector<std::string> all = {"--vs",   "time=100ms", "--runs",
                                    "1",      "--rounds",   "12",
                                    "--seed", "5",          wait_ + "[time=10ms]"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  Folder folder_;
  std::string work_ = folder_.write("work.yaml", kWork);
  std::string wait_ = folder_.write("wait.yaml", kWait);
};

TEST(OrderOfRounds, is_balanced_in_each_block_and_another_one_for_another_seed) {
  std::map<std::pair<bool, bool>, int> seen;
  std::string orders;
  for (std::uint32_t round = 1; round <= 40; ++round) {
    const RoundOrder order = order_of_round(9, round);
    ++seen[{order.order == Order::Outside, order.swapped}];
    orders += order.order == Order::Outside ? 'A' : 'B';
    if (round % 4 == 0) {
      for (const auto& [which, count] : seen) {
        EXPECT_EQ(count, static_cast<int>(round / 4));
      }
      EXPECT_EQ(seen.size(), 4u);
    }
  }
  std::string others;
  for (std::uint32_t round = 1; round <= 40; ++round) {
    others += order_of_round(10, round).order == Order::Outside ? 'A' : 'B';
  }
  EXPECT_NE(orders, others);
}

TEST_F(Versus, finds_what_takes_many_times_as_long) {
  const Ending ending = bench(slower({}));
  EXPECT_EQ(ending.status, 0) << ending.err;
  EXPECT_EQ(ending.err, "");
  EXPECT_THAT(ending.out, HasSubstr("new   the same with time=100ms\n12 rounds in "));
  EXPECT_THAT(ending.out, HasSubstr("seed 5; all is decided"));
  EXPECT_THAT(ending.out, HasSubstr("\nworse: 1 figure, margin 2 %: 1 worse\n"));
  EXPECT_THAT(ending.out, HasSubstr("  fork and wait"));
  EXPECT_THAT(ending.out, HasSubstr("  loopback ping-pong"));
}

TEST_F(Versus, with_a_gate_exits_with_4) { EXPECT_EQ(bench(slower({"--gate"})).status, 4); }

TEST_F(Versus, the_other_way_round_is_better) {
  const Ending ending = bench(
      {wait_ + "[time=100ms]", "--vs", "time=10ms", "--runs", "1", "--rounds", "12", "--gate"});
  EXPECT_EQ(ending.status, 0) << ending.out;
  EXPECT_THAT(ending.out, HasSubstr(": 1 better\n"));
}

TEST_F(Versus, of_too_few_rounds_cannot_tell) {
  const Ending ending = bench(
      {wait_ + "[time=10ms]", "--vs", "time=100ms", "--runs", "1", "--rounds", "3", "--gate"});
  EXPECT_EQ(ending.status, 6);
  EXPECT_THAT(ending.out, HasSubstr("cannot tell: needs 6 rounds, has 3"));
  EXPECT_THAT(ending.out, HasSubstr("there are no more rounds (--rounds)"));
}

TEST_F(Versus, ends_when_its_budget_is_used_up) {
  const Ending ending = bench({work_ + "[work=100us]", "--vs", "work=3ms", "--budget", "1ms"});
  EXPECT_EQ(ending.status, 0) << ending.err;
  EXPECT_THAT(ending.out, HasSubstr("1 round in "));
  EXPECT_THAT(ending.out, HasSubstr("the budget of 1 ms is used up (--budget)"));
}

TEST_F(Versus, compares_another_build_and_writes_every_round) {
  const std::string file = folder_.path("c.json");
  const std::string table = folder_.path("c.md");
  const Ending ending = bench({work_ + "[work=100us]", "--vs", kProgram, "--runs", "2", "--rounds",
                               "7", "--json", file, "--markdown", table, "-v"});
  EXPECT_EQ(ending.status, 0) << ending.err;
  const json comparison = json::parse(folder_.read("c.json"));
  EXPECT_EQ(comparison["new"], kProgram);
  EXPECT_EQ(comparison["looks"], json({7}));
  ASSERT_EQ(comparison["figures"].size(), 1u);  // two runs have no median of `life`
  const json& rounds = comparison["figures"][0]["rounds"];
  for (const char* const arm : {"base", "new", "base_first", "base_second"}) {
    ASSERT_EQ(rounds[arm].size(), 7u) << arm;
    EXPECT_THAT(rounds[arm].get<std::vector<double>>(), Each(Gt(0)));
  }
  EXPECT_EQ(comparison["placebos"].size(), 2u);
  EXPECT_THAT(folder_.read("c.md"), HasSubstr("### Comparison: "));
  EXPECT_THAT(ending.out, HasSubstr("    rounds: "));
}

TEST_F(Versus, plays_often_enough_to_measure_something_if_nobody_says_how_often) {
  const std::string file = folder_.path("c.json");
  const Ending ending =
      bench({work_ + "[work=100us]", "--vs", "work=3ms", "--rounds", "1", "--json", file});
  EXPECT_EQ(ending.status, 0) << ending.err;
  const json comparison = json::parse(folder_.read("c.json"));
  std::vector<std::string> names;
  for (const json& figure : comparison["figures"]) {
    names.push_back(figure["name"]);
  }
  EXPECT_THAT(names, ElementsAre("run.wall", "life.p50"));  // 5 runs or more of at most 20 ms
}

TEST_F(Versus, without_what_it_wants_has_nothing_to_compare) {
  const std::string broken = folder_.write("broken.yaml", kBroken);
  folder_.write("kept.json", "as it was");
  const Ending ending = bench(
      {broken + "[status=0]", "--vs", "status=1", "--gate", "--json", folder_.path("kept.json")});
  EXPECT_EQ(ending.status, 1);
  EXPECT_THAT(ending.err, HasSubstr("nothing is compared: new in a first try is not as expected"));
  EXPECT_THAT(ending.out, HasSubstr("main ended with 1 in run 1, not with 0"));
  EXPECT_EQ(folder_.read("kept.json"), "as it was");
}

TEST_F(Versus, refuses_a_program_that_is_no_procession) {
  const Ending ending = bench({work_ + "[work=100us]", "--vs", "/bin/true"});
  EXPECT_EQ(ending.status, 2);
  EXPECT_EQ(ending.err,
            "procession: /bin/true is no build of procession: it does not know `run --json`\n");
}

TEST_F(Versus, is_not_disturbed_by_the_options_of_the_environment) {
  std::vector<std::string> arguments = slower({});
  arguments.insert(arguments.begin(), "bench");
  const Ending ending = call(arguments, {"PROCESSION_OPTS=--runs 1 --nonsense"});
  // It is no option of bench; the arms do not see it.
  EXPECT_EQ(ending.status, 0) << ending.err;
}

TEST_F(Versus, options_mean_nothing_without_it) {
  const Ending ending = bench({work_, "--gate"});
  EXPECT_EQ(ending.status, 2);
  EXPECT_THAT(ending.err, HasSubstr("--gate requires --vs"));
}

TEST_F(Versus, a_margin_is_a_share) {
  for (const char* const wrong : {"2", "x%", "-1%", "100%", "nan%", "1e1%"}) {
    EXPECT_EQ(bench(slower({"--margin", wrong})).status, 2) << wrong;
  }
}

class EndlessVersus : public testing::Test {
 protected:
  EndlessVersus() { EXPECT_EQ(::mkfifo(fifo_.c_str(), 0600), 0); }

  std::vector<std::string> arguments() {
    // By sweeping: so the numbers of processes are the ones that we see.
    return {"bench",         file_ + "[n=1]", "--vs",   "n=2",
            "--containment", "sweep",         "--json", folder_.path("kept.json")};
  }
  // Waits until it is being played; the process that plays.
  os::UniqueFd player() {
    std::array<char, 32> said{};
    const os::UniqueFd told(::open(fifo_.c_str(), O_RDONLY | O_CLOEXEC));  // waits for who writes
    EXPECT_GT(::read(told.get(), said.data(), said.size() - 1), 0);
    return os::open_pidfd(std::atoi(said.data()));
  }
  static bool ends(const os::UniqueFd& process) {
    pollfd ready{process.get(), POLLIN, 0};
    return ::poll(&ready, 1, 60'000) == 1;
  }

  Folder folder_;
  std::string fifo_ = folder_.path("fifo");
  std::string file_ = folder_.write("endless.yaml", endless(fifo_));
  std::string kept_ = folder_.write("kept.json", "as it was");
};

TEST_F(EndlessVersus, ends_in_order_when_interrupted) {
  for (const auto& [signal, status] : {std::pair(SIGINT, 130), std::pair(SIGTERM, 143)}) {
    Call call(arguments());
    const os::UniqueFd playing = player();
    ASSERT_TRUE(playing);
    call.send(signal);
    const Ending ending = call.finish();
    EXPECT_EQ(ending.status, status) << ending.err;
    EXPECT_THAT(ending.out, IsEmpty());
    EXPECT_TRUE(os::has_ended(playing));
  }
  EXPECT_EQ(folder_.read("kept.json"), "as it was");
  EXPECT_THAT(folder_.names(), ElementsAre("endless.yaml", "fifo", "kept.json"));
}

TEST_F(EndlessVersus, leaves_nothing_when_it_is_killed) {
  Call call(arguments());
  const os::UniqueFd playing = player();
  ASSERT_TRUE(playing);
  call.send(SIGKILL);
  EXPECT_EQ(call.finish().status, -SIGKILL);
  EXPECT_TRUE(ends(playing));
}

}  // namespace
}  // namespace procession::cli
