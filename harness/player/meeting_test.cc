// SPDX-License-Identifier: MIT
// await and barrier.
#include "harness/player/stage_test.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

namespace procession::player {
namespace {

class Meeting : public testing::Test {
 protected:
  Step arriving(GateId gate, InstanceId by, Feed::Point point = Feed::Point::Effect) {
    Step mark = step(Verb::Mark);
    script.arrival(gate, mark, by, point);
    return mark;
  }
  Script script;
  InstanceId main = script.process("main");
  InstanceId child = script.process("child", main);
};

TEST_F(Meeting, ABarrierOpensWhenTheLastPartyHasCome) {
  const InstanceId second = script.process("second", main);
  const InstanceId third = script.process("third", main);
  const std::vector<InstanceId> parties = {child, second, third};
  const GateId gate = script.gate(parties);
  script.builder.gates[gate].barrier = true;
  script.line(main,
              {step(Verb::Start, child), step(Verb::Start, second), step(Verb::Start, third)});
  for (const InstanceId party : parties) {
    Step barrier = step(Verb::Barrier);
    barrier.gate = gate;
    script.arrival(gate, barrier, party, Feed::Point::Call);
    script.line(party, {barrier});
  }
  Stage stage(script);
  stage.play();

  std::int64_t last_call = 0;
  std::int64_t first_return = INT64_MAX;
  for (const InstanceId party : parties) {
    EXPECT_EQ(stage.line(party, 0)->error, 0);
    last_call = std::max(last_call, stage.line(party, 0)->call);
    first_return = std::min(first_return, stage.line(party, 0)->ret);
  }
  EXPECT_LE(last_call, first_return);
}

TEST_F(Meeting, ABarrierBreaksForAllWhenAPartyEndsBeforeIt) {
  const InstanceId second = script.process("second", main);
  const InstanceId killed = script.process("killed", main);
  const std::vector<InstanceId> parties = {child, second, killed};
  const GateId gate = script.gate(parties);
  script.builder.gates[gate].barrier = true;
  script.line(main,
              {step(Verb::Start, child), step(Verb::Start, second), step(Verb::Start, killed)});
  for (const InstanceId party : parties) {
    Step barrier = step(Verb::Barrier);
    barrier.gate = gate;
    script.arrival(gate, barrier, party, Feed::Point::Call);
    Step end_by = step(Verb::EndBy);
    end_by.signal = SIGKILL;
    script.line(party, party == killed ? std::vector{end_by, barrier} : std::vector{barrier});
  }
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(child, 0)->error, scenario::kBrokenBarrier);
  EXPECT_EQ(stage.line(second, 0)->error, scenario::kBrokenBarrier);
  EXPECT_EQ(stage.slot(second).status, 1);
}

TEST_F(Meeting, AwaitReturnsAfterTheEvent) {
  const GateId called = script.gate({main});
  const GateId returned = script.gate({main});
  const GateId began = script.gate({main});
  script.arrival_at_begin(began, child);
  script.line(main, {step(Verb::Start, child), await_gate(began), await_gate(called),
                     await_gate(returned)});
  Step nap = step(Verb::Sleep);
  nap.duration_ns = 5'000'000;
  script.arrival(called, nap, child, Feed::Point::Call);
  script.line(child, {nap, arriving(returned, child, Feed::Point::Return), step(Verb::Mark)});
  Stage stage(script);
  stage.play();
  EXPECT_GE(stage.line(main, 1)->ret, stage.slot(child).begin);
  EXPECT_GE(stage.line(main, 2)->ret, stage.line(child, 0)->call);
  EXPECT_GE(stage.line(main, 3)->ret, stage.line(child, 1)->ret);
  EXPECT_EQ(stage.slot(main).waiting, 0u);
}

TEST_F(Meeting, WhatCanNoLongerComeIsGone) {
  const GateId gate = script.gate({main});
  Step await = await_gate(gate);
  script.fails(await, {scenario::kGone});
  Step end_by = step(Verb::EndBy);
  end_by.signal = SIGKILL;
  script.line(main, {step(Verb::Start, child), await, step(Verb::Join, child)});
  script.line(child, {end_by, arriving(gate, child)});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(main, 1)->error, scenario::kGone);
  EXPECT_EQ(stage.slot(main).status, 0);
}

// Who would have started it has ended; the waiter is nobody's relative of these.
TEST_F(Meeting, WhatWasNeverStartedIsGoneWithItsStarter) {
  const InstanceId other = script.process("other", main);
  const InstanceId never = script.process("never", child);
  const GateId gate = script.gate({other});
  script.line(main, {step(Verb::Start, other), step(Verb::Start, child)});
  Step exit_now = step(Verb::ExitNow);
  script.line(child, {exit_now, step(Verb::Start, never)});
  Step arrival = await_gate(gate);
  script.fails(arrival, {scenario::kGone});
  Step end = await_gate(script.gate({other}, {never}));
  script.fails(end, {scenario::kGone});
  script.line(other, {arrival, end});
  script.line(never, {arriving(gate, never)});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(other, 0)->error, scenario::kGone);
  EXPECT_EQ(stage.line(other, 1)->error, scenario::kGone);
  EXPECT_EQ(stage.slot(other).status, 0);
}

TEST_F(Meeting, AwaitedEndsAreSeenWithoutReaping) {
  const InstanceId other = script.process("other", main);
  const GateId both = script.gate({main}, {child, other});
  script.line(main, {step(Verb::Start, child), step(Verb::Start, other), await_gate(both),
                     step(Verb::Join, child)});
  script.line(child, {exit_with(3)});
  // It waits for a sibling that it has not started and that may not have been started yet.
  script.line(other, {await_gate(script.gate({other}, {child}))});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(main, 2)->error, 0);
  EXPECT_EQ(stage.line(main, 2)->cause_line, trace::kEndLine);
  EXPECT_GE(stage.line(main, 2)->ret, stage.line(other, 0)->ret);
  EXPECT_LT(stage.line(main, 2)->ret, stage.slot(child).dead_seen) << "the join reaps, not this";
  EXPECT_EQ(stage.line(main, 3)->answer, 3);
}

TEST_F(Meeting, OneOfManySuffices) {
  const InstanceId never_ends = script.process("never_ends", main);
  const GateId any = script.gate({main}, {never_ends, child});
  script.builder.gates[any].any = true;
  script.line(main, {step(Verb::Start, never_ends), step(Verb::Start, child), await_gate(any),
                     signal_step(Verb::Kill, never_ends, SIGKILL)});
  script.line(child, {});
  script.line(never_ends, {sleep_for_ever()});
  Stage stage(script);
  stage.play();
  const Line& await = *stage.line(main, 2);
  EXPECT_EQ(await.error, 0);
  EXPECT_EQ(await.cause_slot % stage.arena().header().slots_per_run, child);
}

TEST_F(Meeting, OneOfManyIsGoneOnlyWhenAllAre) {
  const InstanceId other = script.process("other", main);
  const GateId any = script.gate({main});
  const GateId none = script.gate({main});
  script.builder.gates[any].any = script.builder.gates[none].any = true;
  Step gone = await_gate(none);
  script.fails(gone, {scenario::kGone});
  script.line(main, {step(Verb::Start, child), step(Verb::Start, other), await_gate(any), gone});
  Step end_by = step(Verb::EndBy);
  end_by.signal = SIGKILL;
  script.line(child, {end_by, arriving(any, child), arriving(none, child)});
  script.line(other, {await_gate(script.gate({other}, {child})), arriving(any, other), end_by,
                      arriving(none, other)});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(main, 2)->error, 0);
  EXPECT_EQ(stage.line(main, 3)->error, scenario::kGone);
  EXPECT_EQ(stage.slot(main).status, 0);
}

TEST_F(Meeting, AwaitTimesOut) {
  const GateId gate = script.gate({main});
  Step await = await_gate(gate);
  await.timeout_ns = 2'000'000;
  script.fails(await, {scenario::kTimedOut});
  script.line(main, {step(Verb::Start, child), await, signal_step(Verb::Kill, child, SIGKILL)});
  script.line(child, {sleep_for_ever(), arriving(gate, child)});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.line(main, 1)->error, scenario::kTimedOut);
  EXPECT_GE(stage.line(main, 1)->ret - stage.line(main, 1)->call, await.timeout_ns);
}

TEST_F(Meeting, AHandlerThatWaitsWhileItsProcessWaitsTakesNoRingFromIt) {
  const GateId first = script.gate({child});
  const GateId second = script.gate({child});
  const GateId ready = script.gate({main});
  Step handle = step(Verb::Handle);
  handle.signal = SIGUSR1;
  handle.handler = script.handler(child, {await_gate(first)});
  script.line(
      main, {step(Verb::Start, child), await_gate(ready), signal_step(Verb::Signal, child, SIGUSR1),
             arriving(second, main), arriving(first, main), step(Verb::Join, child)});
  script.line(child, {handle, arriving(ready, child), await_gate(second)});
  Stage stage(script);
  stage.play();
  EXPECT_EQ(stage.slot(child).status, 0);
}

// More parties than one waiter watches, and one that dies among many that live.
TEST_F(Meeting, ManyPartiesMeetOrLearnThatOneIsGone) {
  constexpr InstanceId kParties = 60;
  std::vector<InstanceId> parties = {child};
  for (InstanceId k = 1; k < kParties; ++k) {
    parties.push_back(script.process("party", main));
  }
  const GateId good = script.gate(parties);
  const GateId broken = script.gate(parties);
  script.builder.gates[good].barrier = script.builder.gates[broken].barrier = true;
  std::vector<Step> starts;
  for (const InstanceId party : parties) {
    starts.push_back(step(Verb::Start, party));
    Step meet = step(Verb::Barrier);
    meet.gate = good;
    script.arrival(good, meet, party, Feed::Point::Call);
    Step end_by = step(Verb::EndBy);
    end_by.signal = SIGKILL;
    Step again = step(Verb::Barrier);
    again.gate = broken;
    script.arrival(broken, again, party, Feed::Point::Call);
    script.line(party,
                party == parties[40] ? std::vector{meet, end_by, again} : std::vector{meet, again});
  }
  script.line(main, starts);
  Stage stage(script);
  stage.play();
  for (const InstanceId party : parties) {
    EXPECT_EQ(stage.line(party, 0)->error, 0);
    if (party != parties[40]) {
      EXPECT_EQ(stage.line(party, 1)->error, scenario::kBrokenBarrier);
    }
  }
}

}  // namespace
}  // namespace procession::player
