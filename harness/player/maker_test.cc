// SPDX-License-Identifier: MIT
// Processes that are not what their slot seems to say: whose maker has been killed, whose number is
// another process's now, whose end is told twice; and strangers who ask the forkserver.
#include "harness/os/pidfd.h"
#include "harness/os/unique_fd.h"
#include "harness/player/abstract_address.h"
#include "harness/player/death.h"
#include "harness/player/fd_message.h"
#include "harness/player/forkserver.h"
#include "harness/player/stage_test.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

namespace procession::player {
namespace {

constexpr std::uint32_t kRun = 1;  // of every Stage

// `trigger` lives until the test ends it: main waits for that where the test has something to do.
class Maker : public testing::Test {
 protected:
  Maker() { script.line(trigger, {sleep_for_ever()}); }

  Step until_triggered() { return await_gate(script.gate({main}, {trigger})); }
  static Slot& slot(Stage& stage, InstanceId id) { return stage.arena().slot_of(kRun, id); }
  static void wait_for_begin(Stage& stage, InstanceId id) {
    while (stage.slot(id).state.load() != Slot::Began) {
      ::sched_yield();  // the test program's own time limit ends this
    }
  }
  static void kill(Stage& stage, InstanceId id) {
    EXPECT_EQ(os::send_signal(os::open_pidfd(stage.slot(id).pid.load()), SIGKILL), 0);
  }

  Script script;
  InstanceId main = script.process("main");
  InstanceId trigger = script.process("trigger", main);
};

TEST_F(Maker, WhoIsKilledInAStartIsWaitedForNoMore) {
  const InstanceId maker = script.process("maker", main);
  const InstanceId child = script.process("child", maker);
  const GateId begins = script.gate({main});
  script.arrival_at_begin(begins, child);
  Step await = await_gate(begins);
  script.fails(await, {scenario::kGone});
  Step terminate = signal_step(Verb::Terminate, child, SIGTERM);
  script.fails(terminate, {scenario::kNotStarted});
  script.line(main, {step(Verb::Start, trigger), step(Verb::Start, maker), until_triggered(), await,
                     terminate, step(Verb::Join, maker)});
  script.line(maker, {sleep_for_ever()});
  script.line(child, {});
  Stage stage(script);
  stage.start();
  wait_for_begin(stage, maker);
  wait_for_begin(stage, trigger);
  // As if it had been killed between reserving and making.
  slot(stage, child).maker = kRun * stage.arena().header().slots_per_run + maker + 1;
  slot(stage, child).state = Slot::Reserved;
  kill(stage, maker);
  kill(stage, trigger);
  stage.finish();
  EXPECT_EQ(stage.line(main, 3)->error, scenario::kGone);
  EXPECT_EQ(stage.line(main, 4)->error, scenario::kNotStarted);
  EXPECT_GE(stage.line(main, 3)->ret - stage.line(main, 3)->call, Slot::kStartGrace.count())
      << "it may have been made, and have its first moment still before it";
}

TEST_F(Maker, ANumberThatIsAnotherProcesssIsNotSignalled) {
  const InstanceId child = script.process("child", main);
  script.builder.header.loses_ends = 1;
  Step signal = signal_step(Verb::Signal, child, SIGKILL);
  script.fails(signal, {ESRCH});
  script.line(main, {step(Verb::Start, trigger), step(Verb::Start, child), until_triggered(),
                     signal, step(Verb::ExitNow)});
  script.line(child, {await_gate(script.gate({child}, {main})), exit_with(5)});
  Stage stage(script);
  stage.start();
  wait_for_begin(stage, child);
  wait_for_begin(stage, trigger);
  EXPECT_NE(slot(stage, child).proc_started, 0u);
  ++slot(stage, child).proc_started;  // what has this number was made at another time
  kill(stage, trigger);
  stage.finish();
  EXPECT_EQ(stage.line(main, 3)->error, ESRCH);
  EXPECT_EQ(stage.slot(child).status, 5);
}

TEST_F(Maker, AnEndThatIsToldTwiceIsCountedOnce) {
  script.line(main, {});
  Stage stage(script);
  for (int told = 0; told < 2; ++told) {
    mark_reaped(stage.arena(), kRun, slot(stage, main), 0, Slot::kByWarden);
  }
  EXPECT_EQ(stage.run().slots_reaped.load(), 1u);
}

class Strangers : public Maker {
 protected:
  Strangers() {
    script.builder.instances[forkserver].kind = plan::Instance::Kind::Forkserver;
    script.builder.header.forkserver = forkserver;
    script.line(forkserver, {});
    script.line(main, {step(Verb::Start, trigger), step(Verb::Start, child), until_triggered(),
                       step(Verb::Start, second), step(Verb::Join, second),
                       signal_step(Verb::Kill, child, SIGKILL)});
    script.line(child, {sleep_for_ever()});
    script.line(second, {exit_with(3)});
  }
  static os::UniqueFd connect_to(Stage& stage) {
    os::UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    const AbstractAddress name("forkserver", stage.arena().header().nonce, kRun, 0);
    EXPECT_EQ(::connect(socket.get(), name.get(), name.size()), 0);
    return socket;
  }
  // What it says; −1 if it closes the connection instead.
  static int answer_to(const os::UniqueFd& socket, InstanceId asked) {
    const StartRequest request{asked};
    EXPECT_TRUE(send_with_fd(socket.get(), &request, sizeof request, -1));
    StartReply reply;
    return ::recv(socket.get(), &reply, sizeof reply, 0) == sizeof reply ? reply.error : -1;
  }
  void finish(Stage& stage) {
    kill(stage, trigger);
    stage.finish();  // nobody was made whom no step has started
    EXPECT_EQ(stage.line(main, 4)->answer, 3) << "and those who may ask are served";
  }

  InstanceId forkserver = script.process("forkserver", plan::kNone, StartMethod::Spawn);
  InstanceId child = script.process("child", main, StartMethod::Forkserver);
  InstanceId second = script.process("second", main, StartMethod::Forkserver);
};

TEST_F(Strangers, OnlyAStartThatIsUnderWayIsServed) {
  Stage stage(script);
  stage.start();
  wait_for_begin(stage, child);
  wait_for_begin(stage, trigger);
  for (const InstanceId asked : {InstanceId{50'000'000}, child, second, main}) {
    EXPECT_EQ(answer_to(connect_to(stage), asked), -1) << asked;
  }
  finish(stage);
}

TEST_F(Strangers, WhoSaysNothingKeepsNobodyWaiting) {
  Stage stage(script);
  stage.start();
  wait_for_begin(stage, child);
  wait_for_begin(stage, trigger);
  const os::UniqueFd silent = connect_to(stage);
  finish(stage);
}

TEST_F(Strangers, AnotherUserIsNotServed) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can be another user for a moment";
  }
  Stage stage(script);
  stage.start();
  wait_for_begin(stage, child);
  wait_for_begin(stage, trigger);
  slot(stage, second).state = Slot::Reserved;  // as if main had begun to start it
  slot(stage, second).flags = Slot::kByForkserver;
  constexpr uid_t kNobody = 65534;
  ASSERT_EQ(::seteuid(kNobody), 0);
  const os::UniqueFd socket = connect_to(stage);
  ASSERT_EQ(::seteuid(0), 0);
  const StartRequest request{second};
  (void)send_with_fd(socket.get(), &request, sizeof request, -1);  // it may be closed already
  StartReply reply;
  EXPECT_LE(::recv(socket.get(), &reply, sizeof reply, 0), 0);
  slot(stage, second).state = Slot::Free;
  slot(stage, second).flags = 0;
  finish(stage);
}

}  // namespace
}  // namespace procession::player
