// SPDX-License-Identifier: MIT
// A player for tests whose main makes a process that no step started, and ends. Warden and zygote
// are the real ones.

#include "harness/base/check.h"
#include "harness/os/process.h"
#include "harness/player/launch.h"
#include "harness/run/janitor.h"
#include "harness/run/warden.h"

#include <string_view>
#include <unistd.h>

namespace procession::player {

void play(const Place& place) {
  place.slot().begin = base::now().ns;
  if (os::raw_fork() == 0) {
    for (;;) {
      ::pause();
    }
  }
  os::leave(0);
}

void play_fresh(int, std::uint32_t, plan::InstanceId) { os::leave(1); }

void serve_starts(int, std::uint32_t) { os::leave(1); }

}  // namespace procession::player

int main(int argc, char** argv) {
  using namespace procession;
  base::check(argc >= 2, "the program was started with a role");
  if (argv[1] == std::string_view("janitor")) {
    run::run_janitor();
  }
  run::run_warden(argc == 3 && argv[2] == std::string_view("namespace"));
}
