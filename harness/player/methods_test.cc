// SPDX-License-Identifier: MIT
// Start methods beyond fork: fresh images and the forkserver.
#include "harness/player/outcome.h"
#include "harness/player/stage_test.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>

namespace procession::player {
namespace {

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
