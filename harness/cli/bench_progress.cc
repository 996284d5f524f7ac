// SPDX-License-Identifier: MIT
#include "harness/cli/bench_progress.h"

namespace procession::cli {

void BenchProgress::begin(const std::string& name, std::uint64_t runs_wanted) {
  begun_ = base::now();
  names_.insert(name);
  playing_ = {name, 0, runs_wanted, {}};
  is_playing_ = true;
}

void BenchProgress::tick() {
  if (display_.is_wanted()) {
    display_.show(progress());
  }
}

void BenchProgress::end(bool failed) {
  is_playing_ = false;
  runs_before_ += playing_.runs;
  if (failed) {
    failed_.insert(playing_.id);
  }
  tick();
  display_.clear();
}

report::Progress BenchProgress::progress() const {
  report::Progress progress;
  progress.done = names_.size() - (is_playing_ ? 1 : 0);
  progress.total = total_;
  progress.failures = failed_.size();
  progress.runs = runs_before_ + (is_playing_ ? playing_.runs : 0);
  progress.elapsed = base::now() - started_;
  if (is_playing_) {
    // Without its runs: it may be played again, and for longer.
    progress.playing = {{playing_.id, 0, playing_.runs_wanted, base::now() - begun_}};
  }
  return progress;
}

}  // namespace procession::cli
