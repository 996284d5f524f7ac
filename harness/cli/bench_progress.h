// SPDX-License-Identifier: MIT
#pragma once
// BenchProgress: how far `bench` is. The library decides how often a benchmark is measured and how
// many runs that takes, so what is counted are whole benchmarks; how long the rest will take nobody
// knows. The line is gone whenever the library writes.

#include "harness/base/time.h"
#include "harness/cli/progress_display.h"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

namespace procession::cli {

class BenchProgress {
 public:
  explicit BenchProgress(ProgressChoice choice) : display_(choice) {}

  // So many benchmarks; 0: nobody knows.
  void expect(std::size_t total) { total_ = total; }

  void begin(const std::string& name, std::uint64_t runs_wanted);
  void played() { ++playing_.runs; }  // one run
  void tick();                        // some time has passed
  void end(bool failed);              // of what was begun last

 private:
  [[nodiscard]] report::Progress progress() const;

  ProgressDisplay display_;
  std::size_t total_ = 0;
  base::Instant started_ = base::now();
  base::Instant begun_;
  std::set<std::string> names_;   // of all that were begun
  std::set<std::string> failed_;  // of these
  bool is_playing_ = false;
  report::Playing playing_;
  std::uint64_t runs_before_ = 0;
};

}  // namespace procession::cli
