// SPDX-License-Identifier: MIT
// A folder of 500 trivial files: each starts one process and checks that its exit status is 0.
// Played by `procession run`, and by bats, lit and ctest, one job each, in turn within each round.
// The counters are medians: seconds of each, and the ratio to procession's in the same round. A
// tool that is not there is left out (ci/bench installs them).
#include "harness/base/check.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using procession::base::check;

constexpr int kFiles = 500;

struct Tool {
  std::string name;
  std::string command;  // within its folder
  double at_least = 0;  // the aim: so many times as long as procession takes
  int rounds = 0;
};

class Folders {
 public:
  Folders() {
    char name[] = "/tmp/procession-bench-XXXXXX";
    check(::mkdtemp(name) != nullptr, "there is room for a folder");
    root_ = name;
  }
  ~Folders() { std::filesystem::remove_all(root_); }
  Folders(const Folders&) = delete;
  Folders& operator=(const Folders&) = delete;

  void write(const std::string& file, std::string_view text) const {
    const std::filesystem::path path = root_ / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }

  // What bats, lit and ctest start is /bin/true; procession starts a player, which exits with 0.
  void fill() const {
    write("lit/lit.cfg",
          "import lit.formats\nconfig.name = 'trivial'\nconfig.suffixes = ['.test']\n"
          "config.test_format = lit.formats.ShTest(False)\n");
    std::string ctest;
    for (int i = 0; i < kFiles; ++i) {
      const std::string number = std::to_string(i);
      write("procession/t" + number + ".yaml",
            "scenario: trivial\nprocesses:\n  main: []\nexpect:\n  exit: {main: 0}\n");
      write("bats/t" + number + ".bats",
            "@test \"trivial\" {\n  run /bin/true\n  [ \"$status\" -eq 0 ]\n}\n");
      write("lit/t" + number + ".test", "RUN: /bin/true\n");
      ctest += "add_test(t" + number + " /bin/true)\n";
    }
    write("ctest/CTestTestfile.cmake", ctest);
  }

  double seconds(const Tool& tool) const {
    const std::string command =
        "cd " + (root_ / tool.name).string() + " && exec " + tool.command + " >/dev/null 2>&1";
    const auto start = std::chrono::steady_clock::now();
    check(std::system(command.c_str()) == 0, "all tests pass");
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

 private:
  std::filesystem::path root_;
};

bool is_there(const std::string& program) {
  return std::system(("command -v " + program + " >/dev/null").c_str()) == 0;
}

const std::string kLit = "/usr/lib/llvm-14/build/utils/lit/lit.py";  // where Debian has it

std::vector<Tool> opponents() {
  return {{"ctest", "ctest -j1", 4, 7}, {"lit", kLit + " -j1 .", 8, 7}, {"bats", "bats .", 40, 3}};
}

// The value below which `part` of them lie.
double quantile(std::vector<double> values, double part) {
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1) + 0.5)];
}

void folder_of_500(benchmark::State& state, const Tool& other) {
  const Tool ours{"procession",
                  PROCESSION_BINARY_DIR "/bin/procession run --no-progress --jobs 1 ."};
  const Folders folders;
  folders.fill();
  std::vector<double> our_seconds;
  std::vector<double> other_seconds;
  std::vector<double> ratios;
  for (auto _ : state) {
    for (int round = 0; round < other.rounds; ++round) {
      our_seconds.push_back(folders.seconds(ours));
      other_seconds.push_back(folders.seconds(other));
      ratios.push_back(other_seconds.back() / our_seconds.back());
    }
  }
  state.SetLabel("ratio");
  state.counters["figure"] = quantile(ratios, 0.5);
  state.counters["q1"] = quantile(ratios, 0.25);
  state.counters["q3"] = quantile(ratios, 0.75);
  state.counters["at_least"] = other.at_least;
  state.counters["procession_s"] = quantile(our_seconds, 0.5);
  state.counters[other.name + "_s"] = quantile(other_seconds, 0.5);
}

}  // namespace

int main(int argc, char** argv) {
  for (const Tool& tool : opponents()) {
    if (is_there(tool.command.substr(0, tool.command.find(' ')))) {
      benchmark::RegisterBenchmark(("folder_of_500/" + tool.name).c_str(),
                                   [tool](benchmark::State& state) { folder_of_500(state, tool); })
          ->Iterations(1)
          ->Unit(benchmark::kSecond);
    }
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
