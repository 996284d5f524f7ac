// SPDX-License-Identifier: MIT
// start, join and the polls; how processes end; what errors do.
#include "harness/player/outcome.h"
#include "harness/player/stage_test.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>

namespace procession::player {
namespace {

class Life : public testing::Test {
 protected:
  Script script;
  InstanceId main = script.process("main");
  InstanceId child = script.process("child", main);
};

TEST_F(Life, AJoinedChildHasEndedAndIsReapedByItsStarter) {
  script.line(main,
              {step(Verb::Start, child), step(Verb::Join, child), step(Verb::Exitcode, child)});
  script.line(child, {exit_with(7)});
  Stage stage(script);
  stage.play();

  EXPECT_EQ(stage.slot(main).status, 0);
  EXPECT_EQ(stage.slot(child).status, 7);
  EXPECT_TRUE(stage.is_reaped_by(child, main));
  EXPECT_EQ(stage.slot(child).ppid, stage.slot(main).pid.load());
  EXPECT_EQ(stage.slot(child).flags.load(), 0u);
  EXPECT_EQ(stage.slot(main).flags.load(), Slot::kParentGone) << "the test is both of these";
  const Line& join = *stage.line(main, 1);
  EXPECT_EQ(join.answer, 7);
  EXPECT_EQ(join.state.load(), Line::Done);
  EXPECT_EQ(join.cause_line, trace::kEndLine);
  EXPECT_EQ(stage.line(main, 2)->answer, 7);

  const Line& exit = *stage.line(child, 0);
  EXPECT_LE(stage.line(main, 0)->call, stage.slot(child).begin);
  EXPECT_LE(stage.slot(child).begin, exit.call);
  EXPECT_LE(exit.call, exit.ret);
  EXPECT_LE(exit.ret, stage.slot(child).dead_seen);
  EXPECT_LE(stage.slot(child).dead_seen, join.ret);
  EXPECT_EQ(stage.lines(child).size(), 1u) << "an exit that was written leaves no other to play";
}

TEST_F(Life, AJoinThatTimesOutAnswersNoneAndTheNextOneWaits) {
  Step polled = step(Verb::Join, child);
  polled.timeout_ns = 1'000'000;
  const GateId sleeping = script.gate({main});
  Step sleep = sleep_for_ever();
  script.arrival(sleeping, sleep, child, Feed::Point::Call);
  script.line(main, {step(Verb::Start, child), polled, step(Verb::IsAlive, child),
                     await_gate(sleeping), signal_step(Verb::Kill, child, SIGKILL),
                     step(Verb::Join, child), step(Verb::IsAlive, child)});
  script.line(child, {sleep});
  Stage stage(script);
  stage.play();

  EXPECT_EQ(stage.line(main, 1)->error, 0);
  EXPECT_EQ(stage.line(main, 1)->answer, kNoAnswer);
  EXPECT_EQ(stage.line(main, 2)->answer, 1);
  EXPECT_EQ(stage.line(main, 5)->answer, trace::signal_status(SIGKILL, false));
  EXPECT_EQ(stage.line(main, 6)->answer, 0);
  ASSERT_NE(stage.line(child, 0), nullptr);
  EXPECT_EQ(stage.line(child, 0)->state.load(), Line::Open);
  EXPECT_EQ(stage.line(child, 0)->ret, 0);
}

TEST_F(Life, AJoinWithTimeoutSeesTheEnd) {
  Step join = step(Verb::Join, child);
  join.timeout_ns = 15'000'000'000;
  script.line(main, {step(Verb::Start, child), join});
  script.line(child, {exit_with(3)});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(main, 1)->answer, 3);
}

TEST_F(Life, AnOrderlyExitTerminatesDaemonsAndJoinsTheOthers) {
  const InstanceId daemon = script.process("daemon", main);
  script.builder.instances[daemon].daemon = true;
  script.line(main, {step(Verb::Start, child), step(Verb::Start, daemon), exit_with(4)});
  Step nap = step(Verb::Sleep);
  nap.duration_ns = 20'000'000;
  script.line(child, {nap});
  script.line(daemon, {sleep_for_ever()});
  Stage stage(script);
  stage.play();

  EXPECT_EQ(stage.slot(main).status, 4);
  EXPECT_EQ(stage.slot(child).status, 0);
  EXPECT_EQ(stage.slot(daemon).status, trace::signal_status(SIGTERM, false));
  EXPECT_TRUE(stage.is_reaped_by(child, main));
  EXPECT_TRUE(stage.is_reaped_by(daemon, main));
  EXPECT_GE(stage.line(main, 2)->ret, stage.slot(child).dead_seen);
}

TEST_F(Life, ABareExitLeavesItsChildrenToTheReaper) {
  Step exit_now = step(Verb::ExitNow);
  exit_now.number = 9;
  const GateId began = script.gate({main});
  script.arrival_at_begin(began, child);
  script.line(main, {step(Verb::Start, child), await_gate(began), exit_now});
  script.line(child, {await_gate(script.gate({child}, {main}))});
  Stage stage(script);
  stage.play();

  EXPECT_EQ(stage.slot(main).status, 9);
  EXPECT_EQ(stage.line(main, 2)->state.load(), Line::Open);
  EXPECT_EQ(stage.slot(child).reaper, Slot::kByWarden);
  EXPECT_TRUE(stage.slot(child).flags.load() & Slot::kParentGone);
  EXPECT_EQ(stage.line(child, 0)->error, 0);
  ASSERT_EQ(stage.lines(child).size(), 3u);
  EXPECT_EQ(stage.lines(child)[2]->kind, Line::Orphaned);
}

TEST_F(Life, AnErrorThatNobodyExpectsEndsTheProcessInOrderWithOne) {
  Step twice = step(Verb::Start, child);
  script.line(main, {step(Verb::Start, child), twice, step(Verb::Mark)});
  script.line(child, {});
  Stage stage(script);
  stage.play();

  EXPECT_EQ(stage.line(main, 1)->error, scenario::kAlreadyStarted);
  EXPECT_EQ(stage.line(main, 2), nullptr);
  EXPECT_EQ(stage.slot(main).status, 1);
  EXPECT_TRUE(stage.is_reaped_by(child, main));
  EXPECT_EQ(stage.line(main, 3)->state.load(), Line::Done) << "the exit at the end of the line";
}

TEST_F(Life, AnExpectedErrorLetsTheProcessGoOn) {
  Step early = step(Verb::Join, child);
  script.fails(early, {scenario::kNotStarted});
  Step known = step(Verb::Start, child);
  known.known_error = scenario::kDaemonHasChild;
  script.fails(known, {EPERM, scenario::kDaemonHasChild});
  script.line(main, {early, known, exit_with(5)});
  script.line(child, {});
  Stage stage(script);
  stage.play();

  EXPECT_EQ(stage.line(main, 0)->error, scenario::kNotStarted);
  EXPECT_EQ(stage.line(main, 1)->error, scenario::kDaemonHasChild);
  EXPECT_EQ(stage.slot(main).status, 5);
  EXPECT_EQ(stage.slot(child).state.load(), Slot::Free);
}

TEST_F(Life, SuccessWhereAnErrorWasExpectedEndsTheProcess) {
  Step wrongly = step(Verb::Mark);
  script.fails(wrongly, {ESRCH});
  Step permitted = step(Verb::Mark);
  script.fails(permitted, {ESRCH}, true);
  script.line(main, {permitted, wrongly, step(Verb::Mark)});
  script.line(child, {});
  Stage stage(script);
  stage.play();

  EXPECT_EQ(stage.line(main, 1)->error, 0);
  EXPECT_EQ(stage.line(main, 2), nullptr);
  EXPECT_EQ(stage.slot(main).status, 1);
}

TEST_F(Life, ARaisedErrorJoinsTheChildrenWithinItsOwnLine) {
  Step raise = step(Verb::Raise);
  raise.raised = scenario::kFirstRaised + 2;
  script.line(main, {step(Verb::Start, child), raise});
  script.line(child, {exit_with(2)});
  Stage stage(script);
  stage.play();

  EXPECT_EQ(stage.slot(main).status, 1);
  EXPECT_EQ(stage.line(main, 1)->error, scenario::kFirstRaised + 2);
  EXPECT_EQ(stage.line(main, 1)->state.load(), Line::Done);
  EXPECT_GE(stage.line(main, 1)->ret, stage.slot(child).dead_seen);
  EXPECT_EQ(stage.lines(main).size(), 2u);
}

TEST_F(Life, EndByEndsTheProcessInsideItsStep) {
  Step end_by = step(Verb::EndBy);
  end_by.signal = SIGUSR1;
  Step ignore = step(Verb::Handle);
  ignore.signal = SIGUSR1;
  ignore.action = scenario::SignalAction::Ignore;
  script.line(main, {step(Verb::Start, child), step(Verb::Join, child)});
  script.line(child, {ignore, end_by});
  Stage stage(script);
  stage.play();

  EXPECT_EQ(stage.slot(child).status, trace::signal_status(SIGUSR1, false));
  EXPECT_EQ(stage.line(child, 1)->state.load(), Line::Open);
}

TEST_F(Life, CloseRefusesALivingChild) {
  Step living = step(Verb::Close, child);
  script.fails(living, {scenario::kStillRunning});
  script.line(main, {step(Verb::Close, child), step(Verb::Start, child), living,
                     signal_step(Verb::Kill, child, SIGKILL), step(Verb::Join, child),
                     step(Verb::Close, child)});
  script.line(child, {sleep_for_ever()});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(main, 2)->error, scenario::kStillRunning);
  EXPECT_EQ(stage.slot(main).status, 0);
}

TEST_F(Life, ActiveChildrenAreNamedInOrderOfStarting) {
  const InstanceId other = script.process("other", main);
  Step rename = step(Verb::SetName, child);
  rename.text = script.text("alex");
  script.line(main, {step(Verb::Start, other), step(Verb::Start, child), step(Verb::ActiveChildren),
                     rename, step(Verb::ActiveChildren), signal_step(Verb::Kill, other, SIGKILL),
                     step(Verb::Join, other), step(Verb::ActiveChildren),
                     signal_step(Verb::Kill, child, SIGKILL)});
  script.line(child, {sleep_for_ever()});
  script.line(other, {sleep_for_ever()});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.text(*stage.line(main, 2)), "other, child");
  EXPECT_EQ(stage.text(*stage.line(main, 4)), "other, alex");
  EXPECT_EQ(stage.text(*stage.line(main, 7)), "alex");
}

TEST_F(Life, AStatusThatTheKernelThrewAwayIsLost) {
  Step ignore = step(Verb::Handle);
  ignore.signal = SIGCHLD;
  ignore.action = scenario::SignalAction::Ignore;
  Step join = step(Verb::Join, child);
  script.fails(join, {ECHILD});
  script.line(main, {ignore, step(Verb::Start, child), join});
  script.line(child, {exit_with(3)});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(main, 2)->error, ECHILD);
  EXPECT_TRUE(stage.slot(child).flags.load() & Slot::kStatusLost);
  EXPECT_EQ(stage.slot(main).status, 0);
}

TEST_F(Life, TextsArePutTogetherWhenTheyAreNeeded) {
  using Kind = plan::Piece::Kind;
  const auto facts = [&] {
    const auto first = static_cast<std::uint32_t>(script.builder.pieces.size());
    script.builder.pieces.push_back({Kind::Literal, script.builder.text("me "), plan::kNone});
    script.builder.pieces.push_back({Kind::Pid, {}, plan::kNone});
    script.builder.pieces.push_back({Kind::Literal, script.builder.text(" of "), plan::kNone});
    script.builder.pieces.push_back({Kind::Ppid, {}, plan::kNone});
    script.builder.pieces.push_back({Kind::Literal, script.builder.text(", child "), plan::kNone});
    script.builder.pieces.push_back({Kind::ChildPid, {}, child});
    script.builder.pieces.push_back({Kind::Literal, script.builder.text(" "), plan::kNone});
    script.builder.pieces.push_back({Kind::ChildExitcode, {}, child});
    return plan::Range{first, 8};
  }();
  Step print = step(Verb::Print);
  print.text = facts;
  script.line(main, {print, step(Verb::Start, child), print,
                     signal_step(Verb::Terminate, child, SIGTERM), step(Verb::Join, child), print});
  script.line(child, {sleep_for_ever()});
  Stage stage(script);
  stage.play();

  const std::string me = "me " + std::to_string(stage.slot(main).pid.load()) + " of " +
                         std::to_string(stage.arena().header().warden_pid) + ", child ";
  const std::string pid = std::to_string(stage.slot(child).pid.load());
  EXPECT_EQ(stage.text(*stage.line(main, 0)), me + "none none");
  EXPECT_EQ(stage.text(*stage.line(main, 2)), me + pid + " none");
  EXPECT_EQ(stage.text(*stage.line(main, 5)), me + pid + " SIGTERM");
}

TEST_F(Life, AFamilyMayHaveManyGenerations) {
  constexpr InstanceId kGenerations = 50;
  InstanceId last = child;
  script.line(main, {step(Verb::Start, child)});
  for (InstanceId k = 0; k < kGenerations; ++k) {
    const InstanceId next = script.process("child", last);
    script.line(last, {step(Verb::Start, next)});
    last = next;
  }
  script.line(last, {exit_with(6)});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.slot(last).status, 6);
  EXPECT_TRUE(stage.is_reaped_by(last, last - 1));
}

TEST_F(Life, AProcessMayHaveManyChildren) {
  constexpr InstanceId kChildren = 400;
  std::vector<Step> steps = {step(Verb::Start, child)};
  script.line(child, {exit_with(1)});
  for (InstanceId k = 0; k < kChildren; ++k) {
    const InstanceId next = script.process("child", main);
    script.line(next, {exit_with(static_cast<int>(k % 7))});
    steps.push_back(step(Verb::Start, next));
  }
  script.line(main, steps);
  Stage stage(script);
  stage.play();
  for (InstanceId k = 0; k < kChildren; ++k) {
    const InstanceId one = child + 1 + k;
    EXPECT_EQ(stage.slot(one).status, static_cast<int>(k % 7));
    EXPECT_TRUE(stage.is_reaped_by(one, main));
  }
}

TEST_F(Life, ASpinRecordsItsCpuTime) {
  Step spin = step(Verb::Spin);
  spin.duration_ns = 5'000'000;
  script.line(main, {spin});
  script.line(child, {});
  Stage stage(script);
  stage.play();
  std::vector<const Line*> samples;
  for (const Line* line : stage.lines(main)) {
    if (line->kind == Line::Sample) {
      samples.push_back(line);
    }
  }
  ASSERT_GE(samples.size(), 3u);
  EXPECT_GE(samples.back()->answer - samples.front()->answer, spin.duration_ns);
  EXPECT_LE(stage.line(main, 0)->call, samples.front()->call);
  EXPECT_GE(stage.line(main, 0)->ret, samples.back()->call);
}

TEST_F(Life, MemoryThatIsNotThereIsAnError) {
  Step too_much = step(Verb::Allocate);
  too_much.number = std::int64_t{1} << 60;
  script.fails(too_much, {ENOMEM});
  Step enough = step(Verb::Allocate);
  enough.number = 1 << 20;
  script.line(main, {enough, too_much});
  script.line(child, {});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(main, 0)->error, 0);
  EXPECT_EQ(stage.line(main, 1)->error, ENOMEM);
}

}  // namespace
}  // namespace procession::player
