// SPDX-License-Identifier: MIT
// The program that fresh images of this folder's tests run: the two doors of launch.h and no more.
#include "harness/player/launch.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

std::uint32_t number(const char* text) {
  return static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}

}  // namespace

int main(int count, char** arguments) {
  using namespace procession::player;
  const std::string_view door = count > 1 ? arguments[1] : "";
  if (door == "play" && count == 5) {
    play_fresh(static_cast<int>(number(arguments[2])), number(arguments[3]), number(arguments[4]));
  }
  if (door == "forkserver" && count == 4) {
    serve_starts(static_cast<int>(number(arguments[2])), number(arguments[3]));
  }
  return 2;
}
