// SPDX-License-Identifier: MIT
#pragma once
// Bare: a program of somebody's own hand that benchmarks of servers and clients compare with
// (testing/bare_echo.cc, sockperf), started with its standard output in a pipe, and kept to one CPU
// if there are several. Ended with this. Aborts if it cannot be started: a benchmark asks first
// whether there is such a program.

#include "harness/os/unique_fd.h"

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace procession::run {

// Where the two sides of a connection run, in scenarios (`cpus`) and by hand: each has a CPU of its
// own if there are two.
enum class Place : std::uint32_t { Server = 0, Client = 1 };
// "cpus: [1]", or empty if there is no choice.
[[nodiscard]] std::string cpus_key(Place place);

class Bare {
 public:
  // `command` begins with the program's path.
  Bare(const std::vector<std::string>& command, Place place);
  // bare_echo of this build.
  [[nodiscard]] static Bare echo(std::vector<std::string> arguments, Place place);
  Bare(Bare&&) = delete;
  Bare(const Bare&) = delete;
  ~Bare();

  // Its next line; aborts if none comes within a minute.
  [[nodiscard]] std::string line();
  // All that it says until it ends.
  [[nodiscard]] std::string all();

 private:
  bool read_some();

  pid_t pid_ = -1;
  os::UniqueFd output_;
  std::string text_;
};

// What clients of bare_echo say: how many a second.
[[nodiscard]] double rate_in(const std::string& line);

}  // namespace procession::run
