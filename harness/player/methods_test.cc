// SPDX-License-Identifier: MIT
// Start methods beyond fork: fresh images and the forkserver.
#include "harness/player/outcome.h"
#include "harness/player/stage_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sched.h>
#include <sstream>
#include <sys/resource.h>
#include <unistd.h>

namespace procession::player {
namespace {

std::string contents_of(const std::string& path) {
  std::ostringstream contents;
  contents << std::ifstream(path).rdbuf();
  return contents.str();
}

int occurrences(std::string_view text, std::string_view of) {
  int found = 0;
  for (auto at = text.find(of); at != text.npos; at = text.find(of, at + of.size())) {
    ++found;
  }
  return found;
}

class FreshImage : public testing::TestWithParam<StartMethod> {};

TEST_P(FreshImage, AChildPlaysItsLineAndStartsItsOwnChildren) {
  Script script;
  const InstanceId main = script.process("main");
  const InstanceId child = script.process("child", main, GetParam());
  const InstanceId grandchild = script.process("grandchild", child, GetParam());
  Step ignore = step(Verb::Handle);
  ignore.signal = SIGTERM;
  ignore.action = scenario::SignalAction::Ignore;
  script.line(main, {ignore, step(Verb::Start, child), step(Verb::Join, child)});
  script.line(child,
              {step(Verb::Start, grandchild), signal_step(Verb::Terminate, grandchild, SIGTERM),
               step(Verb::Join, grandchild), exit_with(8)});
  script.line(grandchild, {sleep_for_ever()});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(main, 2)->answer, 8);
  EXPECT_EQ(stage.slot(child).ppid, stage.slot(main).pid.load());
  EXPECT_EQ(stage.line(child, 2)->answer, trace::signal_status(SIGTERM, false))
      << "an ignored signal survives an exec, but not in a player";
}

INSTANTIATE_TEST_SUITE_P(Methods, FreshImage,
                         testing::Values(StartMethod::Vfork, StartMethod::Spawn),
                         [](const auto& method) { return std::string(to_string(method.param)); });

TEST(FreshImageError, AProgramThatCannotBeRunIsAnError) {
  Script script;
  const InstanceId main = script.process("main");
  const InstanceId child = script.process("child", main, StartMethod::Spawn);
  Step start = step(Verb::Start, child);
  script.fails(start, {EBADF});
  Step join = step(Verb::Join, child);
  script.fails(join, {scenario::kNotStarted});
  script.line(main, {start, join});
  script.line(child, {});
  Stage stage(script);
  stage.arena().header().player_fd = 1000;
  stage.play();
  EXPECT_EQ(stage.line(main, 0)->error, EBADF);
  EXPECT_EQ(stage.line(main, 1)->error, scenario::kNotStarted);
  EXPECT_TRUE(stage.slot(child).flags.load() & Slot::kStartFailed);
}

TEST(FreshImageError, NobodyIsToldOfTheProcessThatCouldNotBeMade) {
  Script script;
  const InstanceId main = script.process("main");
  const InstanceId child = script.process("child", main, StartMethod::Vfork);
  Step handle = step(Verb::Handle);
  handle.signal = SIGCHLD;
  handle.handler = script.handler(main, {step(Verb::Mark)});
  Step start = step(Verb::Start, child);
  script.fails(start, {EBADF});
  script.line(main, {handle, start});
  script.line(child, {});
  Stage stage(script);
  stage.arena().header().player_fd = 1000;
  stage.play();
  EXPECT_EQ(stage.line(main, 1)->error, EBADF);
  for (const Line* line : stage.lines(main)) {
    EXPECT_NE(line->kind, Line::Got);
  }
}

// What a process prints into the arena of what the kernel says of it.
class Daemonize : public testing::Test {
 protected:
  Script script;
  InstanceId main = script.process("main");
  InstanceId daemon = script.process("daemon", main, StartMethod::Daemonize);
};

TEST_F(Daemonize, ItIsNobodysChildBeforeItsFirstStep) {
  Step join = step(Verb::Join, daemon);
  script.fails(join, {scenario::kNotMyChild});
  Step ppid = step(Verb::Print);
  script.builder.pieces.push_back({plan::Piece::Kind::Ppid, {}, plan::kNone});
  ppid.text = {static_cast<std::uint32_t>(script.builder.pieces.size() - 1), 1};
  script.line(main, {step(Verb::Start, daemon), join, step(Verb::ActiveChildren)});
  script.line(daemon, {ppid, exit_with(4)});
  Stage stage(script);
  stage.play();
  const auto reaper = std::to_string(stage.arena().header().warden_pid);
  EXPECT_EQ(std::to_string(stage.slot(daemon).ppid), reaper);
  EXPECT_EQ(stage.text(*stage.line(daemon, 0)), reaper);
  EXPECT_EQ(stage.slot(daemon).status, 4);
  EXPECT_EQ(stage.slot(daemon).reaper, Slot::kByWarden);
  EXPECT_EQ(stage.slot(daemon).intermediate.load(), 0);
  EXPECT_EQ(stage.line(main, 1)->error, scenario::kNotMyChild);
  EXPECT_EQ(stage.text(*stage.line(main, 2)), "");
}

TEST_F(Daemonize, AnOrderlyEndDoesNotWaitForIt) {
  // The daemon waits for main's end: who waited for the daemon would wait for ever.
  script.line(main, {step(Verb::Start, daemon)});
  script.line(daemon, {await_gate(script.gate({daemon}, {main})), exit_with(2)});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.slot(main).status, 0);
  EXPECT_EQ(stage.slot(daemon).status, 2);
}

TEST_F(Daemonize, ItHasItsOwnSessionAndNoStandardStreams) {
  const InstanceId child = script.process("child", daemon);
  script.line(main, {step(Verb::Start, daemon)});
  script.line(daemon, {step(Verb::Start, child), sleep_for_ever()});
  script.line(child, {sleep_for_ever()});
  Stage stage(script);
  stage.play_until(
      [&] { return stage.slot(child).state.load() == Slot::Began; },
      [&] {
        const std::string proc = "/proc/" + std::to_string(stage.slot(daemon).pid.load());
        for (const char* fd : {"0", "1", "2"}) {
          EXPECT_EQ(std::filesystem::read_symlink(proc + "/fd/" + fd), "/dev/null");
        }
        EXPECT_EQ(std::filesystem::read_symlink(proc + "/cwd"), "/");
        EXPECT_THAT(contents_of(proc + "/status"), testing::HasSubstr("Umask:\t0000\n"));
        for (const InstanceId one : {daemon, child}) {
          const pid_t session = ::getsid(stage.slot(one).pid.load());
          EXPECT_NE(session, ::getsid(0));
          EXPECT_NE(session, stage.slot(one).pid.load()) << "a leader could get a terminal";
        }
      });
}

TEST_F(Daemonize, WhatItsIntermediateCannotDoIsAnErrorOfTheStart) {
  Step start = step(Verb::Start, daemon);
  script.fails(start, {EMFILE});
  script.line(main, {start});
  script.line(daemon, {});
  Stage stage(script);
  // Main has no descriptor left for the pidfd; the arena stays mapped.
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const rlimit few{3, before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &few);
  stage.start();
  ::setrlimit(RLIMIT_NOFILE, &before);
  stage.finish();
  EXPECT_EQ(stage.line(main, 0)->error, EMFILE);
  EXPECT_TRUE(stage.slot(daemon).flags.load() & Slot::kStartFailed);
  EXPECT_EQ(stage.run().foreign, 0u);
}

TEST_F(Daemonize, NobodyIsToldOfItsIntermediateProcess) {
  Step handle = step(Verb::Handle);
  handle.signal = SIGCHLD;
  handle.handler = script.handler(main, {step(Verb::Mark)});
  script.line(main, {handle, step(Verb::Start, daemon)});
  script.line(daemon, {});
  Stage stage(script);
  stage.play();
  for (const Line* line : stage.lines(main)) {
    EXPECT_NE(line->kind, Line::Got);
  }
}

TEST_F(Daemonize, AStarterThatIgnoresItsChildrenCanDaemonize) {
  Step ignore = step(Verb::Handle);
  ignore.signal = SIGCHLD;
  ignore.action = scenario::SignalAction::Ignore;
  script.line(main, {ignore, step(Verb::Start, daemon)});
  script.line(daemon, {exit_with(3)});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(main, 1)->error, 0);
  EXPECT_EQ(stage.slot(daemon).status, 3);
}

// ---- what is round a process

TEST(Surroundings, AFreshImageGetsTheVariablesOfThoseAboveIt) {
  Script script;
  const InstanceId main = script.process("main");
  const InstanceId child = script.process("child", main, StartMethod::Vfork);
  const InstanceId grandchild = script.process("grandchild", child, StartMethod::Spawn);
  script.variables(main, {"PROCESSION_A=main", "PROCESSION_B=main"});
  script.variables(child, {"PROCESSION_B=child"});
  script.line(main, {step(Verb::Start, child), sleep_for_ever()});
  script.line(child, {step(Verb::Start, grandchild), sleep_for_ever()});
  script.line(grandchild, {sleep_for_ever()});
  ::setenv("PROCESSION_B", "outside", 1);
  ::setenv("PROCESSION_C", "outside", 1);
  Stage stage(script);
  stage.play_until([&] { return stage.slot(grandchild).state.load() == Slot::Began; },
                   [&] {
                     for (const InstanceId one : {child, grandchild}) {
                       const std::string environment = contents_of(
                           "/proc/" + std::to_string(stage.slot(one).pid.load()) + "/environ");
                       EXPECT_EQ(occurrences(environment, "PROCESSION_A=main"), 1);
                       EXPECT_EQ(occurrences(environment, "PROCESSION_B="), 1);
                       EXPECT_EQ(occurrences(environment, "PROCESSION_B=child"), 1);
                       EXPECT_EQ(occurrences(environment, "PROCESSION_C=outside"), 1);
                     }
                   });
  ::unsetenv("PROCESSION_B");
  ::unsetenv("PROCESSION_C");
}

TEST(Surroundings, CpusAreInheritedAndCounted) {
  Script script;
  const InstanceId main = script.process("main");
  const InstanceId child = script.process("child", main);
  script.builder.instances[child].cpus = script.builder.id_range({0});
  const InstanceId grandchild = script.process("grandchild", child, StartMethod::Vfork);
  script.builder.instances[grandchild].cpus = script.builder.instances[child].cpus;
  script.line(main, {step(Verb::Start, child), sleep_for_ever()});
  script.line(child, {step(Verb::Start, grandchild), sleep_for_ever()});
  script.line(grandchild, {sleep_for_ever()});
  Stage stage(script);
  stage.play_until(
      [&] { return stage.slot(grandchild).state.load() == Slot::Began; },
      [&] {
        cpu_set_t own;
        ASSERT_EQ(::sched_getaffinity(0, sizeof own, &own), 0);
        cpu_set_t cpus;
        ASSERT_EQ(::sched_getaffinity(stage.slot(main).pid.load(), sizeof cpus, &cpus), 0);
        EXPECT_TRUE(CPU_EQUAL(&cpus, &own));
        for (const InstanceId one : {child, grandchild}) {
          ASSERT_EQ(::sched_getaffinity(stage.slot(one).pid.load(), sizeof cpus, &cpus), 0);
          EXPECT_EQ(CPU_COUNT(&cpus), 1);
          CPU_AND(&cpus, &cpus, &own);
          EXPECT_EQ(CPU_COUNT(&cpus), 1);
        }
      });
}

TEST(Surroundings, ACpuThatIsNotThereIsSaid) {
  Script script;
  const InstanceId main = script.process("main");
  script.builder.instances[main].cpus = script.builder.id_range({1023});
  script.line(main, {});
  Stage stage(script);
  stage.play();
  EXPECT_TRUE(stage.run().flags.load() & trace::Run::kCpuGone);
}

TEST(Surroundings, WhatIsNotKeptTakesNoRoom) {
  Script script;
  const InstanceId main = script.process("main");
  const InstanceId child = script.process("child", main);
  script.builder.instances[main].output = scenario::Stdout::Null;
  script.builder.instances[child].output = scenario::Stdout::Inherit;
  Step print = step(Verb::Print);
  print.text = script.text("into the void");
  script.line(main, {print, step(Verb::Start, child), step(Verb::Join, child)});
  script.line(child, {print});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.text(*stage.line(main, 0)), "");
  EXPECT_EQ(stage.text(*stage.line(child, 0)), "");
  EXPECT_EQ(stage.arena().header().next_text.load(), 0u);
}

class Forkserver : public testing::Test {
 protected:
  Forkserver() {
    script.builder.instances[forkserver].kind = plan::Instance::Kind::Forkserver;
    script.builder.header.forkserver = forkserver;
    script.line(forkserver, {});
  }
  Script script;
  InstanceId main = script.process("main");
  InstanceId forkserver = script.process("forkserver", plan::kNone, StartMethod::Spawn);
  InstanceId child = script.process("child", main, StartMethod::Forkserver);
};

TEST_F(Forkserver, ItIsTheParentOfAllAndReportsTheirEnds) {
  const InstanceId second = script.process("second", main, StartMethod::Forkserver);
  const InstanceId grandchild = script.process("grandchild", child, StartMethod::Forkserver);
  Step late = step(Verb::Join, second);
  late.timeout_ns = 1'000'000;
  script.line(main,
              {step(Verb::Start, child), step(Verb::Start, second), step(Verb::Join, child), late,
               step(Verb::IsAlive, second), signal_step(Verb::Terminate, second, SIGTERM),
               step(Verb::Join, second), step(Verb::IsAlive, second), exit_with(1)});
  script.line(child, {step(Verb::Start, grandchild), exit_with(5)});
  script.line(second, {sleep_for_ever()});
  script.line(grandchild, {exit_with(6)});
  Stage stage(script);
  stage.play();

  EXPECT_EQ(stage.line(main, 2)->answer, 5);
  EXPECT_EQ(stage.line(main, 3)->answer, kNoAnswer);
  EXPECT_EQ(stage.line(main, 4)->answer, 1);
  EXPECT_EQ(stage.line(main, 6)->answer, trace::signal_status(SIGTERM, false));
  EXPECT_EQ(stage.line(main, 7)->answer, 0);
  for (const InstanceId one : {child, second, grandchild}) {
    EXPECT_TRUE(stage.is_reaped_by(one, forkserver));
    EXPECT_EQ(stage.slot(one).ppid, stage.slot(forkserver).pid.load());
  }
  EXPECT_LE(stage.slot(grandchild).dead_seen, stage.line(child, 1)->ret)
      << "an orderly exit joins children of the forkserver, too";
  EXPECT_EQ(stage.slot(forkserver).status, 0);
  EXPECT_EQ(stage.slot(forkserver).reaper, Slot::kByWarden);
}

TEST_F(Forkserver, ItEndsWithMainAndItsLastChild) {
  Step exit_now = step(Verb::ExitNow);
  script.line(main, {step(Verb::Start, child), exit_now});
  script.line(child, {await_gate(script.gate({child}, {main})), exit_with(2)});
  Stage stage(script);
  stage.play();
  EXPECT_TRUE(stage.is_reaped_by(child, forkserver));
  EXPECT_LE(stage.slot(child).dead_seen, stage.line(forkserver, 0)->call);
}

TEST_F(Forkserver, WhoNeedsItAfterMainHasEndedIsServed) {
  const InstanceId orphan = script.process("orphan", main);
  const InstanceId late = script.process("late", orphan, StartMethod::Forkserver);
  script.line(main, {step(Verb::Start, orphan), step(Verb::ExitNow)});
  script.line(child, {});
  script.line(orphan, {await_gate(script.gate({orphan}, {main})), step(Verb::Start, late),
                       step(Verb::Join, late)});
  script.line(late, {exit_with(4)});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(orphan, 2)->answer, 4);
  EXPECT_EQ(stage.slot(orphan).status, 0);
}

TEST_F(Forkserver, WhenItIsKilledItsChildrenCountAsLost) {
  const InstanceId second = script.process("second", main, StartMethod::Forkserver);
  Step start = step(Verb::Start, second);
  script.fails(start, {scenario::kGone});
  script.line(main, {step(Verb::Start, child), signal_step(Verb::Kill, forkserver, SIGKILL),
                     step(Verb::Join, child), await_gate(script.gate({main}, {forkserver})), start,
                     signal_step(Verb::Kill, child, SIGKILL)});
  script.line(child, {sleep_for_ever()});
  script.line(second, {});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(main, 2)->answer, 255) << "what CPython answers then";
  EXPECT_EQ(stage.line(main, 4)->error, scenario::kGone);
  EXPECT_EQ(stage.slot(main).status, 0);
  EXPECT_EQ(stage.slot(child).reaper, Slot::kByWarden);
}

}  // namespace
}  // namespace procession::player
