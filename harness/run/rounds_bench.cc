// SPDX-License-Identifier: MIT
#include "harness/run/rounds_bench.h"

#include "harness/base/check.h"
#include "harness/base/time.h"
#include "harness/verify/judge.h"

#include <cstdio>
#include <optional>
#include <sched.h>
#include <string>

namespace procession::run {

namespace {

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  base::fail_check("the scenario comes out as it wants", std::source_location::current());
}

class Rounds final : public Observer {
 public:
  Rounds(const std::vector<Side*>& sides, const RoundsOptions& options,
         const std::function<void()>& at_end)
      : sides_(sides), options_(options), at_end_(at_end) {}

  std::optional<Work> next() {
    const std::size_t turn = turns_++ % sides_.size();
    if (turn == 0) {
      if (round_ == options_.rounds) {
        at_end_();
        return std::nullopt;
      }
      ++round_;
      options_.before();
    }
    side_ = sides_[turn];
    began_ = base::now();
    judge_.emplace(side_->scenario.scenario, side_->scenario.plan());
    return Work{side_->scenario.plan(), side_->runs, side_->scenario.scenario.timeout};
  }

  bool record(std::size_t, trace::Record record) override {
    side_->look(record);
    judge_->add(record);
    return true;
  }

  void done(std::size_t, base::Result<> how) override {
    if (!how) {
      give_up(how.error().message);
    }
    for (const verify::Verdict& verdict : judge_->judgement().verdicts) {
      if (!verdict.as_expected()) {
        give_up(verdict.text + ": " + verdict.message);
      }
    }
    side_->times.push_back(static_cast<double>((base::now() - began_).count()));
  }

  void tick() override { side_->tick(); }

 private:
  const std::vector<Side*>& sides_;
  const RoundsOptions& options_;
  const std::function<void()>& at_end_;
  std::size_t turns_ = 0;
  int round_ = 0;
  Side* side_ = nullptr;
  std::optional<verify::Judge> judge_;
  base::Instant began_;
};

}  // namespace

void play_in_turn(const std::vector<Side*>& sides, const RoundsOptions& options,
                  const std::function<void()>& at_end) {
  Rounds rounds(sides, options, at_end);
  Options playing;
  playing.player = PROCESSION_BINARY_DIR "/bin/procession-player";
  playing.containment = options.containment;
  const base::Result<> played = play([&] { return rounds.next(); }, rounds, playing);
  base::check(played.has_value(), "there is somebody to play");
}

void stay_on_one_cpu() {
  cpu_set_t permitted;
  CPU_ZERO(&permitted);
  base::check(::sched_getaffinity(0, sizeof permitted, &permitted) == 0, "there are CPUs");
  for (int cpu = CPU_SETSIZE - 1; cpu >= 0; --cpu) {
    if (CPU_ISSET(cpu, &permitted)) {
      CPU_ZERO(&permitted);
      CPU_SET(cpu, &permitted);
      break;
    }
  }
  base::check(::sched_setaffinity(0, sizeof permitted, &permitted) == 0, "one CPU is permitted");
}

}  // namespace procession::run
