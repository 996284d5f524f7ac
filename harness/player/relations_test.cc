// SPDX-License-Identifier: MIT
// Signals that wait, actions that are taken back, sessions, groups, and what becomes of orphans.
#include "harness/player/stage_test.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>

namespace procession::player {
namespace {

Step on_signal(Verb verb, int signal) {
  Step made = step(verb);
  made.signal = signal;
  return made;
}

Step set_action(int signal, scenario::SignalAction action) {
  Step made = on_signal(Verb::Handle, signal);
  made.action = action;
  return made;
}

class Relations : public testing::Test {
 protected:
  // A step of the child's at whose return main goes on from `await_gate(is_ready)`.
  Step ready(Step made) {
    script.arrival(is_ready, made, child, Feed::Point::Return);
    return made;
  }
  // A step of main's at whose return the child goes on from `await_gate(may_go_on)`.
  Step let_go_on(Step made) {
    script.arrival(may_go_on, made, main, Feed::Point::Return);
    return made;
  }
  [[nodiscard]] std::int32_t killed_by(int signal) { return trace::signal_status(signal, false); }

  Script script;
  InstanceId main = script.process("main");
  InstanceId child = script.process("child", main);
  GateId is_ready = script.gate({main});
  GateId may_go_on = script.gate({child});
};

TEST_F(Relations, ABlockedSignalWaitsAndIsHandledInTheUnblock) {
  Step handle = on_signal(Verb::Handle, SIGUSR1);
  handle.handler = script.handler(child, {step(Verb::Mark)});
  script.line(
      main,
      {step(Verb::Start, child), await_gate(is_ready), signal_step(Verb::Signal, child, SIGUSR1),
       let_go_on(signal_step(Verb::Signal, child, SIGUSR1)), step(Verb::Join, child)});
  const StepId first =
      script.line(child, {handle, ready(on_signal(Verb::Block, SIGUSR1)), await_gate(may_go_on),
                          on_signal(Verb::Unblock, SIGUSR1)});
  Stage stage(script);
  stage.play();

  const auto lines = stage.lines(child);
  ASSERT_EQ(lines.size(), 7u);
  EXPECT_EQ(lines[3]->step, first + 3) << "the unblock is open";
  EXPECT_EQ(lines[4]->kind, Line::Got) << "two that wait are one";
  EXPECT_EQ(lines[5]->step, handle.handler.first);
  EXPECT_LE(lines[5]->ret, lines[3]->ret);
  EXPECT_EQ(lines[6]->step, first + 4);
}

TEST_F(Relations, ABlockedSignalEndsTheProcessInTheUnblock) {
  script.line(main,
              {step(Verb::Start, child), await_gate(is_ready),
               let_go_on(signal_step(Verb::Terminate, child, SIGTERM)), step(Verb::Join, child)});
  script.line(child, {ready(on_signal(Verb::Block, SIGTERM)), await_gate(may_go_on),
                      step(Verb::Mark), on_signal(Verb::Unblock, SIGTERM), step(Verb::Mark)});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(main, 3)->answer, killed_by(SIGTERM));
  EXPECT_EQ(stage.line(child, 2)->state.load(), Line::Done);
  EXPECT_EQ(stage.line(child, 3)->state.load(), Line::Open);
  EXPECT_EQ(stage.line(child, 4), nullptr);
}

TEST_F(Relations, AChildBeginsWithNothingBlocked) {
  const InstanceId grandchild = script.process("grandchild", child);
  script.line(main, {step(Verb::Start, child), step(Verb::Join, child)});
  script.line(child,
              {on_signal(Verb::Block, SIGTERM), step(Verb::Start, grandchild),
               signal_step(Verb::Terminate, grandchild, SIGTERM), step(Verb::Join, grandchild)});
  script.line(grandchild, {sleep_for_ever()});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(child, 3)->answer, killed_by(SIGTERM));
}

TEST_F(Relations, TheDefaultActionIsBroughtBack) {
  script.line(main, {step(Verb::Start, child), await_gate(is_ready),
                     signal_step(Verb::Terminate, child, SIGTERM), step(Verb::Join, child)});
  script.line(child,
              {set_action(SIGTERM, scenario::SignalAction::Ignore),
               ready(set_action(SIGTERM, scenario::SignalAction::Default)), sleep_for_ever()});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(main, 3)->answer, killed_by(SIGTERM));
}

TEST_F(Relations, WhoLeadsAGroupLeadsNoNewSession) {
  Step in_main = step(Verb::Setsid);
  script.fails(in_main, {EPERM});
  Step again = step(Verb::Setsid);
  script.fails(again, {EPERM});
  Step group = step(Verb::Setpgid);
  script.fails(group, {EPERM});
  script.line(main, {in_main, step(Verb::Setpgid), step(Verb::Start, child)});
  script.line(child, {step(Verb::Setsid), again, group});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.slot(main).status, 0);
  EXPECT_EQ(stage.line(main, 1)->error, 0);
  EXPECT_EQ(stage.slot(child).status, 0);
  EXPECT_EQ(stage.line(child, 0)->error, 0);
}

TEST_F(Relations, AGroupOfItsOwnIsSparedAndSparesOthers) {
  const InstanceId other = script.process("other", main);
  Step to_own = signal_step(Verb::Signal, other, SIGUSR2);
  to_own.group_signal = true;
  Step to_child = signal_step(Verb::Signal, child, SIGUSR1);
  to_child.group_signal = true;
  script.line(main, {set_action(SIGUSR2, scenario::SignalAction::Ignore), step(Verb::Start, child),
                     step(Verb::Start, other), await_gate(is_ready), to_own,
                     step(Verb::Join, other), to_child, step(Verb::Join, child)});
  script.line(child, {ready(step(Verb::Setpgid)), sleep_for_ever()});
  script.line(other, {sleep_for_ever()});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(main, 5)->answer, killed_by(SIGUSR2));
  EXPECT_EQ(stage.line(main, 7)->answer, killed_by(SIGUSR1));
}

TEST_F(Relations, ASubreaperAdoptsAndItsZombiesAreReapedAtLast) {
  const InstanceId leaf = script.process("leaf", child);
  const GateId began = script.gate({child});
  script.arrival_at_begin(began, leaf);
  script.line(main, {step(Verb::Subreaper), step(Verb::Start, child), step(Verb::Join, child),
                     await_gate(script.gate({main}, {leaf}))});
  script.line(child, {step(Verb::Start, leaf), await_gate(began), step(Verb::ExitNow)});
  script.line(leaf, {await_gate(script.gate({leaf}, {child}))});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.slot(leaf).reaper, Slot::kByWarden) << "main never waits for it";
  EXPECT_FALSE(stage.slot(leaf).flags.load() & Slot::kParentGone);
  ASSERT_EQ(stage.lines(leaf).size(), 3u);
  EXPECT_EQ(stage.lines(leaf)[2]->kind, Line::Orphaned);
  EXPECT_EQ(stage.lines(leaf)[2]->answer, stage.slot(main).pid.load());
}

TEST_F(Relations, AParentDeathSignalComesWithTheEndOfTheParent) {
  const InstanceId leaf = script.process("leaf", child);
  Step arm = on_signal(Verb::ParentDeathSignal, SIGTERM);
  script.arrival(is_ready, arm, leaf, Feed::Point::Return);
  script.line(main, {step(Verb::Start, child), await_gate(is_ready),
                     signal_step(Verb::Kill, child, SIGKILL), step(Verb::Join, child),
                     await_gate(script.gate({main}, {leaf}))});
  script.line(child, {step(Verb::Start, leaf), sleep_for_ever()});
  script.line(leaf, {arm, sleep_for_ever()});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.slot(leaf).status, killed_by(SIGTERM));
}

TEST_F(Relations, AskedForAfterTheParentsEndItDoesNotCome) {
  const InstanceId leaf = script.process("leaf", child);
  script.line(main, {step(Verb::Start, child), step(Verb::Join, child)});
  script.line(child, {step(Verb::Start, leaf), step(Verb::ExitNow)});
  script.line(leaf, {await_gate(script.gate({leaf}, {child})),
                     on_signal(Verb::ParentDeathSignal, SIGKILL)});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.slot(leaf).status, 0);
}

TEST_F(Relations, StopsAndContinuationsAreAnswers) {
  const InstanceId other = script.process("other", main);
  script.line(
      main,
      {step(Verb::Start, child), signal_step(Verb::Resume, child, SIGCONT),
       signal_step(Verb::Suspend, child, SIGSTOP), signal_step(Verb::Resume, child, SIGCONT),
       step(Verb::Start, other), step(Verb::Join, other), signal_step(Verb::Kill, child, SIGKILL),
       await_gate(script.gate({main}, {child})), signal_step(Verb::Suspend, child, SIGSTOP)});
  script.line(child, {sleep_for_ever()});
  script.line(other, {signal_step(Verb::Suspend, child, SIGSTOP),
                      signal_step(Verb::Resume, child, SIGCONT)});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(main, 1)->answer, 0) << "it was not stopped";
  EXPECT_EQ(stage.line(main, 2)->answer, 1);
  EXPECT_EQ(stage.line(main, 3)->answer, 1);
  EXPECT_EQ(stage.line(other, 0)->answer, 1);
  EXPECT_EQ(stage.line(other, 1)->answer, 1);
  EXPECT_EQ(stage.line(main, 8)->answer, 0) << "it has ended";
}

}  // namespace
}  // namespace procession::player
