// SPDX-License-Identifier: MIT
// play_victim PLAYER CONTAINMENT PLAN RUNS [PROCESSES]: a tool for tests to interrupt and to kill.
// Plays a plan of plan_script.h and writes what it gets told to stdout, a line each:
//
//   playing                          play() is about to be called
//   record RUN stopped|timed_out|ended PROCESSES_BEGUN
//   done ERROR                       of a work; "ok" if none
//   played ERROR
//
// With PROCESSES it first becomes a user without rights, and of its own, since that limit counts
// all processes of a user (RLIMIT_NPROC), who may have no more than so many.

#include "harness/run/play.h"
#include "harness/testing/plan_script.h"
#include "harness/testing/planned.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <grp.h>
#include <string_view>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace procession;

namespace {

const char* text_of(const base::Result<>& how) { return how ? "ok" : how.error().message.c_str(); }

class Teller : public run::Observer {
 public:
  bool record(std::size_t, trace::Record record) override {
    const auto begun = std::count_if(record.processes.begin(), record.processes.end(),
                                     [](const trace::Process& process) { return process.began; });
    const char* const end = record.stopped ? "stopped" : record.timed_out ? "timed_out" : "ended";
    std::printf("record %u %s %d\n", record.run, end, static_cast<int>(begun));
    return true;
  }
  void done(std::size_t, base::Result<> how) override { std::printf("done %s\n", text_of(how)); }
};

void become_user_with(rlim_t processes) {
  const auto user = static_cast<uid_t>(100'000 + ::getpid());
  const rlimit limit{processes, processes};
  if (::setrlimit(RLIMIT_NPROC, &limit) != 0 || ::setgroups(0, nullptr) != 0 ||
      ::setgid(user) != 0 || ::setuid(user) != 0) {
    std::perror("become another user");
    std::exit(2);
  }
  // As after an exec; without it /proc/self would still be root's (PR_SET_DUMPABLE(2const)).
  ::prctl(PR_SET_DUMPABLE, 1);
}

// A shell with a child in a session of its own.
constexpr std::string_view kHungProgram = R"(
processes:
  main:
    - start: script
    - await: script.ready
    - join: script
  script:
    exec: [sh, -c, "setsid sleep 1000 & touch file up; exec sleep 1000"]
    ready: {file: up}
)";

plan::OwnedPlan plan_named(std::string_view name) {
  if (name == "hung_program") {
    return testing::planned(kHungProgram).owned;
  }
  return name == "hung_family" ? testing::hung_family() : testing::one_child();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    return 2;
  }
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  if (argc > 5) {
    become_user_with(static_cast<rlim_t>(std::atoi(argv[5])));
  }
  run::Options options;
  options.player = argv[1];
  options.containment = argv[2] == std::string_view("namespace") ? run::Containment::Namespace
                                                                 : run::Containment::Sweep;
  const plan::OwnedPlan plan = plan_named(argv[3]);
  bool given = false;
  Teller teller;
  std::puts("playing");
  const auto played = run::play(
      [&]() -> std::optional<run::Work> {
        if (std::exchange(given, true)) {
          return std::nullopt;
        }
        return run::Work{plan.view(), static_cast<std::uint32_t>(std::atoi(argv[4])),
                         std::chrono::seconds(60)};
      },
      teller, options);
  std::printf("played %s\n", text_of(played));
  return played ? 0 : 1;
}
