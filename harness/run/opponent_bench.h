// SPDX-License-Identifier: MIT
#pragma once
// Opponent: a program that benchmarks compare with, started once and then asked as often as there
// are rounds (testing/raw_forks.h). And how large a process is: a fork costs what its parent has
// written, so no ratio means anything without the sizes of both sides.

#include "harness/os/child.h"
#include "harness/os/unique_fd.h"
#include "harness/testing/raw_forks.h"

#include <string>
#include <vector>

namespace procession::run {

struct Size {
  double anonymous_kib = 0;
  double resident_kib = 0;
  double share_kib = 0;  // each page by how many processes have it: PSS
};
// By /proc/PID/smaps_rollup; zeros if there is no such process.
[[nodiscard]] Size size_of(int process);
// The process that forks every main, while nothing else plays; 0 if there is none.
[[nodiscard]] int zygote_process();
// How many processes descend from that one now, and some of them.
struct Family {
  std::size_t size = 0;
  std::vector<int> sample;
};
[[nodiscard]] Family family_of_zygote(std::size_t sample);

class Opponent {
 public:
  // `arguments` begins with the program's name. Aborts if it cannot be started.
  Opponent(const std::string& program, std::vector<std::string> arguments);
  [[nodiscard]] static Opponent raw_forks();

  // How long it took, in nanoseconds.
  [[nodiscard]] double play_ns(testing::RawRequest::What what, std::uint32_t count) const;
  [[nodiscard]] Size size() const;

 private:
  os::UniqueFd input_;
  os::UniqueFd output_;
  os::Child child_;
};

}  // namespace procession::run
