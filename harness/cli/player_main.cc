// SPDX-License-Identifier: MIT
// procession-player: the program that every process of a scenario runs, and the two that keep them
// together. Started by the tool, by the warden and by players, never by hand; so arguments that
// make no sense are a bug.

#include "harness/base/check.h"
#include "harness/player/launch.h"
#include "harness/run/janitor.h"
#include "harness/run/warden.h"

#include <charconv>
#include <cstdint>
#include <cstring>
#include <string_view>

using namespace procession;

namespace {

std::uint32_t number(std::string_view digits) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  base::check(error == std::errc() && end == digits.data() + digits.size(),
              "the argument is a number");
  return value;
}

}  // namespace

int main(int argc, char** argv) {
  const auto called_as = [&](std::string_view role, int arguments) {
    return argc == 2 + arguments && argv[1] == role;
  };
  if (called_as("play", 3)) {
    player::play_fresh(static_cast<int>(number(argv[2])), number(argv[3]), number(argv[4]));
  }
  if (called_as("forkserver", 2)) {
    player::serve_starts(static_cast<int>(number(argv[2])), number(argv[3]));
  }
  if (called_as("warden", 1)) {
    run::run_warden(argv[2] == std::string_view("namespace"));
  }
  if (called_as("janitor", 0)) {
    run::run_janitor();
  }
  base::check(false, "the program was started with a role that it knows");
}
