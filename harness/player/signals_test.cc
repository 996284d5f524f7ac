// SPDX-License-Identifier: MIT
// Signals between processes, and what their handlers play.
#include "harness/player/stage_test.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>

namespace procession::player {
namespace {

class Signals : public testing::Test {
 protected:
  // A child that says when it has got so far; main goes on then.
  Step ready() {
    Step mark = step(Verb::Mark);
    script.arrival(is_ready, mark, child, Feed::Point::Effect);
    return mark;
  }
  Script script;
  InstanceId main = script.process("main");
  InstanceId child = script.process("child", main);
  GateId is_ready = script.gate({main});
};

TEST_F(Signals, AHandlerPlaysItsStepsInsideTheStepThatItInterrupts) {
  Step print = step(Verb::Print);
  print.text = script.text("got it");
  Step handle = step(Verb::Handle);
  handle.signal = SIGUSR1;
  handle.handler = script.handler(child, {print});
  script.line(main, {step(Verb::Start, child), await_gate(is_ready),
                     signal_step(Verb::Signal, child, SIGUSR1), await_gate(script.gate({main})),
                     signal_step(Verb::Kill, child, SIGKILL)});
  Step sleep = sleep_for_ever();
  script.arrival(is_ready, sleep, child, Feed::Point::Call);
  const StepId childs = script.line(child, {handle, sleep});
  // main waits until the handler has printed.
  script.arrival(1, script.builder.steps[handle.handler.first], child, Feed::Point::Return);
  Stage stage(script);
  stage.play();

  const auto lines = stage.lines(child);
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[1]->step, childs + 1);
  EXPECT_EQ(lines[1]->state.load(), Line::Open) << "the sleep goes on until it is killed";
  EXPECT_EQ(lines[2]->kind, Line::Got);
  EXPECT_EQ(lines[2]->answer, SIGUSR1);
  EXPECT_EQ(lines[2]->step, childs);
  EXPECT_EQ(stage.text(*lines[3]), "got it");
  EXPECT_EQ(stage.slot(child).status, trace::signal_status(SIGKILL, false));
}

TEST_F(Signals, AHandlerMayEndItsProcessInOrder) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "ThreadSanitizer keeps signals from a process whose handler waits or forks";
#endif
  const InstanceId grandchild = script.process("grandchild", child);
  Step handle = step(Verb::Handle);
  handle.signal = SIGTERM;
  handle.handler =
      script.handler(child, {signal_step(Verb::Kill, grandchild, SIGKILL), exit_with(12)});
  script.line(main, {step(Verb::Start, child), await_gate(is_ready),
                     signal_step(Verb::Terminate, child, SIGTERM), step(Verb::Join, child)});
  script.line(child, {handle, step(Verb::Start, grandchild), ready(), step(Verb::Join, grandchild),
                      sleep_for_ever()});
  script.line(grandchild, {sleep_for_ever()});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(main, 3)->answer, 12);
  EXPECT_TRUE(stage.is_reaped_by(grandchild, child));
}

TEST_F(Signals, AHandlerMayStartAProcessThatHasNoHandlers) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "ThreadSanitizer keeps signals from a process whose handler waits or forks";
#endif
  const InstanceId grandchild = script.process("grandchild", child);
  Step handle = step(Verb::Handle);
  handle.signal = SIGUSR1;
  handle.handler = script.handler(child, {step(Verb::Start, grandchild)});
  script.line(main, {step(Verb::Start, child), await_gate(is_ready),
                     signal_step(Verb::Signal, child, SIGUSR1), step(Verb::Join, child)});
  // The child waits for an end that the handler alone can bring about.
  script.line(child, {handle, ready(), await_gate(script.gate({child}, {grandchild})),
                      step(Verb::Join, grandchild)});
  script.line(grandchild, {signal_step(Verb::Signal, grandchild, SIGUSR1)});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(child, 3)->answer, trace::signal_status(SIGUSR1, false));
  EXPECT_EQ(stage.slot(child).status, 0);
}

TEST_F(Signals, AnIgnoredSignalDoesNothing) {
  Step ignore = step(Verb::Handle);
  ignore.signal = SIGTERM;
  ignore.action = scenario::SignalAction::Ignore;
  script.line(main, {step(Verb::Start, child), await_gate(is_ready),
                     signal_step(Verb::Terminate, child, SIGTERM),
                     signal_step(Verb::Interrupt, child, SIGINT), step(Verb::Join, child)});
  script.line(child, {ignore, ready(), sleep_for_ever()});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(main, 4)->answer, trace::signal_status(SIGINT, false));
}

TEST_F(Signals, SuspendReturnsWhenTheChildHasStopped) {
  const InstanceId other = script.process("other", main);
  // The sibling suspends the child, too, which is not its own.
  script.line(main, {step(Verb::Start, child), signal_step(Verb::Suspend, child, SIGSTOP),
                     signal_step(Verb::Resume, child, SIGCONT), step(Verb::Start, other),
                     step(Verb::Join, other), signal_step(Verb::Resume, child, SIGCONT),
                     signal_step(Verb::Kill, child, SIGKILL), step(Verb::Join, child)});
  script.line(child, {sleep_for_ever()});
  script.line(other, {signal_step(Verb::Suspend, child, SIGSTOP)});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.slot(main).status, 0);
  EXPECT_EQ(stage.line(other, 0)->error, 0);
}

TEST_F(Signals, WhatHasEndedTakesNoSignalButTerminateIsNoError) {
  Step signal = signal_step(Verb::Signal, child, SIGUSR1);
  script.fails(signal, {ESRCH});
  Step early = signal_step(Verb::Terminate, child, SIGTERM);
  script.fails(early, {scenario::kNotStarted});
  script.line(main, {early, step(Verb::Start, child), step(Verb::Join, child), signal,
                     signal_step(Verb::Terminate, child, SIGTERM)});
  script.line(child, {});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(main, 3)->error, ESRCH);
  EXPECT_EQ(stage.line(main, 4)->error, 0);
  EXPECT_EQ(stage.slot(main).status, 0);
}

TEST_F(Signals, AGroupIsSignalledAsAWhole) {
  const InstanceId other = script.process("other", main);
  Step ignore = step(Verb::Handle);
  ignore.signal = SIGUSR2;
  ignore.action = scenario::SignalAction::Ignore;
  Step group = signal_step(Verb::Signal, child, SIGUSR2);
  group.group_signal = true;
  script.line(main, {ignore, step(Verb::Start, child), step(Verb::Start, other), group,
                     step(Verb::Join, child), step(Verb::Join, other)});
  script.line(child, {sleep_for_ever()});
  script.line(other, {sleep_for_ever()});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(main, 4)->answer, trace::signal_status(SIGUSR2, false));
  EXPECT_EQ(stage.line(main, 5)->answer, trace::signal_status(SIGUSR2, false));
}

TEST_F(Signals, RecordingSurvivesHandlersThatInterruptItAnywhere) {
  Step handle = step(Verb::Handle);
  handle.signal = SIGUSR1;
  handle.handler = script.handler(child, {step(Verb::Mark)});
  constexpr std::size_t kSignals = 2000;
  std::vector<Step> mains = {step(Verb::Start, child), await_gate(is_ready)};
  mains.insert(mains.end(), kSignals, signal_step(Verb::Signal, child, SIGUSR1));
  mains.push_back(step(Verb::Join, child));
  script.line(main, mains);
  std::vector<Step> childs = {handle, ready()};
  childs.insert(childs.end(), 20'000, step(Verb::Mark));
  const StepId first = script.line(child, childs);
  Stage stage(script);
  stage.play();

  StepId next = first;
  std::size_t got = 0;
  std::size_t handled = 0;
  for (const Line* line : stage.lines(child)) {
    ASSERT_EQ(line->state.load(), Line::Done);
    if (line->kind == Line::Got) {
      ++got;
    } else if (line->step == handle.handler.first) {
      ++handled;
    } else if (line->kind == Line::Step) {
      ASSERT_EQ(line->step, next++) << "every step once, in order";
    }
  }
  EXPECT_EQ(next, first + childs.size() + 1);
  EXPECT_EQ(got, handled);
}

}  // namespace
}  // namespace procession::player
