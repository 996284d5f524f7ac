// SPDX-License-Identifier: MIT
// What a whole run costs, as a ratio: "main starts a child and joins it", played by play(), against
// the same two forks and waits written by hand in an equally small program (testing/raw_forks.cc).
// Both take turns within one benchmark; `ratio` is the median of the rounds' ratios, since machines
// are noisy. The sizes of both processes that fork are shown, as the ratio means nothing without.

#include "harness/base/check.h"
#include "harness/os/child.h"
#include "harness/os/proc_entry.h"
#include "harness/run/play.h"
#include "harness/testing/plan_script.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

using namespace procession;

constexpr std::uint32_t kRuns = 100;  // in a round
constexpr int kRounds = 101;

struct Size {
  double anonymous_kib = 0;
  double resident_kib = 0;
};

Size size_of(int process) {
  Size size;
  std::ifstream rollup("/proc/" + std::to_string(process) + "/smaps_rollup");
  for (std::string line; std::getline(rollup, line);) {
    if (line.starts_with("Rss:")) {
      size.resident_kib = std::stod(line.substr(4));
    } else if (line.starts_with("Anonymous:")) {
      size.anonymous_kib = std::stod(line.substr(10));
    }
  }
  return size;
}

// The same by hand, in its own process.
class RawForks {
 public:
  RawForks() {
    int to_it[2] = {-1, -1};
    int from_it[2] = {-1, -1};
    base::check(::pipe2(to_it, O_CLOEXEC) == 0 && ::pipe2(from_it, O_CLOEXEC) == 0,
                "there are pipes");
    const os::UniqueFd its_input(to_it[0]);
    const os::UniqueFd its_output(from_it[1]);
    input_.reset(to_it[1]);
    output_.reset(from_it[0]);
    const os::UniqueFd program(::open(PROCESSION_BINARY_DIR "/bin/raw_forks", O_PATH | O_CLOEXEC));
    os::Launch launch;
    launch.executable = program.get();
    launch.arguments = {"raw_forks"};
    launch.descriptors = {{its_input.get(), STDIN_FILENO}, {its_output.get(), STDOUT_FILENO}};
    child_ = *os::Child::start(launch);
  }

  base::Duration play(std::uint64_t runs) const {
    std::int64_t ns = 0;
    base::check(::write(input_.get(), &runs, sizeof runs) == ssize_t{sizeof runs} &&
                    ::read(output_.get(), &ns, sizeof ns) == ssize_t{sizeof ns},
                "raw_forks answers");
    return base::Duration(ns);
  }

  [[nodiscard]] Size size() const {
    return size_of(os::proc_number(os::UniqueFd(::fcntl(child_.pidfd(), F_DUPFD_CLOEXEC, 0))));
  }

 private:
  os::UniqueFd input_;
  os::UniqueFd output_;
  os::Child child_;
};

// Of the processes that descend from this one by two generations, the leader of a session: there is
// one warden only.
Size size_of_zygote() {
  std::vector<std::pair<int, int>> parents;
  os::ProcListing listing;
  while (const char* const name = listing.next()) {
    os::ProcEntry::Stat stat;
    if (os::ProcEntry::open(name).read(stat)) {
      parents.emplace_back(std::atoi(name), stat.parent);
    }
  }
  const auto parent_of = [&](int process) {
    const auto found = std::find_if(parents.begin(), parents.end(),
                                    [&](const auto& entry) { return entry.first == process; });
    return found == parents.end() ? 0 : found->second;
  };
  for (const auto& [process, parent] : parents) {
    if (parent_of(parent) == ::getpid()) {
      return size_of(process);
    }
  }
  return {};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double microseconds_per_run(base::Duration round) {
  return static_cast<double>(round.count()) / 1000.0 / kRuns;
}

// Gives out one round after the other, each after a round by hand, and takes the times.
class Rounds : public run::Observer {
 public:
  explicit Rounds(const plan::Plan& plan) : plan_(plan) {}

  std::optional<run::Work> next() {
    if (ratios_.size() == kRounds) {
      zygote_ = size_of_zygote();
      return std::nullopt;
    }
    raw_ = raw_forks_.play(kRuns);
    began_ = base::now();
    return run::Work{plan_, kRuns, std::chrono::seconds(60)};
  }
  bool record(std::size_t, trace::Record record) override { return record.complete; }
  void done(std::size_t, base::Result<> how) override {
    base::check(how.has_value(), "the runs are played");
    const base::Duration played = base::now() - began_;
    ratios_.push_back(static_cast<double>(played.count()) / static_cast<double>(raw_.count()));
    raw_times_.push_back(microseconds_per_run(raw_));
    played_times_.push_back(microseconds_per_run(played));
  }

  void report(benchmark::State& state) const {
    std::vector<double> sorted = ratios_;
    std::sort(sorted.begin(), sorted.end());
    state.counters["ratio"] = median(ratios_);
    state.counters["ratio_q1"] = sorted[sorted.size() / 4];
    state.counters["ratio_q3"] = sorted[sorted.size() * 3 / 4];
    state.counters["raw_us"] = median(raw_times_);
    state.counters["run_us"] = median(played_times_);
    state.counters["raw_anon_KiB"] = raw_forks_.size().anonymous_kib;
    state.counters["raw_rss_KiB"] = raw_forks_.size().resident_kib;
    state.counters["zygote_anon_KiB"] = zygote_.anonymous_kib;
    state.counters["zygote_rss_KiB"] = zygote_.resident_kib;
    state.SetIterationTime(median(played_times_) / 1e6);
  }

 private:
  plan::Plan plan_;
  RawForks raw_forks_;
  base::Duration raw_{};
  base::Instant began_;
  std::vector<double> ratios_;
  std::vector<double> raw_times_;
  std::vector<double> played_times_;
  Size zygote_;
};

void whole_run(benchmark::State& state, run::Containment containment) {
  const plan::OwnedPlan plan = procession::testing::one_child();
  run::Options options;
  options.player = PROCESSION_BINARY_DIR "/bin/procession-player";
  options.containment = containment;
  for ([[maybe_unused]] auto _ : state) {
    Rounds rounds(plan.view());
    const auto played = run::play([&] { return rounds.next(); }, rounds, options);
    if (!played) {
      state.SkipWithError(played.error().message.c_str());
      return;
    }
    rounds.report(state);
  }
}

BENCHMARK_CAPTURE(whole_run, namespace, run::Containment::Namespace)
    ->Iterations(1)
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(whole_run, sweep, run::Containment::Sweep)
    ->Iterations(1)
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
